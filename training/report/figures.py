"""The figures of a report: the model beside its baselines, at each capacity, in order and in calibration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.metrics.calibration_error import ReliabilityBin
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval
from models.metrics.ranking import list_length
from presentation.numbers import (
    capacity_of_100,
    capitalized,
    figure_interval,
    of_100,
    people_interval,
    technical_interval,
)
from training.evaluation.scorers import SHORT, in_order, words_of
from training.report.charts import Series, merged, precision_chart, reliability_chart
from training.report.html import Html, element, figure, joined, paragraph, section, table
from training.training_result import TrainingResult

Reading = Callable[[ClassificationMetrics], Mapping[float, float]]


@dataclass(frozen=True)
class Comparison:
    """What a report shows of the model and its baselines: figures, intervals, the model's leads and bins, by scorer.

    `capacity` stands out and is named by `whose`; figures over fewer than `smallest` students are not shown; `over`
    says of whom the figures are; `curves` are the scorers whose reliability is drawn.
    """

    figures: Mapping[str, ClassificationMetrics]
    intervals: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]
    reliability: Mapping[str, tuple[ReliabilityBin, ...]]
    capacity: float
    smallest: int
    whose: str = "the district’s capacity"
    over: str = "all students of the test year"
    curves: Sequence[str] = ("model", "rule")


def comparison_of(result: TrainingResult) -> Comparison:
    """What is shown of a result."""
    settings = result.request.settings
    return Comparison(
        result.figures, result.intervals, result.differences, result.reliability,
        capacity=settings.gate.capacity, smallest=settings.audit.smallest_group,
    )  # fmt: skip


def figures_section(result: TrainingResult) -> Html:
    """How good the list of a district's model is."""
    return compared_section(comparison_of(result))


def compared_section(found: Comparison) -> Html:
    """How good the list is at each capacity, and the order behind it."""
    return section(
        "How good is the list, and compared with what?",
        unshown_capacities(found),
        *(capacity_parts(found) if shown_capacities(found) else []),
        technical_table(found),
        difference_table(found),
    )


def capacity_parts(found: Comparison) -> list[Html]:
    """Precision and recall in people, and the chart."""
    return [
        paragraph(
            "The longer the list, the more students off track are found, and the more flags are wrong. Where students "
            "tie at the end of the list, each counts by the chance of being drawn."
        ),
        capacity_table(found, "Of 100 students listed, how many ended off track (precision)", precision_of, of_100),
        capacity_table(found, "Of 100 students who ended off track, how many were listed (recall)", recall_of, of_100),
        precision_figure(found),
    ]


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


def unshown_capacities(found: Comparison) -> Html:
    """Which capacities list too few students; nothing where none does."""
    shown = shown_capacities(found)
    hidden = [at for at in sorted(found.figures["model"].precision_at) if at not in shown]
    which = ", ".join(map(capacity_of_100, hidden))
    says = f"At {which} of 100, fewer than {found.smallest} students would be listed: not shown."
    return paragraph(says, class_="soft") if hidden else Html("")


def capacity_table(found: Comparison, caption: str, reading: Reading, number: Callable[[float], str]) -> Html:
    """One figure of every scorer at every capacity, one of these standing out."""
    shown, own = shown_capacities(found), found.capacity
    head = ["Listed by", *(capacity_words(at, found) for at in shown)]
    rows = [[scorer_cell(name), *(number(reading(found.figures[name])[at]) for at in shown)] for name in scorers(found)]
    return table(caption, head, rows, own=shown.index(own) + 1 if own in shown else -1)


def capacity_words(capacity: float, found: Comparison) -> Html:
    """The head of a capacity's column."""
    whose = [element("span", found.whose)] if capacity == found.capacity else []
    return joined(f"{capacity_of_100(capacity)} of 100 listed", *whose)


def scorer_cell(name: str) -> Html:
    """A scorer's name."""
    return joined(capitalized(words_of(name)))


