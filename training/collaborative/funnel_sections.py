"""Sections of a report with a funnel plot: one share over the districts, which are not ranked and not named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.collaborative.comparison import ComparedShare
from models.collaborative.shared_figures import SHARES
from models.metrics.heterogeneity import APART, funnel_limits
from models.metrics.intervals import Z95, Interval, wilson_interval
from presentation.charts.funnel_chart import FunnelLimits, FunnelPoint, funnel_chart
from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords
from presentation.numbers import capitalized, of_100, share_interval
from presentation.report import ReportSection
from presentation.tables import DataTable, plain_table

LIMITS = ((Z95, "line rule"), (3.09, "line school_only"))
"""Deviations within which 95 and 99.8 of 100 districts lie by chance, and how their lines look."""
STEPS = 40
TITLES: Mapping[str, str] = {
    "on_track": "Ended on track",
    "moved_up": "Moved up: a signal early, on track in the end",
    "moved_down": "Moved down: no signal early, off track in the end",
    "chronic_absence": "Chronically absent, grades 6 to 12",
    "found": "Listed, of those who ended off track",
    "right": "Ended off track, of those listed",
    "planned": "Had a plan after they were listed",
}
OF: Mapping[str, str] = {
    "on_track": "students of the cohort",
    "moved_up": "students with an early signal",
    "moved_down": "students without an early signal",
    "chronic_absence": "students of grades 6 to 12",
    "found": "students who ended off track",
    "right": "students listed",
    "planned": "students listed",
}
CAPTION = (
    "Each point is a district; further to the right are those with more students. Between the inner lines lie 95 of "
    "100 districts by chance alone, between the outer ones nearly all. The filled point is the reader's own district."
)


@dataclass(frozen=True)
class FunnelView:
    """What a share says in sentences, its funnel plot, the words below it, and the table behind it."""

    says: tuple[str, ...]
    chart: Chart
    caption: str
    table: DataTable


def funnel_section(one: ComparedShare, own: str, alike: Sequence[str]) -> ReportSection:
    """One share; `own` is the id of the reader's district, empty for the office, `alike` are districts like it."""
    title, of = TITLES[one.name], OF[one.name]
    words = ChartWords(
        f"funnel-{one.name}", f"{title}, of 100 {of}", f"{len(one.shares)} districts; together {of_100(pooled(one))}."
    )
    sizes = np.linspace(1, max(whole for _, whole in one.shares.values()) * 1.08, STEPS)
    chart = funnel_chart(
        [point(part, whole, is_own=who == own) for who, (part, whole) in one.shares.items()],
        pooled(one),
        [limits_of(pooled(one), sizes, deviations, style) for deviations, style in LIMITS],
        words,
        across=capitalized(of),
    )
    return ReportSection(
        title, "collaborative/funnel.html", FunnelView(sentences(one, own, alike), chart, CAPTION, table_of(one, own))
    )


def pooled(one: ComparedShare) -> float:
    """The common share."""
    return one.pooled.estimate


def point(part: int, whole: int, *, is_own: bool) -> FunnelPoint:
    """A district in the plot."""
    says = f"{'Your district' if is_own else 'A district'}: {of_100(part / whole)} of 100, {whole:,} students"
    return FunnelPoint(whole, part / whole, says, own=is_own)


def limits_of(share: float, sizes: "np.typing.NDArray[np.float64]", deviations: float, style: str) -> FunnelLimits:
    """Limits at some numbers of students."""
    low, high = funnel_limits(share, sizes, deviations)
    return FunnelLimits(tuple(sizes.tolist()), tuple(low.tolist()), tuple(high.tolist()), style)


def sentences(one: ComparedShare, own: str, alike: Sequence[str]) -> tuple[str, ...]:
    """The common share, how far districts differ beyond chance, who stands apart, and the reader's own place."""
    found, of = one.pooled, OF[one.name]
    first = (
        f"Of 100 {of}, {share_interval(found)} {SHARES[one.name].partition(',')[0]}, over {found.districts} districts. "
        f"{differ_words(found.tau * found.estimate * (1 - found.estimate), found.i_squared)}"
    )
    away = len([who for who in one.apart if who != own])
    apart = f"{away} {'district stands' if away == 1 else 'districts stand'} apart from the others." if away else ""
    return tuple(filter(None, (first, apart, own_words(one, own), alike_words(one, alike))))


def differ_words(spread: float, i_squared: float) -> str:
    """How far districts differ beyond chance, of 100."""
    if spread * 100 < 0.5:
        return "Districts differ no more than chance lets them."
    return (
        f"Beyond chance districts differ by about {spread * 100:.0f} of 100 (one standard deviation; of what is seen, "
        f"{of_100(i_squared)} of 100 is more than chance: I²)."
    )


def own_words(one: ComparedShare, own: str) -> str:
    """The reader's own share; empty for the office."""
    if not own:
        return ""
    if own not in one.shares:
        return "Your district's own figure is over too few students to be told."
    part, whole = one.shares[own]
    distance = one.distances[own]
    where = "" if distance is None else "; that is as usual" if abs(distance) <= APART else "; it stands apart"
    return f"Your district: {share_interval(interval_of(part, whole))}{where}."


def alike_words(one: ComparedShare, alike: Sequence[str]) -> str:
    """The share over districts that declare the same context; empty with fewer than two of them."""
    counts = [one.shares[who] for who in alike if who in one.shares]
    if len(counts) < 2:
        return ""
    part, whole = sum(one for one, _ in counts), sum(all_of for _, all_of in counts)
    return f"The {len(counts)} other districts with your context, together: {share_interval(interval_of(part, whole))}."


def interval_of(part: int, whole: int) -> Interval:
    """A share with Wilson's interval."""
    low, high = wilson_interval(part, whole)
    return Interval(part / whole, low / 100, high / 100)


def table_of(one: ComparedShare, own: str) -> DataTable:
    """The figures behind a plot, by the number of students: neither ranked by the share nor named."""
    ordered = sorted(one.shares.items(), key=lambda item: -item[1][1])
    rows = [
        ("Your district" if who == own else f"A district of {whole:,}", share_interval(interval_of(part, whole)))
        for who, (part, whole) in ordered
    ]
    return plain_table(TITLES[one.name], (f"Districts by {OF[one.name]}", "Of 100, with 95% interval"), rows)
