"""A cohort in the order of its list."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.snapshots.snapshot import Snapshot
from models.bundle.bundle import Bundle
from models.estimators.published_rule import RuleModel
from models.metrics.ranking import list_length
from models.scoring import is_told, order_of, risk_of


@dataclass(frozen=True)
class Places:
    """The share of a cohort that a list has places for, and the share of the places that is drawn at random."""

    share: float
    random_share: float = 0.0


@dataclass(frozen=True)
class Ranking:
    """A cohort in list order.

    `table` (index `student_key`) has `risk` (NaN where none is given), `position`, `flagged`, `list_probability` (the
    chance to be listed before lots were drawn) and `at_random` (whether a lot alone listed the student).
    """

    table: pd.DataFrame
    capacity: int


def rank_cohort(bundle: Bundle, snapshot: Snapshot, places: Places, *, seed: int) -> Ranking:
    """The cohort in list order; those who tie in an order drawn at random from the seed and the date.

    A rule lists by its count of signals, and nobody against whom it holds nothing, even where there is room. The
    places to be drawn at random go to students with a risk who are not listed otherwise.
    """
    risk = predict_risks(bundle, snapshot)
    order = pd.Series(order_of(bundle.scorer, snapshot.features), index=risk.index).where(risk.notna())
    capacity = int(list_length(len(risk), places.share))
    rng = np.random.default_rng([seed, snapshot.as_of.toordinal()])
    ranked = pd.DataFrame({"risk": risk, "order": order, "drawn": rng.random(len(risk)), "lot": rng.random(len(risk))})
    table = ranked.sort_values(["order", "drawn"], ascending=[False, True])
    table = table.assign(position=np.arange(1, len(table) + 1))
    if isinstance(bundle.scorer, RuleModel):
        table["order"] = table["order"].where(table["order"] > 0)
    return Ranking(draw_lots(table, capacity, int(capacity * places.random_share)), capacity)


def draw_lots(table: pd.DataFrame, capacity: int, random_places: int) -> pd.DataFrame:
    """The ranking with who is listed: by order, but for the last places, which go to others by lot.

    A student of missing `order` is listed by lot at most, and one of missing `risk` not at all.
    """
    ordered = capacity - random_places
    by_order = table["order"].notna() & (table["position"] <= ordered)
    others = table["risk"].notna() & ~by_order
    at_random = others & (table["lot"].where(others).rank() <= random_places)
    by_lot = min(1.0, random_places / max(1, others.sum()))
    first = order_probability(table["order"], ordered)
    probability = (first + (1 - first) * by_lot).where(table["risk"].notna(), 0.0)
    return table.assign(flagged=by_order | at_random, list_probability=probability, at_random=at_random)


def order_probability(order: "pd.Series[float]", places: int) -> "pd.Series[float]":
    """The chance of each student to be among the first: those who tie at the edge share the places left."""
    above = order.rank(ascending=False, method="min") - 1
    tied = order.groupby(order).transform("size")
    return ((places - above) / tied).clip(0, 1).fillna(0.0)


def predict_risks(bundle: Bundle, snapshot: Snapshot) -> "pd.Series[float]":
    """The risk of each student of a snapshot; NaN where too little is on record to say one."""
    risk = pd.Series(risk_of(bundle.scorer, snapshot.features, snapshot.school), index=snapshot.features.index)
    return risk.where(snapshot.is_scorable & is_told(bundle.scorer, snapshot))
