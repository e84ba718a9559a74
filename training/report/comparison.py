"""The model beside its baselines: precision and recall by capacity, ranking, and calibration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.metrics.calibration_error import ReliabilityBin
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval
from models.metrics.ranking import list_length
from presentation.charts.line_chart import LineSeries, reliability_chart
from presentation.charts.marks import Chart
from presentation.numbers import (
    capacity_of_100,
    capitalized,
    figure_interval,
    of_100,
    people_interval,
    technical_interval,
)
from presentation.report import ReportSection, prose_section
from presentation.tables import DataTable, Heading, plain_table
from training.evaluation.scorers import SHORT, in_order, words_of
from training.training_result import TrainingResult

Reading = Callable[[ClassificationMetrics], Mapping[float, float]]


@dataclass(frozen=True)
class Comparison:
    """What a report shows of the model and its baselines: figures, intervals, the model's leads and bins, by scorer.

    `capacity` stands out and is named by `whose`; figures over fewer than `smallest` students are not shown; `over`
    says of whom the figures are; `baseline` is the scorer that the model is set beside.
    """

    figures: Mapping[str, ClassificationMetrics]
    intervals: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]
    reliability: Mapping[str, tuple[ReliabilityBin, ...]]
    capacity: float
    smallest: int
    whose: str = "the district’s capacity"
    over: str = "all students of the test year"
    baseline: str = "rule"

    @property
    def curves(self) -> tuple[str, str]:
        """The scorers whose reliability is drawn."""
        return "model", self.baseline


def comparison_of(result: TrainingResult) -> Comparison:
    """The comparison of a training result."""
    settings = result.request.settings
    return Comparison(
        result.figures, result.intervals, result.differences, result.reliability,
        capacity=settings.gate.capacity, smallest=settings.audit.smallest_group,
    )  # fmt: skip


@dataclass(frozen=True)
class ComparisonView:
    """The tables of the figures; `by_capacity` and `behind` are empty where every list would be too short."""

    unshown: str
    by_capacity: tuple[DataTable, ...]
    behind: tuple[DataTable, ...]
    technical: DataTable
    leads: DataTable


@dataclass(frozen=True)
class CalibrationView:
    """The chart of reliability and the table behind it."""

    chart: Chart
    table: DataTable


def comparison_section(found: Comparison) -> ReportSection:
    """Precision and recall at each capacity, ranking and calibration, and the model's leads."""
    shown = bool(shown_capacities(found))
    view = ComparisonView(
        unshown_capacities(found),
        capacity_tables(found) if shown else (),
        tables_behind(found) if shown else (),
        technical_table(found),
        difference_table(found),
    )
    return ReportSection("How good is the list, and compared with what?", "report/comparison.html", view)


def capacity_tables(found: Comparison) -> tuple[DataTable, ...]:
    """Precision and recall of 100 students."""
    return (
        capacity_table(found, "Of 100 students listed, how many ended off track (precision)", precision_of, of_100),
        capacity_table(found, "Of 100 students who ended off track, how many were listed (recall)", recall_of, of_100),
    )


def tables_behind(found: Comparison) -> tuple[DataTable, ...]:
    """Precision, recall and lift with three decimals and intervals."""
    recall = capacity_table(found, "Recall", recall_of, "{:.3f}".format)
    return (recall, *(ranged_table(found, what) for what in ("precision", "recall", "lift")))


def precision_of(figures: ClassificationMetrics) -> Mapping[float, float]:
    """Precision by capacity."""
    return figures.precision_at


def recall_of(figures: ClassificationMetrics) -> Mapping[float, float]:
    """Recall by capacity."""
    return figures.recall_at


def scorers(found: Comparison) -> list[str]:
    """The scorers that were judged, in reading order."""
    return in_order(found.figures)


def shown_capacities(found: Comparison) -> list[float]:
    """The capacities that list enough students for a figure."""
    figures = found.figures["model"]
    return [at for at in sorted(figures.precision_at) if list_length(figures.n, at) >= found.smallest]


def unshown_capacities(found: Comparison) -> str:
    """Which capacities list too few students; empty where none does."""
    shown = shown_capacities(found)
    hidden = [at for at in sorted(found.figures["model"].precision_at) if at not in shown]
    which = ", ".join(map(capacity_of_100, hidden))
    return f"At {which} of 100, fewer than {found.smallest} students would be listed: not shown." if hidden else ""


