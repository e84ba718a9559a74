"""What a report shows first after its verdict: three figures and the picture of the list."""

from dataclasses import dataclass

from presentation.charts.line_chart import LineSeries, precision_chart
from presentation.charts.marks import Chart
from presentation.numbers import of_100
from presentation.report import ReportSection
from presentation.tables import DataTable
from training.evaluation.scorers import SHORT, in_order, words_of
from training.report.comparison import Comparison, capacity_table, precision_of, shown_capacities


@dataclass(frozen=True)
class KeyFigure:
    """A figure of the model, what it counts, and the same of what it is compared with."""

    number: str
    words: str
    beside: str


@dataclass(frozen=True)
class GlanceView:
    """The figures, and the chart of precision with the table behind it."""

    figures: tuple[KeyFigure, ...]
    chart: Chart
    caption: str
    table: DataTable


def glance_section(found: Comparison, other: str) -> ReportSection | None:
    """Three figures beside those of another scorer, and the chart of precision; None where every list is too short."""
    if not found.figures or not shown_capacities(found):
        return None
    everyone = everyone_off_track(found)
    view = GlanceView(
        (*list_figures(found, other), *risk_figures(found, other)),
        precision_chart(precision_series(found), own=found.capacity, everyone=everyone),
        f"Precision by length of the list; of all students, {of_100(everyone)} of 100 ended off track.",
        capacity_table(found, "Precision", precision_of, "{:.3f}".format),
    )
    return ReportSection("At a glance", "report/at_a_glance.html", view)


def everyone_off_track(found: Comparison) -> float:
    """The share of all students who ended off track."""
    return found.figures["model"].positives / found.figures["model"].n


def list_figures(found: Comparison, other: str) -> tuple[KeyFigure, ...]:
    """Precision and recall at the capacity; empty where that lists too few students."""
    at = found.capacity
    if at not in shown_capacities(found):
        return ()
    right = {name: of_100(one.precision_at[at]) for name, one in found.figures.items()}
    listed = {name: of_100(one.recall_at[at]) for name, one in found.figures.items()}
    return (
        key_figure(right, "of 100 students listed ended off track", other),
        key_figure(listed, "of 100 students who ended off track were listed", other),
    )


def risk_figures(found: Comparison, other: str) -> tuple[KeyFigure, ...]:
    """The calibration error."""
    errors = {name: f"{one.calibration_error * 100:.1f}" for name, one in found.figures.items()}
    return (key_figure(errors, "of 100: how far risks were from what happened, on average", other),)


def key_figure(numbers: dict[str, str], words: str, other: str) -> KeyFigure:
    """The model's number beside that of the other scorer, where it has one."""
    beside = f"by {words_of(other)}: {numbers[other]}" if other in numbers else ""
    return KeyFigure(numbers["model"], words, beside)


def precision_series(found: Comparison) -> list[LineSeries]:
    """Precision at every capacity that may be shown, of the scorers that have a line."""
    shown = shown_capacities(found)
    return [
        LineSeries(name, SHORT[name], [(at, found.figures[name].precision_at[at]) for at in shown])
        for name in in_order(found.figures)
        if name in SHORT
    ]
