"""Partial pooling of calibration: each district's curve leans to the pool's, the more the fewer students it has.

A district's log odds are `intercept + slope · (log odds of the pool)`: the recalibration of Cox (1958, Biometrika
45:562). Intercepts and logs of slopes are taken for draws around the pool's own curve, 0 and 0, with standard
deviations that the districts themselves show (empirical Bayes: Morris 1983, Journal of the American Statistical
Association 78:47; the moment estimate of DerSimonian and Laird 1986). So a district with few students gets the pool's
curve, one with many its own. Students are the unit: a student's rows of a year count as one, and errors are by student
(Liang and Zeger 1986, Biometrika 73:13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.estimators.calibration import Calibrator
from models.examples import Booleans, Floats, Texts
from models.metrics.heterogeneity import APART as BEYOND
from models.metrics.heterogeneity import distance_from_others, pool

LEAST_STUDENTS = 30
"""Students on each side, fewer of which say nothing of how far districts differ."""
MOST_STEPS, PRECISE = 50, 1e-8
"""Newton's steps at most, and the step after which a slope no longer moves."""
BOTH = 2
"""Numbers of a deviation: the intercept, and the log of the slope."""


@dataclass(frozen=True)
class Margins:
    """The pool's log odds of rows that no tree saw: how each ended, what it counts, and whose it is."""

    log_odds: Floats
    label: Booleans
    weight: Floats
    student: Texts

    @property
    def ended_alike(self) -> bool:
        """Whether all ended alike."""
        return bool(self.label.all() or not self.label.any())

    def students_on(self, off_track: bool) -> int:
        """How many students ended off track, or on it."""
        return len(np.unique(self.student[self.label == off_track]))


@dataclass(frozen=True)
class Deviation:
    """How a district's calibration differs from the pool's: an intercept, and the log of a slope."""

    intercept: float = 0.0
    log_slope: float = 0.0

    def of(self, calibrator: Calibrator) -> Calibrator:
        """The pool's curve as it is in the district: still strictly rising."""
        slope = float(np.exp(self.log_slope))
        return replace(
            calibrator,
            low=slope * calibrator.low,
            high=slope * calibrator.high,
            intercept=self.intercept + slope * calibrator.intercept,
        )


@dataclass(frozen=True)
class Spread:
    """Standard deviations over districts of the intercept and of the log of the slope.

    With 0 and 0 every district has the pool's curve, without bounds (`inf`) each its own.
    """

    intercept: float
    log_slope: float

    @property
    def precision(self) -> Floats:
        """The precision of each number's prior; `inf` where it has to be 0."""
        both = np.array([self.intercept, self.log_slope])
        with np.errstate(divide="ignore"):
            return np.asarray(1 / np.square(both), dtype=np.float64)


APART = Spread(np.inf, np.inf)
"""Districts that say nothing of each other."""


def fit_deviation(rows: Margins, spread: Spread) -> Deviation:
    """The most likely deviation of a district under the spread.

    None where all ended alike and nothing bounds the deviation: there is no curve then.
    """
    from scipy.optimize import minimize  # serving a model fits nothing

    precision = spread.precision
    free = np.isfinite(precision)
    if not free.any() or (rows.ended_alike and not precision[free].all()):
        return Deviation()

    def loss(given: Floats) -> tuple[float, Floats]:
        """Summed log loss with the prior, and its gradient."""
        both = np.zeros(BOTH)
        both[free] = given
        value, gradient = loss_and_slope(both, rows)
        prior = np.where(free, precision, 0.0) * both
        return value + 0.5 * float(prior @ both), (gradient + prior)[free]

    found = np.zeros(BOTH)
    found[free] = minimize(loss, np.zeros(int(free.sum())), jac=True, method="BFGS").x
    return Deviation(*map(float, found))


