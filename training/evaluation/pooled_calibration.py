"""Calibration over all judged years together: the share off track less the mean risk, in all, by group or by week."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.examples import Booleans, Examples, Floats, Texts
from models.metrics.bootstrap import student_weights
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import ratio
from training.evaluation.evaluation import Evaluation


def pooled_gaps(
    judged: Sequence[Evaluation], parts: Mapping[str, Booleans], *, replicates: int, seed: int
) -> dict[str, Interval]:
    """The gap of each part of the rows of some judged years, which are one below the other."""
    gap = np.concatenate([one.test.label - one.risks["model"] for one in judged])
    student = np.concatenate([one.test.student for one in judged])
    return mean_gaps(gap, student, parts, replicates=replicates, seed=seed)


def pooled_gap(judged: Sequence[Evaluation], *, replicates: int, seed: int) -> Interval:
    """The gap of all rows of some judged years."""
    every = np.ones(sum(len(one.test) for one in judged), dtype=np.bool_)
    return pooled_gaps(judged, {"all": every}, replicates=replicates, seed=seed)["all"]


def gaps_by_week(judged: Sequence[Evaluation], *, replicates: int, seed: int) -> dict[int, Interval]:
    """By school week of the last year's dates, the gap over all years, each by its list nearest to that week."""
    last = judged[-1].test.week
    if last is None:
        return {}
    weeks = {str(week): np.concatenate([nearest(one.test, int(week)) for one in judged]) for week in np.unique(last)}
    return {int(week): gap for week, gap in pooled_gaps(judged, weeks, replicates=replicates, seed=seed).items()}


def nearest(test: Examples, week: int) -> Booleans:
    """Which rows are of the list nearest to a school week."""
    if test.week is None:
        return np.ones(len(test), dtype=np.bool_)
    away = np.abs(test.week - week)
    found: Booleans = away == away.min()
    return found


def mean_gaps(
    gap: Floats, student: Texts, parts: Mapping[str, Booleans], *, replicates: int, seed: int
) -> dict[str, Interval]:
    """The mean gap of each part of some rows, with an interval that draws whole students, the same for all parts."""
    if not parts:
        return {}
    rows = np.column_stack(list(parts.values())).astype(np.float64)
    gaps = rows * gap[:, None]
    drawn = [ratio(weights @ gaps, weights @ rows) for weights in student_weights(student, replicates, seed)]
    observed, draws = gaps.sum(axis=0) / rows.sum(axis=0), np.concatenate(drawn)
    return {name: percentile_interval(float(observed[at]), draws[:, at]) for at, name in enumerate(parts)}
