"""Views of the caseload that people saved: filters only, named by what they filter and never by what somebody typed."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl

from serving.pages.caseload_filter import CaseloadFilter
from serving.pages.caseload_view import FilterChoices
from serving.wording.locale import Language, msgid

SHOWS = {"week": msgid("On this week’s list"), "all": msgid("All students"), "other": msgid("On no list")}
BANDS = {
    "many": msgid("Many signals"),
    "some": msgid("Some signals"),
    "few": msgid("Few signals"),
    "unknown": msgid("Not enough data"),
}
PLANS = {"due": msgid("Time to decide"), "none": msgid("No plan")}
RESPONSIBLE = {"me": msgid("I am responsible"), "nobody": msgid("Nobody is responsible")}
SORTS = {
    "change": msgid("Rose most first"),
    "contact": msgid("Longest without contact first"),
    "name": msgid("Name"),
}


@dataclass(frozen=True)
class SavedView:
    """A saved filter: its address, what it filters in words, and whether it is the one that is shown."""

    address: str
    words: str
    current: bool


def saved_views(
    queries: list[str], asked: CaseloadFilter, choices: FilterChoices, language: Language
) -> tuple[SavedView, ...]:
    """The saved views of a person, beside the one that is shown."""
    shown = asked.of_page(1).query
    return tuple(
        SavedView(one.address, ", ".join(filter_words(one, choices, language)), one.query == shown)
        for one in map(filter_of, queries)
    )


def filter_of(query: str) -> CaseloadFilter:
    """The filter of a stored query; what a filter of today does not know is left out."""
    known = {field.name for field in fields(CaseloadFilter)} - {"page"}
    return CaseloadFilter(**{name: value for name, value in parse_qsl(query) if name in known})  # type: ignore[arg-type]  # a stored filter was one of these


def filter_words(asked: CaseloadFilter, choices: FilterChoices, language: Language) -> Iterator[str]:
    """What a filter asks for, part by part."""
    yield language.translate(SHOWS[asked.show])
    if asked.school:
        yield dict(choices.schools).get(asked.school, asked.school)
    if asked.grade:
        yield language.translate("grade {grade}", grade=asked.grade)
    if asked.outcome:
        yield dict(choices.outcomes).get(asked.outcome, asked.outcome)
    if asked.contact:
        yield language.translate("no contact this year")
    for words, value in (
        (BANDS, asked.band),
        (PLANS, asked.plan),
        (RESPONSIBLE, asked.responsible),
        (SORTS, asked.sort),
    ):
        if value in words:
            yield language.translate(words[value])
