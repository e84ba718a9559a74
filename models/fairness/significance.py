"""Significance of a difference between two groups, kept honest where a group is small.

A bootstrap fails there: of 0 of 11, or of 11 equal values, no replicate differs. So each p-value is the larger of two:
that of the bootstrap's standard error, and one computed under the null hypothesis that both groups are alike.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import fisher_exact, norm

from models.examples import Floats, Integers

GroupPair = tuple[int, int]
"""The indices of a group and of the reference."""


@dataclass(frozen=True)
class Moments:
    """Per group: the number of values, their sum and the sum of their squares."""

    n: Floats
    total: Floats
    squares: Floats


def moments_of(values: Floats, group: Integers, groups: int) -> Moments:
    """The moments of each group's values; rows beyond the last group count for none."""
    n, total, squares = (
        np.bincount(group, weights=of, minlength=groups)[:groups].astype(np.float64)
        for of in (np.ones(len(group)), values, values**2)
    )
    return Moments(n, total, squares)


def p_value_of_difference(difference: float, spread: float) -> float:
    """The two-sided p-value of a difference with this standard error; 1 where nothing varies."""
    return float(2 * norm.sf(abs(difference) / spread)) if spread > 0 else 1.0


def fisher_p_value(part: Floats, whole: Floats, rows_a_student: float) -> float:
    """The p-value of two different shares by Fisher's exact test; students count, not their rows."""
    held = np.floor(np.stack([part, whole - part]) / rows_a_student)
    return float(fisher_exact(held).pvalue)


def standard_error_of_means(values: Moments, two: GroupPair) -> float:
    """The standard error of a difference of means if both groups' values have one distribution."""
    at = list(two)
    n = values.n[at]
    mean = values.total[at].sum() / n.sum()
    variance = max(0.0, values.squares[at].sum() / n.sum() - mean**2)
    return sqrt(variance * float((1 / n).sum()))


def standard_error_of_gaps(risk: Moments, gap: Floats, two: GroupPair) -> float:
    """The standard error of a difference of calibration gaps if the risks of both are off by the same.

    The share off track is then the risk and that gap, so a group's variance is that of as many draws.
    """
    at = list(two)
    n, total, squares = risk.n[at], risk.total[at], risk.squares[at]
    both = float((gap[at] * n).sum() / n.sum())
    variances = (total + both * n) - (squares + 2 * both * total + both**2 * n)
    return sqrt(float((np.maximum(variances, 0) / n**2).sum()))


def standard_error_of_auc(auc: float, off_track: Floats, on_track: Floats) -> float:
    """The standard error of a difference of ROC AUCs if both are that one (Hanley and McNeil 1982)."""
    alike, apart = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    product = auc * (1 - auc)
    variances = product + (off_track - 1) * (alike - auc**2) + (on_track - 1) * (apart - auc**2)
    return sqrt(float((variances / (off_track * on_track)).sum()))
