"""Cohorts in the order of their list: each outcome's own, and the places of several outcomes on one list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

import numpy as np
import pandas as pd

from features.snapshots.snapshot import Snapshot
from models.bundle.bundle import Bundle
from models.estimators.published_rule import RuleModel
from models.metrics.ranking import list_length
from models.scoring import is_told, order_of, risk_of
from serving.scoring.merged_list import Integers, merge_orders, turns_near_cut


@dataclass(frozen=True)
class Places:
    """The share of a cohort that a list has places for, and the share of the places that is drawn at random.

    `margin` is the share of the places above and below the cut within which students listed before go first.
    """

    share: float
    random_share: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True)
class Ordered:
    """A cohort in the order of its outcome, before places are given.

    `table` (index `student_key`) has `risk`, `order` (missing for who cannot be listed by it), `position`, `lot` and
    `listed_before`. `capacity` is how many places there are, `random` how many of them a lot gives, and `margin` how
    many above and below the cut are near it.
    """

    table: pd.DataFrame
    capacity: int
    random: int = 0
    margin: int = 0

    @property
    def by_order(self) -> int:
        """How many places are given by the order."""
        return self.capacity - self.random

    @property
    def listable(self) -> pd.DataFrame:
        """Those who may be listed by the order, in it."""
        return self.table[self.table["order"].notna()]


@dataclass(frozen=True)
class Ranking:
    """A cohort in list order.

    `table` (index `student_key`) has `risk` (NaN where none is given), `position`, `flagged`, `list_probability` (the
    chance to be listed before lots were drawn), `at_random` (whether a lot alone listed the student), `kept` (whether
    the student is listed for having been so before) and `place` (on the list of all outcomes; missing where another
    outcome is more urgent to the student).
    """

    table: pd.DataFrame
    capacity: int


def rank_cohort(bundle: Bundle, snapshot: Snapshot, places: Places, *, seed: int) -> Ranking:
    """The cohort in list order, where it is a list of its own and the first."""
    return rank_together([order_cohort(bundle, snapshot, places, seed=seed)])[0]


def order_cohort(
    bundle: Bundle,
    snapshot: Snapshot,
    places: Places,
    *,
    seed: int,
    salt: str = "",
    listed_before: Collection[str] = (),
) -> Ordered:
    """The cohort in the order of its outcome; those who tie in one drawn at random from the seed and the date.

    `salt` makes the lots of an outcome its own. Of those who tie, who was listed before comes first, where places have
    a margin. A rule lists by its count of signals, and nobody against whom it holds nothing, even where there is room.
    """
    return order_scored(
        scored_rows(bundle, snapshot),
        snapshot.as_of,
        places,
        seed=seed,
        salt=salt,
        listed_before=listed_before,
        by_count=isinstance(bundle.scorer, RuleModel),
    )


def scored_rows(bundle: Bundle, snapshot: Snapshot) -> pd.DataFrame:
    """Each student's `risk` and the `order` by which a list is put in order; missing where there is none."""
    risk = predict_risks(bundle, snapshot)
    order = pd.Series(order_of(bundle.scorer, snapshot.features), index=risk.index).where(risk.notna())
    return pd.DataFrame({"risk": risk, "order": order})


def order_scored(
    scored: pd.DataFrame,
    as_of: date,
    places: Places,
    *,
    seed: int,
    salt: str,
    by_count: bool,
    listed_before: Collection[str] = (),
) -> Ordered:
    """The same of a cohort whose `risk` and `order` are known, by student in the order of keys; a rule's `by_count`."""
    capacity = int(list_length(len(scored), places.share))
    own = [crc32(salt.encode())] if salt else []
    rng = np.random.default_rng([seed, as_of.toordinal(), *own])
    ranked = scored.assign(drawn=rng.random(len(scored)), lot=rng.random(len(scored)))
    ranked["listed_before"] = ranked.index.isin(listed_before) & (places.margin > 0)
    table = ranked.sort_values(["order", "listed_before", "drawn"], ascending=[False, False, True])
    table = table.assign(position=np.arange(1, len(table) + 1))
    if by_count:
        table["order"] = table["order"].where(table["order"] > 0)
    margin = int(np.ceil(round(capacity * places.margin, 9)))
    return Ordered(table, capacity, int(capacity * places.random_share), margin)


