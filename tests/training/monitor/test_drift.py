"""Drift of features and risks beside what a bundle promised: planted drift is named, and nothing else is."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.settings import Monitor
from models.examples import Floats
from tests.training.monitor.monitor_inputs import FEATURES, SETTINGS, as_examples, made_features, serving
from training.monitor.checks import MonitorCheck
from training.monitor.drift import Drift, LiveColumns, drifts_of, features_check, index_of, risks_check
from training.reference_profile import (
    ReferenceProfile,
    build_reference_profile,
    count_by_bin,
    promise_from_metrics,
    rounded_edges,
    spread_of,
)

BOUNDS, LEAST = Monitor(), 11
PROMISE = serving().promise


def asked(features: pd.DataFrame) -> tuple[tuple[Drift, ...], MonitorCheck]:
    """What is said of a cohort."""
    assert PROMISE.spreads
    columns = {name: features[name].to_numpy(dtype=np.float64) for name in FEATURES.names}
    drifts = drifts_of(LiveColumns(columns, PROMISE.spreads.rows), PROMISE.spreads.features, BOUNDS, LEAST)
    return drifts, features_check(drifts, len(features), PROMISE, BOUNDS)


def named(features: pd.DataFrame) -> dict[str, str]:
    """The features that stand out, and why."""
    return {one.name: one.named for one in asked(features)[0] if one.named}


@pytest.mark.parametrize("rows", [60, 300, 3000])
def test_a_cohort_drawn_alike_drifts_in_nothing(rows: int) -> None:
    for seed in range(10, 30):
        assert named(made_features(rows, seed=seed)) == {}


@pytest.mark.parametrize(
    ("plant", "says"),
    [
        (lambda rows: rows.assign(absence_rate=rows["absence_rate"] * 10), {"absence_rate": "spread"}),
        (lambda rows: rows.assign(gpa=rows["gpa"] - 1.2), {"gpa": "spread"}),
        (lambda rows: rows.assign(tardies=rows["tardies"] * 0), {"tardies": "spread"}),
        (lambda rows: rows.assign(gpa=rows["gpa"].where(np.arange(len(rows)) % 2 == 0)), {"gpa": "missing"}),
        (lambda rows: rows.assign(gpa=np.nan), {"gpa": "missing"}),
        (lambda rows: rows.assign(gpa=rows["gpa"].fillna(2.5)), {"gpa": "missing"}),
    ],
)
def test_a_planted_drift_is_named_and_nothing_else_is(plant: object, says: dict[str, str]) -> None:
    assert callable(plant)
    planted = plant(made_features(300, seed=2))
    assert named(planted) == says
    check = asked(planted)[1]
    assert check.verdict == "breach"
    assert f"`{next(iter(says))}`" in check.says
    assert check.do


def test_a_small_shift_is_no_breach_and_few_students_are_no_evidence() -> None:
    rows = made_features(300, seed=2)
    assert asked(rows.assign(gpa=rows["gpa"] - 0.05))[1].verdict == "ok"
    assert asked(made_features(30, seed=2) * 10)[1].verdict == "not_enough_evidence"


@pytest.mark.parametrize("days", [18, 19, 21, 22])
def test_a_term_that_began_a_day_or_two_earlier_is_no_drift(days: int) -> None:
    """As many days missed, of other days; and of students who miss twice as many it is one."""
    rng = np.random.default_rng(7)
    before, now = rng.binomial(20, 0.07, 1200), rng.binomial(20, 0.07, 1200)
    spread = spread_of(before / np.where(np.arange(1200) % 3, 20, 19), LEAST)
    alike, twice = index_of(now / days, spread), index_of(2 * now / days, spread)
    assert alike is not None
    assert twice is not None
    assert alike < BOUNDS.drift < twice


def test_a_year_whose_date_is_ahead_and_an_older_bundle_say_so() -> None:
    ahead = features_check((), 0, PROMISE, BOUNDS)
    assert (ahead.verdict, "week 2, week 5" in ahead.says) == ("not_enough_evidence", True)
    older = promise_from_metrics({"test_year": 2025}, "rule")
    assert "train again" in features_check((), 300, older, BOUNDS).says
    assert "train again" in risks_check(np.full(300, 0.2), older, BOUNDS, LEAST).says


def risks(values: Floats) -> MonitorCheck:
    return risks_check(values, PROMISE, BOUNDS, LEAST)


def test_risks_that_moved_breach() -> None:
    same = np.repeat([0.1, 0.3, 0.6], [210, 60, 30])
    assert risks(same).verdict == "ok"
    assert risks(np.repeat([0.1, 0.3, 0.6], [30, 60, 210])).verdict == "breach"
    assert risks(same[:20]).verdict == "not_enough_evidence"


def test_a_promise_read_back_is_the_one_that_was_kept() -> None:
    made = made_features(600, seed=1)
    promised = build_reference_profile(
        SETTINGS, as_examples(made), {"rule": np.full(600, 0.2), "logistic": np.zeros(600)}
    )
    written = json.loads(json.dumps(promised.as_json()))
    assert promise_from_metrics({"promised": written}, "rule").spreads == promised
    assert set(promised.risks) == {"rule"}
    again = build_reference_profile(SETTINGS, as_examples(made.iloc[::-1]), {"rule": np.full(600, 0.2)})
    assert again == replace(promised, risks=again.risks)


VALUES = arrays(np.float64, st.integers(1, 120), elements=st.one_of(st.just(np.nan), st.floats(-50, 50, width=16)))


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_no_bin_and_no_missing_share_is_of_a_small_group(values: Floats) -> None:
    spread = spread_of(values, LEAST)
    known = values[~np.isnan(values)]
    if spread.shares:
        assert count_by_bin(known, spread.edges).min() >= LEAST
        assert len(spread.shares) == len(spread.edges) + 1 <= 10
        assert abs(sum(spread.shares) - 1) < 0.001
    else:
        assert len(known) < LEAST
    assert spread.missing == 0 or round(spread.missing * len(values)) >= LEAST or spread.missing == 1.0


@settings(max_examples=100, deadline=None)
@given(arrays(np.float64, 200, elements=st.floats(0, 1, allow_subnormal=False)))
def test_edges_rise_and_are_too_coarse_to_be_a_students_value(values: Floats) -> None:
    edges = rounded_edges(values)
    assert list(edges) == sorted(set(edges))
    width = np.quantile(values, 0.9) - np.quantile(values, 0.1)
    digits = [len(f"{2 * edge:.12f}".rstrip("0").partition(".")[2]) for edge in edges]  # halfway between coarse ones
    assert max(digits) <= 12
    assert width == 0 or all(10.0**-at >= width / 101 for at in digits)


def test_an_empty_promise_is_of_no_version() -> None:
    assert promise_from_metrics({"promised": ReferenceProfile().as_json(), "test_year": 2026}, "model").risks is None
