"""Figures of the test year with their intervals: every scorer's, and the model's leads over the others."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from features.settings import Gate
from models.examples import Booleans, Examples, Floats
from models.metrics.bootstrap import (
    ScoredRows,
    bootstrap_metrics,
    calibration_gap,
    difference_intervals,
    student_weights,
)
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import precision_and_recall
from training.evaluation.evaluation import Evaluation

Differences = Mapping[str, Mapping[str, Interval]]
"""In the test year, by how much the model is better than each other scorer: precision, recall, and ROC AUC."""
MOST_CELLS = 20_000_000
"""Replicates × rows behind the intervals of one scorer."""


def leads_over_others(judged: Evaluation, bounds: Gate, seed: int, *, others: Collection[str]) -> Differences:
    """The model's leads over other scorers in the test year."""
    test, model, draws = judged.test, judged.order("model"), bounds.replicates
    orders = {name: judged.order(name) for name in judged.risks if name != "model" and name in others}
    return {
        name: difference_intervals(
            test.label, model, order, test.student, capacity=bounds.capacity, replicates=draws, seed=seed
        )
        for name, order in orders.items()
    }


def calibration_of(judged: Evaluation, bounds: Gate, seed: int) -> Interval:
    """The share off track less the model's mean risk."""
    test, model = judged.test, judged.risks["model"]
    return calibration_gap(test.label, model, test.student, replicates=bounds.replicates, seed=seed)


def intervals_of(
    judged: Evaluation, scorer: str, capacities: Sequence[float], bounds: Gate, seed: int
) -> dict[str, Interval]:
    """Every figure of one scorer with its interval; fewer replicates where there are very many rows."""
    test = judged.test
    replicates = min(bounds.replicates, max(200, MOST_CELLS // max(1, len(test))))
    scored = ScoredRows(test.label, judged.risks[scorer], test.school, judged.order(scorer))
    return bootstrap_metrics(scored, test.student, capacities, replicates=replicates, seed=seed)


def headline_of(test: Examples, order: Floats, bounds: Gate, seed: int) -> Interval:
    """The share of those listed at the capacity who ended off track; the bootstrap draws whole students."""
    label: Booleans = test.label
    observed = precision_and_recall(label, order, np.ones((1, len(label))), bounds.capacity)[0]
    weights = student_weights(test.student, bounds.replicates, seed)
    drawn = [precision_and_recall(label, order, block, bounds.capacity)[0] for block in weights]
    return percentile_interval(float(observed[0]), np.concatenate(drawn))
