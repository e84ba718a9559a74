"""Calibration: from a model's margin to a risk, strictly increasing, so that it never reorders two students."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from models.estimators.school_offsets import NO_OFFSETS, SchoolOffsets, offsets_from
from models.examples import Booleans, Floats

PRIOR_SPREAD = 1.0
"""Standard deviation of the normal prior on the log of each slope: keeps the curve near the identity on few data."""


@dataclass(frozen=True)
class Calibrator:
    """Beta calibration of Kull, Silva Filho and Flach (2017, EJS 11:5052), written on the margin.

    log odds = intercept - low · log(1 + e^-margin) + high · log(1 + e^margin). Both slopes are above zero,
    so the risk strictly increases with the margin; `low` and `high` equal is logistic (Platt) calibration. `schools`
    add an offset to the log odds of their students.
    """

    low: float
    high: float
    intercept: float
    schools: SchoolOffsets = NO_OFFSETS

    def __post_init__(self) -> None:
        if not (self.low > 0 and self.high > 0 and np.isfinite([self.low, self.high, self.intercept]).all()):
            raise ValueError("a calibrator needs two finite slopes above zero and a finite intercept")

    def log_odds(self, margin: Floats) -> Floats:
        """The calibrated log odds of each margin."""
        fall, rise = -np.logaddexp(0, -margin), np.logaddexp(0, margin)
        return np.asarray(self.intercept + self.low * fall + self.high * rise, dtype=np.float64)

    def risk_of(self, margin: Floats, offset: Floats | float = 0.0) -> Floats:
        """The risk of each margin, within [0, 1]; `offset` is that of each row's school."""
        return np.exp(-np.logaddexp(0, -self.log_odds(margin) - offset))

    def to_json(self) -> str:
        """The calibrator as JSON text; `from_json` gives the same one back."""
        values = asdict(self)
        return json.dumps(values if self.schools.by_school else without_schools(values), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "Calibrator":
        """The calibrator of a JSON text; ValueError where it is not one."""
        values = json.loads(text)
        if not isinstance(values, dict) or set(without_schools(values)) != {"low", "high", "intercept"}:
            raise ValueError("a calibrator has exactly: low, high, intercept, and where there are any, schools")
        schools = offsets_from(values["schools"]) if "schools" in values else NO_OFFSETS
        numbers = {name: float(value) for name, value in without_schools(values).items()}
        return Calibrator(**numbers, schools=schools)


def without_schools(values: Mapping[str, float]) -> dict[str, float]:
    """A calibrator's own three numbers."""
    return {name: value for name, value in values.items() if name != "schools"}


def fit_calibrator(margin: Floats, label: Booleans, weight: Floats | None = None) -> Calibrator:
    """Fits the most likely calibrator of these labels under a weak prior near the identity.

    The margins must come from models that did not see the labels. `weight` is what each row counts, 1 by default.
    """
    from scipy.optimize import minimize  # serving a model fits nothing

    counts = np.ones(len(label)) if weight is None else weight
    found = minimize(loss_and_slope, np.zeros(3), args=(margin, label, counts), jac=True, method="BFGS")
    low, high, intercept = (float(value) for value in found.x)
    return Calibrator(low=float(np.exp(low)), high=float(np.exp(high)), intercept=intercept)


def loss_and_slope(parameters: Floats, margin: Floats, label: Booleans, weight: Floats) -> tuple[float, Floats]:
    """Summed log loss with the prior, and its gradient by (log low, log high, intercept)."""
    slopes = np.exp(parameters[:2])
    terms = np.array([-np.logaddexp(0, -margin), np.logaddexp(0, margin)])
    odds = slopes @ terms + parameters[2]
    error = weight * (np.exp(-np.logaddexp(0, -odds)) - label)
    prior = parameters[:2] / PRIOR_SPREAD**2
    loss = np.sum(weight * (np.logaddexp(0, odds) - label * odds)) + 0.5 * prior @ parameters[:2]
    return float(loss), np.append(slopes * (terms @ error) + prior, error.sum())
