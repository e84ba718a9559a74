"""The collaborative's report, from shared files alone: no league table, and no district named but who must be asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.collaborative.comparison import (
    IN_TIME,
    ComparedShare,
    Reached,
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
from models.metrics.intervals import Interval
from presentation.numbers import long_date, of_100, people_interval, school_year, share_interval
from presentation.report import Report, ReportSection, prose_section, render
from presentation.tables import RowGroup, TableRow, grouped_table, plain_table
from training.audit.group_names import title_of
from training.collaborative.funnel_sections import differ_words, funnel_section
from training.gate.verdict import VERDICT_WORDS
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
    near = next(([one.district_id for one in alike(files, mine)] for mine in files if mine.district_id == own), [])
    for one in compare_shares(files):
        yield funnel_section(one, own, near)
    yield groups_section(files, own)
    yield waits_section(files, own)
    yield calibration_section(files, own)
    yield evidence_section(files, own)
    yield codes_section(files, own=own, names=names)
    yield prose_section("What it is not for", points=[*refused_uses(), "Ranking districts, or paying them by it."])


def who(district_id: str, own: str) -> str:
    """How a district is called in a table."""
    return "Your district" if district_id == own else "A district"


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
    found, mine = one.pooled, one.shares.get(own)
    missed = Interval(1 - found.estimate, 1 - found.high, 1 - found.low)
    own_cell = of_100(1 - mine[0] / mine[1]) if mine else "–"
    return name, str(found.districts), share_interval(missed), of_100(found.i_squared), own_cell


def waits_section(files: Sequence[SharedFigures], own: str) -> ReportSection:
    """From the first flag to the first contact or plan."""
    title, found = "From a flag to the first contact", compare_waits(files, IN_TIME)
    if not found:
        return prose_section(title, FOUND_NONE)
    rows = [(who(name, own), f"{one.listed:,}", reached_words(one)) for name, one in found.items()]
    head = ("District", "Students listed", f"Contact or plan within {IN_TIME} days, of 100")
    table = plain_table("Time from the first flag to the first contact or plan", head, rows)
    says = "Where days are folded, because few students waited as long, the share lies between two numbers."
    return prose_section(title, says, tables=[table])


def reached_words(one: Reached) -> str:
    """The share reached in time, or the two numbers between which it lies."""
    return of_100(one.low) if one.low == one.high else f"{of_100(one.low)} to {of_100(one.high)}"


def calibration_section(files: Sequence[SharedFigures], own: str) -> ReportSection:
    """Whether risks of those listed meant what they said, district by district."""
    title, gaps = "Did risks mean what they said?", compare_gaps(files)
    if not gaps:
        return prose_section(title, FOUND_NONE)
    rows = [(who(name, own), people_interval(one)) for name, one in gaps.items()]
    head = ("District", "More off track than their risks said, of 100 listed")
    return prose_section(title, tables=[plain_table("Those listed, district by district", head, rows)])


def evidence_section(files: Sequence[SharedFigures], own: str) -> ReportSection:
    """What the districts' gates saw, pooled: a model that no district alone could prove may show itself over all."""
    found = compare_evidence(files)
    title = "What the gates saw together"
    if found is None:
        return prose_section(title, FOUND_NONE)
    pooled = found.pooled
    verdicts = ", ".join(f"{VERDICT_WORDS.get(v, v)}" for v in sorted(set(found.verdicts.values())))  # type: ignore[call-overload]  # a verdict as read from a file
    says = (
        f"Of 100 students who ended off track, each district's own model would have listed {people_interval(pooled)} "
        f"more than the rule to beat, over {pooled.districts} districts. {differ_words(pooled.tau, pooled.i_squared)} "
        f"Alone, their gates said: {verdicts}."
    )
    warn = "A pooled figure is no pass: what serves in a district is decided by its own gate."
    rows = [
        (who(name, own), people_interval(Interval(*lead)))
        for name, lead in sorted(found.leads.items(), key=lambda item: item[1][2] - item[1][1])
    ]
    table = plain_table("Lead over the rule, of 100 off track", ("District", "Lead"), rows)
    return prose_section(title, says, warn, tables=[table])


def codes_section(files: Sequence[SharedFigures], *, own: str, names: Mapping[str, str]) -> ReportSection:
    """Codes that one district uses otherwise than the others; the office's report says which district."""
    title = "Codes that may mean something else"
    points = [
        f"{subject(one.name)} {of_100(one.shares[name][0] / one.shares[name][1])} of 100 students have it in "
        f"{called(name, own, names)}, {of_100(one.pooled.estimate)} over all."
        for one in compare_codes(files)
        for name in one.other_meaning
        if not own or name == own
    ]
    points += unused_points(files, own=own, names=names)
    if not points:
        return prose_section(title, "No code is used otherwise than in the other districts, as far as can be told.")
    says = (
        "The share of students with a record of a code, beside what the other districts let expect. A code that stands "
        "apart may mean something else there: ask before anything is compared, or a model is shared."
    )
    return prose_section(title, says, points=points)


def unused_points(files: Sequence[SharedFigures], *, own: str, names: Mapping[str, str]) -> list[str]:
    """Codes that nearly nobody has in one district and many have in the others."""
    return [
        f"{subject(one.name)} Nearly nobody has it in {called(one.district_id, own, names)}, "
        f"{of_100(one.usual)} of 100 over the others."
        for one in unused_codes(files, compare_codes(files))
        if not own or one.district_id == own
    ]


def subject(name: str) -> str:
    """A code as a sentence's subject."""
    return f"{name.removeprefix(CODE)}:"


def called(district_id: str, own: str, names: Mapping[str, str]) -> str:
    """A district in a sentence."""
    return "your district" if district_id == own else names.get(district_id, district_id)