def precision_figure(found: Comparison) -> Html:
    """Precision over the capacities as lines, with its table."""
    shown, model = shown_capacities(found), found.figures["model"]
    series = [
        Series(name, SHORT[name], [(at, found.figures[name].precision_at[at]) for at in shown])
        for name in scorers(found)
        if name in SHORT
    ]
    everyone = model.positives / model.n
    chart = precision_chart(series, own=found.capacity, everyone=everyone)
    says = f"Precision by length of the list; of all students, {of_100(everyone)} of 100 ended off track."
    tables = [
        capacity_table(found, "Precision", precision_of, "{:.3f}".format),
        capacity_table(found, "Recall", recall_of, "{:.3f}".format),
        *(ranged_table(found, what) for what in ("precision", "recall", "lift")),
    ]
    return figure(chart, says, joined(*tables))


def ranged_table(found: Comparison, what: str) -> Html:
    """One figure at every capacity with its interval, of the scorers that have one."""
    shown = shown_capacities(found)
    rows = [
        [scorer_cell(name), *(figure_interval(found.intervals[name][f"{what}@{at:.3f}"]) for at in shown)]
        for name in in_order(found.intervals)
    ]
    head = ["Listed by", *(capacity_words(at, found) for at in shown)]
    return table(f"{capitalized(what)}, with 95% intervals", head, rows)


TECHNICAL = {
    "roc_auc": "ROC AUC (higher is better)",
    "within_school_auc": "ROC AUC within schools (higher)",
    "pr_auc": "PR AUC (higher)",
    "brier": "Brier score (lower)",
    "calibration_error": "Calibration error (lower)",
    "calibration_slope": "Calibration slope (1 is right)",
    "calibration_intercept": "Calibration intercept (0 is right)",
}


def technical_table(found: Comparison) -> Html:
    """How well each scorer orders students and how far its risks are from what happened, with intervals."""
    by_scorer = {name: found.intervals[name] for name in in_order(found.intervals)}
    columns = {what: words for what, words in TECHNICAL.items() if any(what in one for one in by_scorer.values())}
    rows = [
        [scorer_cell(name), *(figure_interval(figures[what]) if what in figures else "none" for what in columns)]
        for name, figures in by_scorer.items()
    ]
    caption = f"Order and calibration, over {found.over}, with 95% intervals"
    return table(caption, ("Scorer", *columns.values()), rows)


def difference_table(found: Comparison) -> Html:
    """By how much the model is better than every other scorer."""
    capacity = capacity_of_100(found.capacity)
    head = ("Model compared with", "Off track, of 100 listed", "Found, of 100 off track", "ROC AUC")
    rows = []
    for name in in_order(found.differences):
        lead = found.differences[name]
        people = [people_interval(lead[what]) for what in ("precision", "recall")]
        rows.append([scorer_cell(name), *people, technical_interval(lead["roc_auc"])])
    caption = f"The model’s lead, with 95% intervals, {capacity} of 100 students listed (above 0, the model is better)"
    return table(caption, head, rows)


def reliability_section(result: TrainingResult) -> Html:
    """Whether the risks of a district's model mean what they say."""
    return calibration_section(comparison_of(result))


def calibration_section(found: Comparison) -> Html:
    """Whether risks mean what they say."""
    curves = [name for name in found.curves if name in found.reliability]
    bins = {name: merged(found.reliability[name]) for name in curves}
    title = "Do the risks mean what they say?"
    if any(one.n < found.smallest for held in bins.values() for one in held):
        return section(title, paragraph(f"A tenth of the students is fewer than {found.smallest}: not shown."))
    series = [Series(name, SHORT[name], [(one.mean_risk, one.share) for one in bins[name]]) for name in curves]
    rows = [
        (scorer_cell(name), f"{one.n:,}", f"{one.mean_risk:.3f}", f"{one.share:.3f}")
        for name in curves
        for one in bins[name]
    ]
    data = table("Reliability", ("Scorer", "Students", "Mean risk given", "Share that ended off track"), rows)
    says = (
        "Each point is about a tenth of the students, more where many have the same risk. On the dotted line, as many "
    )
    return section(
        title,
        paragraph("A risk of 30 of 100 should mean that about 30 of 100 such students end off track."),
        figure(reliability_chart(series), f"{says}ended off track as the risk said.", data),
    )
