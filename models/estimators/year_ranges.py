"""Year ranges: between which shares a rule's counts of signals may lie in one more year, where years differ.

How many end off track differs from year to year, and a share of several years together hides it. A range holds the
share of a year that nobody has seen: it is a prediction interval on the shifts of the years that are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.estimators.monotone_shares import count_levels
from models.estimators.published_rule import Range, RuleModel
from models.examples import Booleans, Floats, Texts

LEAST_YEARS = 3
"""Years from which ranges are made: with two, nothing is left out by them."""
MOST_STEPS, PRECISE, LEAST_OTHERS = 50, 1e-10, 0.5
"""Newton's steps at most, the step after which a shift no longer moves, and students that a year has of each end."""


@dataclass(frozen=True)
class YearCounts:
    """One year's students at each of a rule's counts, and how many of them ended off track."""

    n: Floats
    off_track: Floats


def year_counts(rule: RuleModel, signals: Floats, label: Booleans, student: Texts) -> YearCounts:
    """The counts of one year's rows; a student with rows at several counts is at each by a part."""
    known = ~np.isnan(signals)
    found, places = count_levels(signals[known], label[known], student[known]), len(rule.counts)
    place = rule.level_of(found.levels)
    n, off_track = (
        np.bincount(place, weights=one, minlength=places).astype(np.float64) for one in (found.n, found.off_track)
    )
    return YearCounts(n, off_track)


def year_ranges(rule: RuleModel, years: Sequence[YearCounts]) -> tuple[Range, ...]:
    """The range of each of the rule's shares in one more year, at 95 %; none with fewer than `LEAST_YEARS`.

    On the log odds, the shift of a new year lies in the prediction interval of the known years' shifts (Student's t);
    what the share's own interval leaves open is added to it as an independent error.
    """
    from scipy.special import expit, logit, stdtrit  # serving a rule fits nothing

    if len(years) < LEAST_YEARS:
        return ()
    shifts = np.array([shift_of(rule, year) for year in years])
    apart = float(stdtrit(len(shifts) - 1, 0.975) * shifts.std(ddof=1) * np.sqrt(1 + 1 / len(shifts)))
    share, low, high = (logit(np.asarray(one)) for one in (rule.shares, rule.low, rule.high))
    below = expit(share + shifts.mean() - np.hypot(apart, share - low))
    above = expit(share + shifts.mean() + np.hypot(apart, high - share))
    ends = zip(np.minimum(below, rule.low).tolist(), np.maximum(above, rule.high).tolist(), strict=True)
    return tuple(ends)


def shift_of(rule: RuleModel, year: YearCounts) -> float:
    """By how much, in log odds, a year's students ended off track more often than the shares said."""
    from scipy.special import expit, logit

    odds, students = logit(np.clip(rule.shares, 1e-6, 1 - 1e-6)), float(year.n.sum())
    ended = float(np.clip(year.off_track.sum(), LEAST_OTHERS, students - LEAST_OTHERS))
    shift = 0.0
    for _ in range(MOST_STEPS):
        risk = expit(odds + shift)
        step = (ended - float(year.n @ risk)) / float(year.n @ (risk * (1 - risk)))
        shift += step
        if abs(step) < PRECISE:
            break
    return shift
