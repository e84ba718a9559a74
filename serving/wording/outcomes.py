"""Words for students with an outcome ("ended grade 9 off track"), in the reader's language."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter

from features.definitions.chronic_absence import WORDS
from features.definitions.outcomes import ALL
from serving.store.rows import RunRow, ScoreRow
from serving.wording.locale import Language, capitalize_first, msgid

ABOUT = {one.name: one.about for one in ALL}
"""What each outcome is about, in a few words."""

GRADES = re.compile(r"_(\d+)(?:_(\d+|again))?$")
"""The grades that the name of an outcome ends in."""

BANDS = {
    "few": msgid("few signals"),
    "some": msgid("some signals"),
    "many": msgid("many signals"),
    "unknown": msgid("not enough data"),
}
WORTH_A_WORD = ("some", "many")
"""Bands of another outcome than the most urgent one that a line names."""


class AsWritten(str):
    """A number as a run wrote it, whatever the format."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)


def ended_words(language: Language, ended: str) -> str:
    """The words of a run's outcome; a district's own outcome stays in the words that the district gave it."""
    for template, pattern in written_outcomes():
        found = pattern.fullmatch(ended)
        if found:
            values = {name: AsWritten(text) for name, text in found.groupdict().items()}
            return language.translate(template).format(**values)
    return ended


@cache
def written_outcomes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The words of each outcome, and what they look like with thresholds filled in."""
    templates = sorted({*(outcome.ended for outcome in ALL), *WORDS.values()})
    return tuple((template, re.compile(pattern_of(template))) for template in templates)


def pattern_of(template: str) -> str:
    """The pattern of a format string, its fields as named groups."""
    parts = Formatter().parse(template)
    return "".join(re.escape(words) + (rf"(?P<{name}>\S+)" if name else "") for words, name, _, _ in parts)


def about_words(language: Language, run: RunRow) -> str:
    """What a run's outcome is about; the words of a district's own outcome, where it says no shorter ones."""
    about = ABOUT.get(run.outcome)
    return capitalize_first(language.translate(about) if about else ended_words(language, run.ended))


def told_apart(language: Language, said: Mapping[str, str]) -> dict[str, str]:
    """What outcomes are about, by name: with their grades where two are said alike."""
    alike = {words for words, count in Counter(said.values()).items() if count > 1}
    return {name: with_grades(language, name, words) if words in alike else words for name, words in said.items()}


def with_grades(language: Language, name: str, about: str) -> str:
    """What an outcome is about, with the grades that its name ends in; with its name where that says none."""
    found = GRADES.search(name)
    if found is None:
        return f"{about} ({name})"
    first, last = found.groups()
    if last == "again":
        return language.translate("{about}, grade {grade} again", about=about, grade=first)
    if last:
        return language.translate("{about}, grades {first} to {last}", about=about, first=first, last=last)
    return language.translate("{about}, grade {grade}", about=about, grade=first)


def also_words(language: Language, others: Sequence[tuple[ScoreRow, RunRow]]) -> str:
    """The other outcomes of a student for which there are signals or a place; empty without any."""
    said = [
        f"{about_words(language, run)} ({language.translate(BANDS[score.band])})"
        for score, run in others
        if score.flagged or score.band in WORTH_A_WORD
    ]
    return language.translate("Also: {outcomes}", outcomes="; ".join(said)) if said else ""
