"""The metrics of one list of risks: ranking, calibration, and precision and recall at a capacity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.errors import Refused
from models.examples import Booleans, Floats
from models.metrics.calibration_error import calibration_error
from models.metrics.ranking import level_counts


@dataclass(frozen=True)
class ClassificationMetrics:
    """What one list of risks reaches against what happened; `precision_at` and `recall_at` are by capacity."""

    n: int
    positives: int
    roc_auc: float
    pr_auc: float
    brier: float
    calibration_error: float
    precision_at: Mapping[float, float]
    recall_at: Mapping[float, float]

    def as_json(self) -> dict[str, int | float | dict[str, float]]:
        """The figures as JSON values, capacities with two decimals as keys."""
        return {
            "n": self.n,
            "positives": self.positives,
            "roc_auc": self.roc_auc,
            "pr_auc": self.pr_auc,
            "brier": self.brier,
            "calibration_error": self.calibration_error,
            "precision_at": {f"{at:.2f}": value for at, value in self.precision_at.items()},
            "recall_at": {f"{at:.2f}": value for at, value in self.recall_at.items()},
        }


def evaluate(
    label: Booleans, risk: Floats, capacities: Sequence[float], *, listed_by: Floats | None = None
) -> ClassificationMetrics:
    """Every figure of these risks; equal risks count as drawn at random. Raises Refused where the label has one class.

    `roc_auc` counts a tie as half; `pr_auc` is average precision; `brier` is the mean squared error;
    `calibration_error` is the mean |mean risk - share off track| over 10 bins of equal count. `listed_by` is what
    students are listed by where that is not the risk, such as a rule's count of signals.
    """
    refuse_one_class(label)
    if not np.isfinite(risk).all():
        raise Refused("a risk is missing: every row that is judged needs one")
    one = np.ones((1, len(label)))
    counts = level_counts(label, risk if listed_by is None else listed_by, one)
    precision, recall = zip(*map(counts.precision_and_recall, capacities), strict=True)
    return ClassificationMetrics(
        n=len(label),
        positives=int(label.sum()),
        roc_auc=float(counts.roc_auc()[0]),
        pr_auc=float(counts.average_precision()[0]),
        brier=float(np.mean((risk - label) ** 2)),
        calibration_error=float(calibration_error(label, risk, one)[0]),
        precision_at={at: float(value[0]) for at, value in zip(capacities, precision, strict=True)},
        recall_at={at: float(value[0]) for at, value in zip(capacities, recall, strict=True)},
    )


def refuse_one_class(label: Booleans) -> None:
    """Raise Refused unless there are rows and their label holds both classes."""
    if not len(label):
        raise Refused("there is no row to learn from or to judge on")
    if label.all() or not label.any():
        ended = "off track" if label.all() else "on track"
        raise Refused(
            f"the label has one class: all {len(label)} rows ended {ended}; "
            "both are needed to learn from or to judge on"
        )
