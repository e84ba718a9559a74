"""The collaborative's report, from shared files alone: no league table, and no district named but who must be asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.collaborative.comparison import (
    IN_TIME,
    ComparedShare,
    alike,
    compare_codes,
    compare_evidence,
    compare_gaps,
    compare_groups,
    compare_shares,
    compare_waits,
    unused_codes,
)
from models.collaborative.shared_figures import CODE, SharedFigures
from presentation.collaborative_tables import (
    WordsTable,
    evidence_table,
    gaps_table,
    missed_cells,
    no_use_words,
    other_use_words,
    waits_table,
)
from presentation.numbers import long_date, of_100, school_year
from presentation.report import Report, ReportSection, prose_section, render
from presentation.tables import RowGroup, TableRow, grouped_table, plain_table
from training.audit.group_names import title_of
from training.collaborative.funnel_sections import ENGLISH, funnel_section
from training.report.sections import TEMPLATES, refused_uses

FOUND_NONE = "Too few districts tell of it."


def render_collaborative(
    files: Sequence[SharedFigures], *, office: str, about: str, names: Mapping[str, str], made_on: date, own: str = ""
) -> str:
    """The report as one HTML document that fetches and runs nothing.

    `office` is what people call the collaborative, `about` the outcome in words, `names` the districts' names. With
    `own`, it is that district's view of itself beside the others. No other district is named in it; in the office's,
    only one whose codes stand apart, since it must be asked what they mean.
    """
    year = school_year(files[0].school_year)
    whose = f"{names.get(own, own)} beside the others" if own else f"{len(files)} districts together"
    report = Report(
        title=f"{office}: {about}, {year}",
        heading=f"{office}: {whose}",
        about=f"{about} · school year {year} · made on {long_date(made_on)}",
        opening=[opening_section(files)],
        sections=[*sections_of(files, own=own, names=names)],
        contents=True,
    )
    return render(report, TEMPLATES)


def opening_section(files: Sequence[SharedFigures]) -> ReportSection:
    """What the report rests on."""
    students = sum(one.students for one in files)
    says = (
        f"From the signed files of {len(files)} districts, about {students:,} students of the cohort in all. No row of "
        "a student left a district. A figure over too few students is in no file."
    )
    how = "Districts are not ranked: sizes differ, and with them what chance does. They own their figures."
    return prose_section("", says, how)


def sections_of(files: Sequence[SharedFigures], *, own: str, names: Mapping[str, str]) -> Iterator[ReportSection]:
    """What follows the opening."""
    near, waits = alike(files, own), compare_waits(files, IN_TIME)
    for one in compare_shares(files):
        yield funnel_section(one, own, near)
    yield groups_section(files, own)
    yield words_section("From a flag to the first contact", waits_table(ENGLISH, waits, IN_TIME, own))
    yield words_section("Did risks mean what they said?", gaps_table(ENGLISH, compare_gaps(files), own))
    yield words_section("What the gates saw together", evidence_table(ENGLISH, compare_evidence(files), own))
    yield codes_section(files, own=own, names=names)
    yield prose_section("What it is not for", points=[*refused_uses(), "Ranking districts, or paying them by it."])


def groups_section(files: Sequence[SharedFigures], own: str) -> ReportSection:
    """Who is missed: of 100 of a group who ended off track, how many were never listed."""
    compared = compare_groups(files)
    if not compared:
        return prose_section("Who is missed", FOUND_NONE)
    groups = [
        RowGroup(tuple(group_row(name, one, own) for name, one in found.items()), title_of(attribute).capitalize())
        for attribute, found in sorted(compared.items())
    ]
    head = ("Group", "Districts", "Never listed, of 100 off track", "Beyond chance, I² of 100", "Your district")
    says = "Each group over the districts where it is large enough to be told by itself."
    return prose_section("Who is missed", says, tables=[grouped_table("Who is missed, group by group", head, groups)])


def group_row(name: str, one: ComparedShare, own: str) -> TableRow:
    """A group over the districts that tell of it."""
    missed, mine = missed_cells(one, own)
    return name, str(one.pooled.districts), missed, of_100(one.pooled.i_squared), mine


def words_section(title: str, found: WordsTable | None) -> ReportSection:
    """A table with what stands before it; that too few districts tell of it, where there is none."""
    if found is None:
        return prose_section(title, FOUND_NONE)
    return prose_section(title, *found.says, tables=[plain_table("District by district", found.head, found.rows)])


def codes_section(files: Sequence[SharedFigures], *, own: str, names: Mapping[str, str]) -> ReportSection:
    """Codes that one district uses otherwise than the others; the office's report says which district."""
    title = "Codes that may mean something else"
    codes = compare_codes(files)
    points = [
        other_use_words(ENGLISH, one.name.removeprefix(CODE), called(who, own, names), one, who)
        for one in codes
        for who in one.other_meaning
        if own in ("", who)
    ]
    points += [
        no_use_words(ENGLISH, one.name.removeprefix(CODE), called(one.district_id, own, names), one.usual)
        for one in unused_codes(files, codes)
        if own in ("", one.district_id)
    ]
    if not points:
        return prose_section(title, "No code is used otherwise than in the other districts, as far as can be told.")
    says = (
        "The share of students with a record of a code, beside what the other districts let expect. A code that stands "
        "apart may mean something else there: ask before anything is compared, or a model is shared."
    )
    return prose_section(title, says, points=points)


def called(district_id: str, own: str, names: Mapping[str, str]) -> str:
    """A district in a sentence."""
    return "your district" if district_id == own else names.get(district_id, district_id)
