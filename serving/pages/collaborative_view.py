"""The content of the page of a collaborative, from shared files alone: no district is ranked, and none named.

The office alone reads the name of one whose codes stand apart, as it has to be asked what they mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.collaborative.comparison import (
    IN_TIME,
    Reached,
    compare_codes,
    compare_evidence,
    compare_gaps,
    compare_groups,
    compare_shares,
    compare_waits,
    unused_codes,
)
from models.collaborative.shared_figures import CODE, SharedFigures
from models.metrics.intervals import Interval
from presentation.numbers import of_100, school_year, share_interval, signed_of_100
from serving.pages.collaborative_funnels import FunnelPart, differ_words, district_words, funnel_part
from serving.wording.collaborative import VERDICTS
from serving.wording.groups import attribute_words, row_words
from serving.wording.locale import Language


@dataclass(frozen=True)
class WordsTable:
    """A table in words, the name of its subject, and what stands before it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class CollaborativeView:
    """The page's content; tables are left out where too few districts tell of their subject."""

    year: str
    districts: int
    students: str
    shares: tuple[FunnelPart, ...]
    tables: tuple[WordsTable, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """Who reads: the id of their district, empty for the office, and the names that the office may read, by id."""

    own: str
    names: Mapping[str, str]


def collaborative_view(language: Language, files: Sequence[SharedFigures], reader: Reader) -> CollaborativeView | None:
    """The page of files that can stand beside each other; None without any."""
    if not files:
        return None
    tables = (waits_table, gaps_table, evidence_table)
    found = [table for make in tables if (table := make(language, files, reader.own))]
    return CollaborativeView(
        year=school_year(files[0].school_year),
        districts=len(files),
        students=language.amount(sum(one.students for one in files)),
        shares=tuple(funnel_part(language, one, files, reader.own) for one in compare_shares(files)),
        tables=(*groups_tables(language, files, reader.own), *found),
        codes=codes_words(language, files, reader),
    )


def groups_tables(language: Language, files: Sequence[SharedFigures], own: str) -> tuple[WordsTable, ...]:
    """Who is missed, attribute by attribute, over the districts where a group is large enough to be told by itself."""
    head = (
        language.translate("Group"),
        language.translate("Districts"),
        language.translate("Never listed, of 100 off track"),
        language.translate("Your district"),
    )
    made = []
    for attribute, groups in sorted(compare_groups(files).items()):
        rows = []
        for name, one in groups.items():
            found, mine = one.pooled, one.shares.get(own)
            missed = Interval(1 - found.estimate, 1 - found.high, 1 - found.low)
            own_cell = of_100(1 - mine[0] / mine[1]) if mine else "–"
            row = (row_words(language, attribute, name), str(found.districts), share_interval(missed), own_cell)
            rows.append(row if own else row[:3])
        title = language.translate("Who is missed: {attribute}", attribute=attribute_words(language, attribute).lower())
        made.append(WordsTable(title, head if own else head[:3], tuple(rows)))
    return tuple(made)


def waits_table(language: Language, files: Sequence[SharedFigures], own: str) -> WordsTable | None:
    """From the first flag to the first contact or plan."""
    found = compare_waits(files, IN_TIME)
    if not found:
        return None
    names = {who: district_words(language, who, own) for who in found}
    rows = [(names[who], language.amount(one.listed), reached(one)) for who, one in found.items()]
    return WordsTable(
        language.translate("From a flag to the first contact"),
        (
            language.translate("District"),
            language.translate("Students listed"),
            language.translate("Contact or plan within {count} days, of 100", count=IN_TIME),
        ),
        tuple(rows),
    )


def reached(one: Reached) -> str:
    """The share reached in time, or the two numbers between which it lies."""
    return of_100(one.low) if one.low == one.high else f"{of_100(one.low)}–{of_100(one.high)}"


def gaps_table(language: Language, files: Sequence[SharedFigures], own: str) -> WordsTable | None:
    """Whether risks of those listed meant what they said."""
    gaps = compare_gaps(files)
    if not gaps:
        return None
    return WordsTable(
        language.translate("Did risks mean what they said?"),
        (language.translate("District"), language.translate("More off track than their risks said, of 100 listed")),
        tuple((district_words(language, who, own), difference(language, one)) for who, one in gaps.items()),
    )


def difference(language: Language, one: Interval) -> str:
    """A difference of 100 with its interval."""
    ends = [signed_of_100(end) for end in (one.estimate, one.low, one.high)]
    return language.translate("{middle} ({low} to {high})", middle=ends[0], low=ends[1], high=ends[2])


def evidence_table(language: Language, files: Sequence[SharedFigures], own: str) -> WordsTable | None:
    """What the districts' gates saw, pooled: a model that no district alone could prove may show itself over all."""
    found = compare_evidence(files)
    if found is None:
        return None
    pooled = found.pooled
    lead = difference(language, Interval(pooled.estimate, pooled.low, pooled.high))
    gates = sorted({language.translate(VERDICTS.get(one, "")) or one for one in found.verdicts.values()})
    says = (
        language.translate(
            "Of 100 students off track in the end, each district’s own model would list {lead} more than its rule.",
            lead=lead,
        ),
        differ_words(language, pooled.tau, pooled.i_squared),
        language.translate("Alone, their gates said: {verdicts}.", verdicts=language.series(gates)),
        language.translate("A figure over all is no pass: what serves in a district is decided by its own gate."),
    )
    leads = sorted(found.leads.items(), key=lambda item: item[1][2] - item[1][1])
    return WordsTable(
        language.translate("What the gates saw together"),
        (language.translate("District"), language.translate("More listed than by the rule, of 100 off track")),
        tuple((district_words(language, who, own), difference(language, Interval(*one))) for who, one in leads),
        says,
    )


def codes_words(language: Language, files: Sequence[SharedFigures], reader: Reader) -> tuple[str, ...]:
    """Codes that one district uses otherwise than the others, or hardly at all."""
    codes = compare_codes(files)
    other = [
        language.translate(
            "{code}: {count} of 100 students have it in {district}, {usual} of 100 over all.",
            code=one.name.removeprefix(CODE),
            count=of_100(one.shares[who][0] / one.shares[who][1]),
            district=called(language, who, reader),
            usual=of_100(one.pooled.estimate),
        )
        for one in codes
        for who in one.other_meaning
        if reader.own in ("", who)
    ]
    unused = [
        language.translate(
            "{code}: in {district} no one or few have it. In the others, {usual} of 100 do.",
            code=one.name.removeprefix(CODE),
            district=called(language, one.district_id, reader),
            usual=of_100(one.usual),
        )
        for one in unused_codes(files, codes)
        if reader.own in ("", one.district_id)
    ]
    return (*other, *unused)


def called(language: Language, district_id: str, reader: Reader) -> str:
    """A district in a sentence."""
    if district_id == reader.own:
        return language.translate("your district")
    return reader.names.get(district_id, district_id)