def rank_together(ordered: Sequence[Ordered]) -> tuple[Ranking, ...]:
    """The rankings of several outcomes that make one list, in their order.

    Each outcome lists everyone down to a depth of its order, so that students of two outcomes are listed by both and
    take one place. The places to be drawn at random go to students with a risk whom nobody lists otherwise.
    """
    keys = pd.Index(np.concatenate([one.table.index.to_numpy(dtype=object) for one in ordered])).unique()
    plain = [keys.get_indexer(one.listable.index) for one in ordered]
    places = [one.by_order for one in ordered]
    cuts = merge_orders([order.tolist() for order in plain], places).depth
    turns = [
        turns_near_cut(one.listable["listed_before"].to_numpy(dtype=np.bool_), cut, one.margin)
        for one, cut in zip(ordered, cuts, strict=True)
    ]
    merged = merge_orders([order[turn].tolist() for order, turn in zip(plain, turns, strict=True)], places)
    listed = {keys[student] for student, _ in merged.picks}
    tables = []
    for one, turn, cut, depth in zip(ordered, turns, cuts, merged.depth, strict=True):
        tables.append(draw_lots(listed_by_order(one, turn, cut, depth), one.random, listed))
        listed |= set(tables[-1].index[tables[-1]["at_random"]])
    placed = with_places(tables, [one.capacity for one in ordered])
    return tuple(Ranking(table, one.capacity) for table, one in zip(placed, ordered, strict=True))


def listed_by_order(one: Ordered, turn: Integers, cut: int, depth: int) -> pd.DataFrame:
    """The cohort with who is listed by order: the first `depth` of the turns; `kept` are those below the cut."""
    listable = one.listable
    by_order = pd.Series(False, index=one.table.index)
    by_order.loc[listable.index[turn[:depth]]] = True
    near = pd.Series(np.arange(1, len(listable) + 1), index=listable.index).reindex(one.table.index)
    kept = by_order & one.table["listed_before"] & (near > cut)
    return one.table.assign(flagged=by_order, kept=kept)


def draw_lots(table: pd.DataFrame, random_places: int, listed: Collection[str]) -> pd.DataFrame:
    """The cohort with those whom a lot lists, of students with a risk who are on no list.

    The chance to be listed before lots were drawn is, among those who tie, the same for all: the share of them who are
    listed, given how far down the order the list goes and who was on the one before.
    """
    by_order = table["flagged"]
    others = table["risk"].notna() & ~table.index.isin(listed)
    at_random = others & (table["lot"].where(others).rank() <= random_places)
    by_lot = min(1.0, random_places / max(1, others.sum()))
    first = by_order.groupby([table["order"], table["listed_before"]]).transform("mean").fillna(0.0)
    probability = (first + (1 - first) * by_lot).where(table["risk"].notna(), 0.0)
    return table.assign(flagged=by_order | at_random, list_probability=probability, at_random=at_random)


def with_places(tables: Sequence[pd.DataFrame], capacities: Sequence[int]) -> list[pd.DataFrame]:
    """The cohorts with each student's place on the list of all, at the outcome that is most urgent to the student.

    That is one that lists the student, and of several the one on which the student stands highest for its capacity.
    """
    rows = pd.concat(
        [
            pd.DataFrame(
                {
                    "student": table.index,
                    "outcome": outcome,
                    "unlisted": ~table["flagged"].to_numpy(),
                    "unscored": table["risk"].isna().to_numpy(),
                    "depth": table["position"].to_numpy() / capacity,
                }
            )
            for outcome, (table, capacity) in enumerate(zip(tables, capacities, strict=True))
        ],
        ignore_index=True,
    ).sort_values(["unlisted", "unscored", "depth", "outcome"], kind="stable")
    first = rows.drop_duplicates("student")
    first = first.assign(place=np.arange(1, len(first) + 1, dtype=np.float64))
    return [
        table.assign(place=first[first["outcome"] == outcome].set_index("student")["place"].reindex(table.index))
        for outcome, table in enumerate(tables)
    ]


def predict_risks(bundle: Bundle, snapshot: Snapshot) -> "pd.Series[float]":
    """The risk of each student of a snapshot; NaN where too little is on record to say one."""
    risk = pd.Series(risk_of(bundle.scorer, snapshot.features, snapshot.school), index=snapshot.features.index)
    return risk.where(snapshot.is_scorable & is_told(bundle.scorer, snapshot))
