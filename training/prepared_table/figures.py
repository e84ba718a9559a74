"""Every figure of a prepared table with its interval: whole students are drawn, and all scorers judged on each draw.

With several seeds, a figure is the mean over the seeds, and so is every draw of it: the seeds of a draw see the same
students.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.examples import Floats
from models.metrics.bootstrap import ScoredRows, student_weights, weighted_metrics
from models.metrics.calibration_error import ReliabilityBin, reliability
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval, percentile_interval
from training.evaluation.capacities import CAPACITIES
from training.evaluation.evaluation import CrossEvaluation
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
    observed = figures_by_scorer(judged, np.ones((1, len(label))))
    drawn = drawn_figures(judged, draws_of(len(label), len(judged.risks), replicates), seed)
    first = judged.risks[0]
    return TableFigures(
        figures=judged.figures(CAPACITIES),
        intervals={name: intervals_of(observed[name], drawn[name]) for name in observed},
        differences={
            name: intervals_of(leads(observed, name), leads(drawn, name)) for name in observed if name != "model"
        },
        reliability={name: reliability(label, risk) for name, risk in first.items()},
    )


def draws_of(rows: int, seeds: int, replicates: int) -> int:
    """How many times students are drawn: the replicates dealt out over the seeds, fewer where rows are very many."""
    return max(FEWEST_DRAWS, min(replicates, MOST_CELLS // max(1, rows)) // seeds)


def drawn_figures(judged: CrossEvaluation, replicates: int, seed: int) -> Drawn:
    """Every figure of every scorer, once a draw."""
    weights = student_weights(judged.examples.student, replicates, seed)
    blocks = [figures_by_scorer(judged, block) for block in weights]
    return {
        scorer: {name: np.concatenate([block[scorer][name] for block in blocks]) for name in found}
        for scorer, found in blocks[0].items()
    }


def figures_by_scorer(judged: CrossEvaluation, weights: Floats) -> Drawn:
    """Every figure of every scorer for each row of weights, the mean over the seeds."""
    examples = judged.examples
    return {
        name: mean_over_seeds(
            [
                weighted_metrics(ScoredRows(examples.label, risks[name], examples.school), weights, CAPACITIES)
                for risks in judged.risks
            ]
        )
        for name in judged.risks[0]
    }


def mean_over_seeds(found: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """The mean of each figure, draw by draw."""
    return {name: np.asarray(np.mean([one[name] for one in found], axis=0)) for name in found[0]}


def leads(found: Drawn, other: str) -> dict[str, Floats]:
    """By how much the model is better than another scorer, draw by draw."""
    return {
        name: (found["model"][name] - found[other][name]) * (-1 if name in LOWER_IS_BETTER else 1) for name in LEADS
    }


def intervals_of(observed: Mapping[str, Floats], drawn: Mapping[str, Floats]) -> dict[str, Interval]:
    """Each figure as observed, between the bounds that hold 95 in 100 draws."""
    return {name: percentile_interval(float(value[0]), drawn[name]) for name, value in observed.items()}
