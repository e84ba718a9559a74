"""Calibration by scoring date of the test year (calibration by group is the audit's)."""

from dataclasses import dataclass

import numpy as np

from models.examples import Booleans, Examples, Floats
from models.metrics.bootstrap import calibration_gap
from models.metrics.intervals import Interval
from models.metrics.ranking import roc_auc

LEAST_OFF_TRACK = 20
"""Students off track, and on track, that a part needs to be judged."""


@dataclass(frozen=True)
class DateCalibration:
    """Calibration on one part of the test year; a part that is too small has no gap and no figures."""

    by: str
    value: str
    n: int
    mean_risk: float = float("nan")
    share: float = float("nan")
    auc: float = float("nan")
    gap: Interval | None = None

    def as_json(self) -> dict[str, object]:
        """The part as JSON values."""
        if self.gap is None:
            return {"by": self.by, "value": self.value, "too_small": True}
        gap = {"estimate": self.gap.estimate, "low": self.gap.low, "high": self.gap.high}
        figures = {"n": self.n, "mean_risk": self.mean_risk, "share": self.share, "roc_auc": self.auc}
        return {"by": self.by, "value": self.value, **figures, "calibration_gap": gap}


def calibrations_by_date(test: Examples, risk: Floats, *, replicates: int, seed: int) -> tuple[DateCalibration, ...]:
    """The test rows of every scoring date; nothing where there is one only."""
    dates = np.unique(test.as_of) if test.as_of is not None else np.array([], dtype=np.str_)
    return tuple(
        calibration_on(test, risk, ("scoring date", str(day)), test.as_of == day, replicates=replicates, seed=seed)
        for day in dates
        if len(dates) > 1
    )


def calibration_on(
    test: Examples, risk: Floats, of: tuple[str, str], rows: Booleans, *, replicates: int, seed: int
) -> DateCalibration:
    """The calibration of one part: rows, mean risk, and share off track."""
    label, said = test.label[rows], risk[rows]
    off_track = int(label.sum())
    if min(off_track, len(label) - off_track) < LEAST_OFF_TRACK:
        return DateCalibration(*of, len(label))
    gap = calibration_gap(label, said, test.student[rows], replicates=replicates, seed=seed)
    auc = float(roc_auc(label, said, np.ones((1, len(label))))[0])
    return DateCalibration(*of, len(label), float(said.mean()), float(label.mean()), auc, gap)
