"""The figures of a report: the model beside every baseline, at each capacity, in order and in calibration."""

from collections.abc import Callable, Mapping

from models.metrics import Figures, places
from training.card import SCORER_WORDS
from training.judgement import Judgement
from training.report_charts import Series, merged, precision_chart, reliability_chart
from training.report_html import (
    Html,
    capacity_of_100,
    capitalized,
    element,
    figure,
    joined,
    of_100,
    paragraph,
    people_interval,
    section,
    table,
    technical_interval,
)

ORDER = ("model", "rule", "logistic", "school_only", "champion")
"""The scorers in the order in which a reader meets them."""
CURVES = ("model", "rule")
SHORT = {"model": "model", "rule": "published rule", "logistic": "logistic", "school_only": "school only"}
"""Names that fit beside a line."""
Reading = Callable[[Figures], Mapping[float, float]]


def figures_section(judgement: Judgement) -> Html:
    """How good the list is at each capacity, and the order behind it."""
    return section(
        "How good is the list, and compared with what?",
        unshown_capacities(judgement),
        *(capacity_parts(judgement) if shown_capacities(judgement) else []),
        technical_table(judgement),
        difference_table(judgement),
    )


def capacity_parts(judgement: Judgement) -> list[Html]:
    """Precision and recall in people, and the chart."""
    return [
        paragraph(
            "The longer the list, the more students off track are found, and the more flags are wrong. Where students "
            "tie at the end of the list, each counts by the chance of being drawn."
        ),
        capacity_table(judgement, "Of 100 students listed, how many ended off track (precision)", precision_of, of_100),
        capacity_table(
            judgement, "Of 100 students who ended off track, how many were listed (recall)", recall_of, of_100
        ),
        precision_figure(judgement),
    ]


def precision_of(figures: Figures) -> Mapping[float, float]:
    """Precision by capacity."""
    return figures.precision_at


def recall_of(figures: Figures) -> Mapping[float, float]:
    """Recall by capacity."""
    return figures.recall_at


def scorers(judgement: Judgement) -> list[str]:
    """The scorers that were judged, in reading order."""
    return [name for name in ORDER if name in judgement.figures]


def shown_capacities(judgement: Judgement) -> list[float]:
    """The capacities that list enough students for a figure."""
    figures, smallest = judgement.figures["model"], judgement.trial.settings.audit.smallest_group
    return [at for at in sorted(figures.precision_at) if places(figures.n, at) >= smallest]


def unshown_capacities(judgement: Judgement) -> Html:
    """Which capacities list too few students; nothing where none does."""
    shown, smallest = shown_capacities(judgement), judgement.trial.settings.audit.smallest_group
    hidden = [at for at in sorted(judgement.figures["model"].precision_at) if at not in shown]
    which = ", ".join(map(capacity_of_100, hidden))
    says = f"At {which} of 100, fewer than {smallest} students would be listed: not shown."
    return paragraph(says, class_="soft") if hidden else Html("")


def capacity_table(judgement: Judgement, caption: str, reading: Reading, number: Callable[[float], str]) -> Html:
    """One figure of every scorer at every capacity, the district's own standing out."""
    shown, own = shown_capacities(judgement), judgement.trial.settings.gate.capacity
    head = ["Listed by", *(capacity_words(at, own) for at in shown)]
    rows = [
        [scorer_cell(name), *(number(reading(judgement.figures[name])[at]) for at in shown)]
        for name in scorers(judgement)
    ]
    return table(caption, head, rows, own=shown.index(own) + 1 if own in shown else -1)


def capacity_words(capacity: float, own: float) -> Html:
    """The head of a capacity's column."""
    whose = [element("span", "the district’s capacity")] if capacity == own else []
    return joined(f"{capacity_of_100(capacity)} of 100 listed", *whose)


def scorer_cell(name: str) -> Html:
    """A scorer's name."""
    return joined(capitalized(SCORER_WORDS[name]))


def precision_figure(judgement: Judgement) -> Html:
    """Precision over the capacities as lines, with its table."""
    shown, model = shown_capacities(judgement), judgement.figures["model"]
    series = [
        Series(name, SHORT.get(name, "served before"), [(at, judgement.figures[name].precision_at[at]) for at in shown])
        for name in scorers(judgement)
    ]
    everyone = model.positives / model.n
    chart = precision_chart(series, own=judgement.trial.settings.gate.capacity, everyone=everyone)
    says = f"Precision by length of the list; of all students, {of_100(everyone)} of 100 ended off track."
    tables = [
        capacity_table(judgement, "Precision", precision_of, "{:.3f}".format),
        capacity_table(judgement, "Recall", recall_of, "{:.3f}".format),
    ]
    return figure(chart, says, joined(*tables))


def technical_table(judgement: Judgement) -> Html:
    """How well each scorer orders students and how far its risks are from what happened."""
    head = (
        "Scorer",
        "ROC AUC (higher is better)",
        "PR AUC (higher)",
        "Brier score (lower)",
        "Calibration error (lower)",
    )
    rows = [
        [scorer_cell(name), *(f"{value:.3f}" for value in (one.roc_auc, one.pr_auc, one.brier, one.calibration_error))]
        for name, one in ((name, judgement.figures[name]) for name in scorers(judgement))
    ]
    return table("Order and calibration, over all students of the test year", head, rows)


def difference_table(judgement: Judgement) -> Html:
    """By how much the model is better than every other scorer."""
    capacity = capacity_of_100(judgement.trial.settings.gate.capacity)
    head = ("Model compared with", "Off track, of 100 listed", "Found, of 100 off track", "ROC AUC")
    rows = []
    for name in (name for name in ORDER if name in judgement.differences):
        found = judgement.differences[name]
        people = [people_interval(found[what]) for what in ("precision", "recall")]
        rows.append([scorer_cell(name), *people, technical_interval(found["roc_auc"])])
    caption = f"The model’s lead, with 95% intervals, {capacity} of 100 students listed (above 0, the model is better)"
    return table(caption, head, rows)


def reliability_section(judgement: Judgement) -> Html:
    """Whether risks mean what they say."""
    smallest = judgement.trial.settings.audit.smallest_group
    curves = [name for name in CURVES if name in judgement.reliability]
    bins = {name: merged(judgement.reliability[name]) for name in curves}
    title = "Do the risks mean what they say?"
    if any(one.n < smallest for found in bins.values() for one in found):
        return section(title, paragraph(f"A tenth of the students is fewer than {smallest}: not shown."))
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
