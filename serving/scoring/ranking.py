"""A cohort in the order of its list."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.snapshots.snapshot import Snapshot
from models.bundle.bundle import Bundle
from models.estimators.published_rule import RuleModel
from models.metrics.ranking import list_length
from models.scoring import order_of, risk_of


@dataclass(frozen=True)
class Ranking:
    """A cohort in list order (index `student_key`): `risk` (NaN where none is given), `position`, `flagged`."""

    table: pd.DataFrame
    capacity: int


def rank_cohort(bundle: Bundle, snapshot: Snapshot, share: float, *, seed: int) -> Ranking:
    """The cohort in list order; those who tie in an order drawn at random from the seed and the date.

    A rule lists by its count of signals, and nobody against whom it holds nothing, even where there is room.
    """
    risk = predict_risks(bundle, snapshot)
    order = pd.Series(order_of(bundle.scorer, snapshot.features), index=risk.index).where(risk.notna())
    capacity = int(list_length(len(risk), share))
    drawn = np.random.default_rng([seed, snapshot.as_of.toordinal()]).random(len(risk))
    ranked = pd.DataFrame({"risk": risk, "order": order, "drawn": drawn})
    table = ranked.sort_values(["order", "drawn"], ascending=[False, True])
    position = pd.Series(np.arange(1, len(table) + 1), index=table.index)
    may_be_listed = table["risk"].notna()
    if isinstance(bundle.scorer, RuleModel):
        may_be_listed &= table["order"] > 0
    return Ranking(table.assign(position=position, flagged=may_be_listed & (position <= capacity)), capacity)


def predict_risks(bundle: Bundle, snapshot: Snapshot) -> "pd.Series[float]":
    """The risk of each student of a snapshot; NaN where too little is on record to say one."""
    risk = pd.Series(risk_of(bundle.scorer, snapshot.features), index=snapshot.features.index)
    return risk.where(snapshot.is_scorable)
