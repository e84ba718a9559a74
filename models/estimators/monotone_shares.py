"""Shares off track that never fall with a count of signals, honest where few students have many."""

from dataclasses import dataclass

import numpy as np

from models.examples import Booleans, Floats, Integers, Texts
from models.metrics.intervals import wilson_interval

PRIOR = 6.0
"""How many students the neighborhood of a pooled level counts for; drawn districts tell 4 to 8 hardly apart."""
ANCHOR = 0.5
"""How many students off track stand beyond the highest level, and on track below the lowest: the half of Jeffreys."""
DIGITS = 9
"""Decimals of a count of students: parts of a student add up to whole ones."""


@dataclass(frozen=True)
class LevelCounts:
    """Students by level, the levels rising: `n` of each and how many of them ended `off_track`.

    A student with rows in several levels is in each by the share of their rows, so that all levels add up to students.
    """

    levels: Floats
    n: Floats
    off_track: Floats


@dataclass(frozen=True)
class MonotoneShares:
    """Each level's share off track, never falling, with the interval (`low`, `high`) around it.

    `pooled_n` is how many students the share and its interval are of: those of the level and of all pooled with it.
    """

    shares: Floats
    pooled_n: Floats
    low: Floats
    high: Floats


def count_levels(signals: Floats, label: Booleans, student: Texts) -> LevelCounts:
    """Counts students by level; the same in whatever order the rows come."""
    levels, level = np.unique(signals, return_inverse=True)
    _, who, rows = np.unique(student, return_inverse=True, return_counts=True)
    weight = 1 / rows[who]
    order = np.lexsort((label, weight, level))  # equal parts are added in one order
    n = np.bincount(level[order], weights=weight[order])
    off_track = np.bincount(level[order], weights=(weight * label)[order])
    return LevelCounts(levels, np.round(n, DIGITS), np.round(off_track, DIGITS))


def fit_monotone_shares(counts: LevelCounts, prior: float = PRIOR) -> MonotoneShares:
    """Pools adjacent violators on the counts, then lets each pooled level lean to its neighborhood.

    The neighborhood is the pooled level together with the one below and the one above, and counts for `prior`
    students. Its share never falls from level to level and lies between the neighbors' shares, so what leans to it
    never falls either. The interval is Wilson's at 95 % on the pooled level's own students, widened where it must be
    to hold the share.
    """
    place = pool_levels(counts)
    n, off_track = (np.bincount(place, weights=one).astype(np.float64) for one in (counts.n, counts.off_track))
    leaning = (off_track + prior * neighborhood_share(n, off_track)) / (n + prior)
    shares = np.maximum.accumulate(np.minimum(leaning, 1.0))  # rounding in the last digit
    wilson = np.array([wilson_interval(one, of) for one, of in zip(off_track, n, strict=True)]) / 100
    low, high = np.minimum(wilson[:, 0], shares), np.maximum(wilson[:, 1], shares)
    return MonotoneShares(shares[place], n[place], low[place], high[place])


def pool_levels(counts: LevelCounts) -> Integers:
    """The pooled level of each level, from 0: adjacent levels whose shares would fall are one (isotonic regression)."""
    from sklearn.isotonic import isotonic_regression  # serving a rule fits nothing

    fitted = isotonic_regression(counts.off_track / counts.n, sample_weight=counts.n)
    return np.cumsum(np.diff(fitted, prepend=fitted[0]) > 10**-DIGITS)


def neighborhood_share(n: Floats, off_track: Floats) -> Floats:
    """The share of each pooled level together with its neighbors; the outermost have a neighbor of half a student."""
    students = np.concatenate([[ANCHOR], n, [ANCHOR]])
    ended = np.concatenate([[0.0], off_track, [ANCHOR]])
    return sum_of_three(ended) / sum_of_three(students)


def sum_of_three(values: Floats) -> Floats:
    """Each inner value with the ones before and after it."""
    return values[:-2] + values[1:-1] + values[2:]