def loss_and_slope(both: Floats, rows: Margins) -> tuple[float, Floats]:
    """Summed log loss of an intercept and the log of a slope, and its gradient."""
    odds = both[0] + np.exp(both[1]) * rows.log_odds
    error = rows.weight * (np.exp(-np.logaddexp(0, -odds)) - rows.label)
    value = float(np.sum(rows.weight * (np.logaddexp(0, odds) - rows.label * odds)))
    return value, np.array([error.sum(), error @ (np.exp(both[1]) * rows.log_odds)])


def errors_of(rows: Margins, deviation: Deviation) -> Floats:
    """The standard errors of both numbers, by student: rows of one student tell of each other."""
    slope = np.exp(deviation.log_slope)
    terms = np.column_stack([np.ones(len(rows.label)), slope * rows.log_odds])
    risk = np.exp(-np.logaddexp(0, -(deviation.intercept + slope * rows.log_odds)))
    curved = np.linalg.inv((terms * (rows.weight * risk * (1 - risk))[:, None]).T @ terms)
    pulls = pd.DataFrame(terms * (rows.weight * (rows.label - risk))[:, None]).groupby(rows.student).sum().to_numpy()
    return np.asarray(np.sqrt(np.diag(curved @ (pulls.T @ pulls) @ curved)), dtype=np.float64)


def spread_between(districts: Sequence[Margins]) -> Spread:
    """How far the districts differ beyond chance; 0 where fewer than two have students enough on both sides."""
    alone = [one for rows in districts if (one := alone_in(rows))]
    if len(alone) < BOTH:
        return Spread(0.0, 0.0)
    intercepts = pool([one.deviation.intercept for one in alone], [one.errors[0] for one in alone])
    slopes = pool([one.deviation.log_slope for one in alone], [one.errors[1] for one in alone])
    return Spread(intercepts.tau, slopes.tau)


@dataclass(frozen=True)
class Alone:
    """What a district says of its own deviation, with the standard errors of both numbers."""

    deviation: Deviation
    errors: tuple[float, float]


def alone_in(rows: Margins) -> Alone | None:
    """A district's own deviation; None where too few students stand on a side to say anything."""
    if min(rows.students_on(True), rows.students_on(False)) < LEAST_STUDENTS:
        return None
    found = fit_deviation(rows, APART)
    intercept, slope = map(float, errors_of(rows, found))
    return Alone(found, (intercept, slope))


def standing_apart(districts: Mapping[str, Margins]) -> dict[str, float]:
    """The districts in which the pool's risks say more, or less, than in the others: by how many standard errors.

    There a code may mean something else. Below zero they say less than they seem to.
    """
    found = {name: slope_in(rows) for name, rows in districts.items() if alone_in(rows)}
    slopes, errors = [slope for slope, _ in found.values()], [error for _, error in found.values()]
    away = {name: distance_from_others(slopes, errors, at) for at, name in enumerate(found)}
    return {name: by for name, by in away.items() if by is not None and abs(by) >= BEYOND}


def slope_in(rows: Margins) -> tuple[float, float]:
    """A district's slope of the pool's log odds with its error by student; it may fall, where a code is turned.

    By Newton's method, on a line that is not made to rise.
    """
    terms, both = np.column_stack([np.ones(len(rows.label)), rows.log_odds]), np.zeros(BOTH)
    for _ in range(MOST_STEPS):
        risk = np.exp(-np.logaddexp(0, -terms @ both))
        curved = (terms * (rows.weight * risk * (1 - risk))[:, None]).T @ terms
        step = np.linalg.solve(curved, terms.T @ (rows.weight * (rows.label - risk)))
        both = both + step
        if np.abs(step).max() < PRECISE:
            break
    pulls = pd.DataFrame(terms * (rows.weight * (rows.label - risk))[:, None]).groupby(rows.student).sum().to_numpy()
    spread = np.linalg.inv(curved) @ (pulls.T @ pulls) @ np.linalg.inv(curved)
    return float(both[1]), float(np.sqrt(spread[1, 1]))


def pool_partially(curve: Calibrator, districts: Mapping[str, Margins], spread: Spread) -> dict[str, Calibrator]:
    """Each district's calibrator, between the pool's and its own."""
    return {name: fit_deviation(rows, spread).of(curve) for name, rows in districts.items()}