def capacity_table(found: Comparison, caption: str, reading: Reading, number: Callable[[float], str]) -> DataTable:
    """One figure of every scorer at every capacity; the district's own capacity stands out."""
    shown, own = shown_capacities(found), found.capacity
    head = [Heading("Listed by"), *(capacity_words(at, found) for at in shown)]
    rows = [[scorer_cell(name), *(number(reading(found.figures[name])[at]) for at in shown)] for name in scorers(found)]
    return plain_table(caption, head, rows, emphasized=shown.index(own) + 1 if own in shown else -1)


def capacity_words(capacity: float, found: Comparison) -> Heading:
    """The head of a capacity's column."""
    return Heading(f"{capacity_of_100(capacity)} of 100 listed", found.whose if capacity == found.capacity else "")


def scorer_cell(name: str) -> str:
    """A scorer's name."""
    return capitalized(words_of(name))


def ranged_table(found: Comparison, what: str) -> DataTable:
    """One figure at every capacity with its interval, of the scorers that have one."""
    shown = shown_capacities(found)
    rows = [
        [scorer_cell(name), *(figure_interval(found.intervals[name][f"{what}@{at:.3f}"]) for at in shown)]
        for name in in_order(found.intervals)
    ]
    head = [Heading("Listed by"), *(capacity_words(at, found) for at in shown)]
    return plain_table(f"{capitalized(what)}, with 95% intervals", head, rows)


TECHNICAL = {
    "roc_auc": "ROC AUC (higher is better)",
    "within_school_auc": "ROC AUC within schools (higher)",
    "pr_auc": "PR AUC (higher)",
    "brier": "Brier score (lower)",
    "calibration_error": "Calibration error (lower)",
    "calibration_slope": "Calibration slope (1 is right)",
    "calibration_intercept": "Calibration intercept (0 is right)",
}


def technical_table(found: Comparison) -> DataTable:
    """The ranking and calibration metrics of each scorer, with intervals."""
    by_scorer = {name: found.intervals[name] for name in in_order(found.intervals)}
    columns = {what: words for what, words in TECHNICAL.items() if any(what in one for one in by_scorer.values())}
    rows = [
        [scorer_cell(name), *(figure_interval(figures[what]) if what in figures else "none" for what in columns)]
        for name, figures in by_scorer.items()
    ]
    caption = f"Order and calibration, over {found.over}, with 95% intervals"
    return plain_table(caption, ("Scorer", *columns.values()), rows)


def difference_table(found: Comparison) -> DataTable:
    """The model's lead over every other scorer, with intervals."""
    capacity = capacity_of_100(found.capacity)
    head = ("Model compared with", "Off track, of 100 listed", "Found, of 100 off track", "ROC AUC")
    rows = []
    for name in in_order(found.differences):
        lead = found.differences[name]
        people = [people_interval(lead[what]) for what in ("precision", "recall")]
        rows.append([scorer_cell(name), *people, technical_interval(lead["roc_auc"])])
    caption = f"The model’s lead, with 95% intervals, {capacity} of 100 students listed (above 0, the model is better)"
    return plain_table(caption, head, rows)


def calibration_section(found: Comparison) -> ReportSection:
    """The reliability of risks, as a chart and a table."""
    curves = [name for name in found.curves if name in found.reliability]
    bins = {name: merged_bins(found.reliability[name]) for name in curves}
    title = "Do the risks mean what they say?"
    if any(one.n < found.smallest for held in bins.values() for one in held):
        return prose_section(title, f"A tenth of the students is fewer than {found.smallest}: not shown.")
    series = [LineSeries(name, SHORT[name], [(one.mean_risk, one.share) for one in bins[name]]) for name in curves]
    rows = [
        (scorer_cell(name), f"{one.n:,}", f"{one.mean_risk:.3f}", f"{one.share:.3f}")
        for name in curves
        for one in bins[name]
    ]
    table = plain_table("Reliability", ("Scorer", "Students", "Mean risk given", "Share that ended off track"), rows)
    return ReportSection(title, "report/calibration.html", CalibrationView(reliability_chart(series), table))


def merged_bins(bins: Sequence[ReliabilityBin]) -> list[ReliabilityBin]:
    """The bins, those of equal risk and share as one: a rule gives many students the same risk."""
    whole: dict[tuple[float, float], ReliabilityBin] = {}
    for one in bins:
        place = (round(one.mean_risk, 9), round(one.share, 9))
        held = whole[place].n if place in whole else 0
        whole[place] = ReliabilityBin(held + one.n, one.mean_risk, one.share)
    return list(whole.values())
