"""Calibration, order and recall on each scoring date of the test year (calibration by group is the audit's)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from models.examples import Booleans, Examples, Floats, Places
from models.metrics.bootstrap import calibration_gap
from models.metrics.calibration_error import calibration_error
from models.metrics.intervals import Interval
from models.metrics.ranking import precision_and_recall, roc_auc

LEAST_OFF_TRACK = 20
"""Students off track, and on track, that a date needs to be judged."""


@dataclass(frozen=True)
class DateCalibration:
    """The risks and the list of one scoring date; one that is too small has no gap and no figures.

    `by` and `value` name the date, `week` is its school week (0 where the calendar is not known). `gap` is the share
    off track less the mean risk. `recall` is by scorer, at the district's capacity.
    """

    by: str
    value: str
    n: int
    week: int = 0
    mean_risk: float = float("nan")
    share: float = float("nan")
    auc: float = float("nan")
    error: float = float("nan")
    gap: Interval | None = None
    recall: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The date as JSON values."""
        named = {"by": self.by, "value": self.value, "week": self.week}
        if self.gap is None:
            return {**named, "too_small": True}
        gap = {"estimate": self.gap.estimate, "low": self.gap.low, "high": self.gap.high}
        figures = {"n": self.n, "mean_risk": self.mean_risk, "share": self.share, "roc_auc": self.auc}
        also = {"calibration_error": self.error, "recall": dict(self.recall)}
        return {**named, **figures, "calibration_gap": gap, **also}


def calibrations_by_date(
    test: Examples, risk: Floats, orders: Mapping[str, Floats], *, capacity: float, replicates: int, seed: int
) -> tuple[DateCalibration, ...]:
    """Every scoring date; nothing where rows have none.

    `orders` are what scorers list the rows by, of whose lists the recall at the capacity is found.
    """
    if test.as_of is None:
        return ()
    found = []
    for rows in test.lists():
        on = ("scoring date", str(test.as_of[rows[0]]))
        one = calibration_on(test, risk, on, rows, replicates=replicates, seed=seed)
        week = 0 if test.week is None else int(test.week[rows[0]])
        recall = {name: recall_at(test.label[rows], order[rows], capacity) for name, order in orders.items()}
        found.append(replace(one, week=week, recall=recall if one.gap else {}))
    return tuple(found)


def recall_at(label: Booleans, order: Floats, capacity: float) -> float:
    """The share of those off track whom one list holds."""
    return float(precision_and_recall(label, order, np.ones((1, len(label))), capacity)[1][0])


def calibration_on(
    test: Examples, risk: Floats, of: tuple[str, str], rows: Places | Booleans, *, replicates: int, seed: int
) -> DateCalibration:
    """The calibration of one date or part: rows, mean risk, share off track, and order."""
    label, said = test.label[rows], risk[rows]
    off_track, one = int(label.sum()), np.ones((1, len(label)))
    if min(off_track, len(label) - off_track) < LEAST_OFF_TRACK:
        return DateCalibration(*of, len(label))
    return DateCalibration(
        *of,
        len(label),
        mean_risk=float(said.mean()),
        share=float(label.mean()),
        auc=float(roc_auc(label, said, one)[0]),
        error=float(calibration_error(label, said, one)[0]),
        gap=calibration_gap(label, said, test.student[rows], replicates=replicates, seed=seed),
    )
