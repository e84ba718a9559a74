"""Every figure of a prepared table with its interval: whole students are drawn, and all scorers judged on each draw.

Where rows have scoring dates, a list is made on each, and a figure is the mean over those lists: more dates are no more
evidence. With several seeds, a figure is the mean over the seeds, and so is every draw of it: the seeds of a draw see
the same students.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.examples import Examples, Floats, Places
from models.metrics.bootstrap import ScoredRows, student_weights, weighted_metrics
from models.metrics.calibration_error import ReliabilityBin, reliability
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import ratio
from training.evaluation.capacities import CAPACITIES
from training.evaluation.evaluation import CrossEvaluation, mean_figures
from training.evaluation.intervals import MOST_CELLS

CAPACITY = 0.10
"""Of those at which every run is reported, the one that lists and groups are told at."""
FEWEST_DRAWS = 200
LOWER_IS_BETTER = ("brier",)
LEADS = ("roc_auc", "pr_auc", "brier", *(f"{what}@{at:.3f}" for at in CAPACITIES for what in ("precision", "recall")))
Drawn = Mapping[str, Mapping[str, Floats]]
"""Scorer, figure, and one value a draw."""


@dataclass(frozen=True)
class TableFigures:
    """The model beside its baselines, by scorer.

    `differences` are the model's paired leads: above zero the model is better, in the Brier score too.
    `reliability` is of the first seed.
    """

    figures: Mapping[str, ClassificationMetrics]
    intervals: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]
    reliability: Mapping[str, tuple[ReliabilityBin, ...]]

    def shown_reliability(self, smallest: int) -> Mapping[str, tuple[ReliabilityBin, ...]]:
        """The bins, nothing where one of them holds fewer than `smallest` rows."""
        few = any(one.n < smallest for bins in self.reliability.values() for one in bins)
        return {} if few else self.reliability


def table_figures(judged: CrossEvaluation, *, replicates: int, seed: int) -> TableFigures:
    """Figures, intervals and leads of every scorer."""
    label = judged.examples.label
    lists = tuple(scored_list(judged, rows) for rows in lists_of(judged.examples))
    observed = figures_by_scorer(lists, np.ones((1, len(label))))
    weights = student_weights(judged.examples.student, draws_of(len(label), len(judged.risks), replicates), seed)
    drawn = drawn_figures(lists, weights)
    first = judged.risks[0]
    return TableFigures(
        figures=mean_over_lists(judged),
        intervals={name: intervals_of(observed[name], drawn[name]) for name in observed},
        differences={
            name: intervals_of(leads(observed, name), leads(drawn, name)) for name in observed if name != "model"
        },
        reliability={name: reliability(label, risk) for name, risk in first.items()},
    )


def lists_of(examples: Examples) -> list[Places]:
    """The rows of each list, those of one time and scoring date on which some ended on track and some off it.

    All rows are one list where they have no dates, or none has both.
    """
    if examples.as_of is None:
        return [np.arange(len(examples))]
    dates = pd.DataFrame({"time": examples.time, "as_of": examples.as_of}).groupby(["time", "as_of"]).indices
    lists = [np.asarray(rows, dtype=np.int64) for rows in dates.values()]
    both = [rows for rows in lists if examples.label[rows].any() and not examples.label[rows].all()]
    return both or [np.arange(len(examples))]


def mean_over_lists(judged: CrossEvaluation) -> dict[str, ClassificationMetrics]:
    """Each scorer's figures, the mean over the lists; its counts are of all rows."""
    rows, label = judged.examples, judged.examples.label
    found = [taken(judged, one).figures(CAPACITIES) for one in lists_of(rows)]
    return {
        name: replace(mean_figures([one[name] for one in found]), n=len(rows), positives=int(label.sum()))
        for name in found[0]
    }


def taken(judged: CrossEvaluation, rows: Places) -> CrossEvaluation:
    """The same of some of the rows."""
    risks = tuple({name: risk[rows] for name, risk in one.items()} for one in judged.risks)
    return CrossEvaluation(judged.examples.take(rows), risks)


def draws_of(rows: int, seeds: int, replicates: int) -> int:
    """How many times students are drawn: the replicates dealt out over the seeds, fewer where rows are very many."""
    return max(FEWEST_DRAWS, min(replicates, MOST_CELLS // max(1, rows)) // seeds)


@dataclass(frozen=True)
class ScoredList:
    """The rows of one list among all rows, and how each scorer scored them, once a seed."""

    rows: Places
    by_scorer: Mapping[str, Sequence[ScoredRows]]


def scored_list(judged: CrossEvaluation, rows: Places) -> ScoredList:
    """Some of the rows as one list."""
    label, school = judged.examples.label[rows], judged.examples.school
    of_rows = None if school is None else school[rows]
    return ScoredList(
        rows,
        {name: [ScoredRows(label, risks[name][rows], of_rows) for risks in judged.risks] for name in judged.risks[0]},
    )


def drawn_figures(lists: Sequence[ScoredList], weights: Iterable[Floats]) -> Drawn:
    """Every figure of every scorer, once a draw."""
    blocks = [figures_by_scorer(lists, block) for block in weights]
    return {
        scorer: {name: np.concatenate([block[scorer][name] for block in blocks]) for name in found}
        for scorer, found in blocks[0].items()
    }


def figures_by_scorer(lists: Sequence[ScoredList], weights: Floats) -> Drawn:
    """Every figure of every scorer for each row of weights, the mean over the lists and the seeds."""
    drawn = [weights[:, one.rows] for one in lists]
    return {
        name: mean_figure(
            [
                weighted_metrics(scored, its_own, CAPACITIES)
                for one, its_own in zip(lists, drawn, strict=True)
                for scored in one.by_scorer[name]
            ]
        )
        for name in lists[0].by_scorer
    }


def mean_figure(found: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """The mean of each figure, draw by draw; a list without one in a draw is left out of it."""
    return {name: nan_mean(np.stack([one[name] for one in found])) for name in found[0]}


def nan_mean(values: Floats) -> Floats:
    """The mean of each column, NaN where it has no value."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def leads(found: Drawn, other: str) -> dict[str, Floats]:
    """By how much the model is better than another scorer, draw by draw."""
    return {
        name: (found["model"][name] - found[other][name]) * (-1 if name in LOWER_IS_BETTER else 1) for name in LEADS
    }


def intervals_of(observed: Mapping[str, Floats], drawn: Mapping[str, Floats]) -> dict[str, Interval]:
    """Each figure as observed, between the bounds that hold 95 in 100 draws."""
    return {name: percentile_interval(float(value[0]), drawn[name]) for name, value in observed.items()}
