"""Fairlearn's figures of groups from the rows themselves, to be compared with ours from counts."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from sklearn.metrics import precision_score, roc_auc_score

from models.fairness.suppression import Grouping
from models.metrics.count_tables import Listing


def fairlearn_on_rows(listing: Listing, at: int, one: Grouping) -> pd.DataFrame:
    """Fairlearn's figures of each group, from the rows."""
    rows = one.group >= 0
    names = pd.Series(np.array(one.names, dtype=object)[one.group[rows]], name="group")
    metrics: dict[str, Callable[..., float]] = {
        "selection_rate": selection_rate,
        "recall": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "precision": lambda y_true, y_pred: float(precision_score(y_true, y_pred, zero_division=0)),
        "share_off_track": lambda y_true, y_pred: float(np.mean(y_true)),
        "n": lambda y_true, y_pred: float(len(y_true)),
    }
    found = MetricFrame(
        metrics=metrics, y_true=listing.label[rows], y_pred=listing.band[rows] <= at, sensitive_features=names
    ).by_group
    risks = MetricFrame(
        metrics={"roc_auc": roc_auc_score, "calibration_gap": lambda y_true, y_pred: float(np.mean(y_true - y_pred))},
        y_true=listing.label[rows].astype(float),
        y_pred=listing.risk[rows],
        sensitive_features=names,
    ).by_group
    found["false_discovery_rate"] = 1 - found["precision"]
    joined: pd.DataFrame = pd.concat([found, risks], axis=1)
    return joined
