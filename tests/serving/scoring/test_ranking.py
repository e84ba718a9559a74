"""Who is listed: by order, by lot where students tie at the edge, and at random where a district declares a share."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.snapshots.snapshot import Snapshot
from models.estimators.published_rule import RuleModel
from models.scoring import is_told
from serving.scoring.ranking import Ordered, rank_together

ORDERS = st.lists(st.sampled_from([np.nan, 1.0, 2.0, 3.0, 4.0]), min_size=1, max_size=12)


def ranked(orders: list[float], *, seed: int = 0) -> pd.DataFrame:
    """A ranking of students with these counts of signals; every one has a risk."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {"risk": 0.3, "order": orders, "drawn": rng.random(len(orders)), "lot": rng.random(len(orders))}
    )
    found = table.assign(listed_before=False).sort_values(["order", "drawn"], ascending=[False, True])
    return found.assign(position=np.arange(1, len(found) + 1))


def listed(table: pd.DataFrame, capacity: int, random_places: int) -> pd.DataFrame:
    """The ranking with who is listed, where it is a list of its own."""
    return rank_together([Ordered(table, capacity, random_places)])[0].table


@given(ORDERS, st.integers(1, 12), st.integers(0, 6))
def test_chances_add_up_to_the_places_that_are_filled(orders: list[float], capacity: int, random_places: int) -> None:
    drawn = listed(ranked(orders), capacity, min(capacity, random_places))
    assert drawn["list_probability"].sum() == pytest.approx(drawn["flagged"].sum())
    assert drawn["flagged"].sum() <= capacity
    assert drawn["at_random"].sum() <= random_places
    assert (drawn["list_probability"] > 0)[drawn["flagged"]].all()


def test_how_often_a_student_is_listed_is_the_chance_that_is_kept() -> None:
    orders = [4.0, 3.0, 2.0, 2.0, 2.0, 1.0, np.nan, np.nan]
    runs = [listed(ranked(orders, seed=seed), 4, 1).sort_index() for seed in range(400)]
    often = np.mean([one["flagged"] for one in runs], axis=0)
    np.testing.assert_allclose(often, runs[0]["list_probability"], atol=0.055)
    assert runs[0]["list_probability"].iloc[:2].tolist() == [1.0, 1.0]


def test_without_a_declared_share_nobody_is_listed_at_random() -> None:
    drawn = listed(ranked([3.0, 2.0, 2.0, 1.0]), 2, 0)
    assert not drawn["at_random"].any()
    assert drawn.sort_index()["list_probability"].tolist() == [1.0, 0.5, 0.5, 0.0]


def test_a_student_without_a_risk_is_in_no_lot() -> None:
    table = ranked([3.0, np.nan, np.nan])
    table.loc[table.index[-1], "risk"] = np.nan
    for seed in range(50):
        drawn = listed(table.assign(lot=np.random.default_rng(seed).random(3)), 2, 1)
        assert not drawn["flagged"].iloc[-1]
        assert drawn["list_probability"].iloc[-1] == 0


def test_those_who_tie_at_the_edge_share_the_places_left() -> None:
    found = listed(ranked([9.0, 5.0, 5.0, 5.0, 5.0, 1.0, np.nan]), 3, 0).sort_index()
    assert found["list_probability"].tolist() == [1, 0.5, 0.5, 0.5, 0.5, 0, 0]


def test_a_rule_has_nothing_to_say_of_a_student_without_a_day_of_attendance() -> None:
    """Without a count and without a day there is no risk; a count of no signals, or days without a count, have one."""
    students = pd.Index(["no day", "no count", "counted", "listed"], name="student_key")
    days = pd.Series([0, 20, 0, 20], students)
    features = pd.DataFrame({"rule_signals": [np.nan, np.nan, 0.0, 2.0]}, students)
    nothing = pd.DataFrame(index=students)
    snapshot = Snapshot(
        "grade9", date(2025, 10, 14), 2026, features, nothing, nothing,
        school=pd.Series("10", students), grade=pd.Series(9, students), school_days=days, days_before=days,
    )  # fmt: skip
    rule = RuleModel((0.0, 1.0), (0.1, 0.5), (10.0, 10.0), 0.3)
    assert is_told(rule, snapshot).tolist() == [False, True, True, True]
