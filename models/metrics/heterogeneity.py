"""Figures of several districts together: random effects, how far they differ beyond chance, and who stands apart.

DerSimonian and Laird (1986, Controlled Clinical Trials 7:177) for the mean and tau; Higgins and Thompson (2002,
Statistics in Medicine 21:1539) for I²; limits of funnel plots as Spiegelhalter (2005, Statistics in Medicine 24:1185).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.examples import Floats
from models.metrics.intervals import Z95, Interval

APART = 3.0
"""Standard deviations from what the others say, from which a district is told to stand apart."""
LEAST_OTHERS = 3
"""Other districts with the figure, fewer of which cannot say what is usual."""
CORRECTION = 0.5
"""Added to both sides of a share before its log odds are taken."""


@dataclass(frozen=True)
class Pooled:
    """An estimate over several districts: its interval, tau (their spread), and I² (the share of it beyond chance)."""

    estimate: float
    low: float
    high: float
    tau: float
    i_squared: float
    districts: int

    @property
    def error(self) -> float:
        """The standard error of the estimate."""
        return (self.high - self.low) / (2 * Z95)


def pool(estimates: Sequence[float], errors: Sequence[float]) -> Pooled:
    """The random-effects estimate of some estimates with their standard errors; ValueError for none."""
    if not len(estimates):
        raise ValueError("nothing to pool")
    value, variance = np.asarray(estimates, dtype=np.float64), np.square(np.asarray(errors, dtype=np.float64))
    weight = 1 / variance
    apart = float(weight @ np.square(value - weight @ value / weight.sum()))
    freedom = len(value) - 1
    spare = float(weight.sum() - np.square(weight).sum() / weight.sum())
    tau_squared = max(0.0, (apart - freedom) / spare) if spare > 0 else 0.0
    wide = 1 / (variance + tau_squared)
    mean, error = float(wide @ value / wide.sum()), float(np.sqrt(1 / wide.sum()))
    i_squared = max(0.0, (apart - freedom) / apart) if apart > 0 else 0.0
    return Pooled(mean, mean - Z95 * error, mean + Z95 * error, tau_squared**0.5, i_squared, len(value))


def next_district(found: Pooled) -> Interval:
    """Within which an estimate of another district like these lies: a 95% prediction interval.

    Higgins, Thompson and Spiegelhalter (2009, Journal of the Royal Statistical Society A 172:137): Student's t with two
    degrees of freedom less than districts. Without bounds below three districts.
    """
    from scipy.stats import t  # serving predicts nothing of districts

    freedom = found.districts - 2
    if freedom < 1:
        return Interval(found.estimate, -np.inf, np.inf)
    half = float(t.ppf(0.975, freedom)) * float(np.hypot(found.tau, found.error))
    return Interval(found.estimate, found.estimate - half, found.estimate + half)


def log_odds(part: float, whole: float) -> tuple[float, float]:
    """The log odds of a share with their standard error."""
    inside, outside = part + CORRECTION, whole - part + CORRECTION
    return float(np.log(inside / outside)), float(np.sqrt(1 / inside + 1 / outside))


def share_of_odds(value: float) -> float:
    """The share of some log odds."""
    return float(1 / (1 + np.exp(-value)))


def pool_shares(parts: Sequence[int], wholes: Sequence[int]) -> Pooled:
    """The share over several districts, pooled as log odds; tau is that of the log odds."""
    odds = [log_odds(part, whole) for part, whole in zip(parts, wholes, strict=True)]
    found = pool([one for one, _ in odds], [error for _, error in odds])
    estimate, low, high = (share_of_odds(one) for one in (found.estimate, found.low, found.high))
    return Pooled(estimate, low, high, found.tau, found.i_squared, found.districts)


def distance_from_others(values: Sequence[float], errors: Sequence[float], at: int) -> float | None:
    """How many standard deviations one estimate is from what the others let expect; None with too few others."""
    others = [place for place in range(len(values)) if place != at]
    if len(others) < LEAST_OTHERS:
        return None
    usual = pool([values[place] for place in others], [errors[place] for place in others])
    return (values[at] - usual.estimate) / float(np.sqrt(errors[at] ** 2 + usual.tau**2 + usual.error**2))


def funnel_limits(share: float, wholes: Floats, deviations: float) -> tuple[Floats, Floats]:
    """Within which shares of so many students lie by chance alone, if all districts had this share."""
    half = deviations * np.sqrt(share * (1 - share) / wholes)
    return np.maximum(share - half, 0.0), np.minimum(share + half, 1.0)
