"""Partial pooling of calibration: between the pool's curve and a district's own, by how many students it has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.estimators.calibration import Calibrator
from models.estimators.partial_pooling import (
    APART,
    Deviation,
    Margins,
    Spread,
    errors_of,
    fit_deviation,
    loss_and_slope,
    pool_partially,
    spread_between,
    standing_apart,
)
from tests.sweeps import tried

CURVE = Calibrator(low=1.2, high=0.9, intercept=-0.3)
NONE = Spread(0.0, 0.0)


def drawn(students: int, *, intercept: float = 0.0, slope: float = 1.0, seed: int = 0, rows: int = 1) -> Margins:
    """A district whose log odds are those of the pool but for an intercept and a slope, `rows` for each student."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1, 1.2, students)
    label = rng.random(students) < 1 / (1 + np.exp(-(intercept + slope * odds)))
    student = np.array([str(one) for one in range(students)])
    return Margins(odds.repeat(rows), label.repeat(rows), np.full(students * rows, 1 / rows), student.repeat(rows))


places = st.integers(0, 10_000)


@given(places, st.floats(-2, 2), st.floats(0.3, 3))
@tried(10, 300)
def test_without_spread_every_district_has_the_pools_curve(seed: int, intercept: float, slope: float) -> None:
    rows = drawn(200, intercept=intercept, slope=slope, seed=seed)
    assert pool_partially(CURVE, {"a": rows}, NONE) == {"a": CURVE}


@given(places, st.floats(-1, 1), st.floats(0.5, 2))
@tried(10, 300)
def test_without_bounds_a_district_has_the_curve_of_its_own_students_alone(
    seed: int, intercept: float, slope: float
) -> None:
    rows = drawn(300, intercept=intercept, slope=slope, seed=seed)
    found = fit_deviation(rows, APART)
    _, gradient = loss_and_slope(np.array([found.intercept, found.log_slope]), rows)
    np.testing.assert_allclose(gradient, 0, atol=1e-3)
    nearly = fit_deviation(rows, Spread(1e6, 1e6))
    assert nearly.intercept == pytest.approx(found.intercept, abs=1e-4)
    assert nearly.log_slope == pytest.approx(found.log_slope, abs=1e-4)


@given(places, st.floats(0.05, 1.0))
@tried(10, 300)
def test_a_deviation_grows_with_the_spread_and_stays_within_the_districts_own(seed: int, spread: float) -> None:
    rows = drawn(150, intercept=1.5, seed=seed)
    narrow, wide, own = (fit_deviation(rows, Spread(by, 0.0)).intercept for by in (spread / 2, spread, np.inf))
    assert 0 < narrow < wide < own


@given(places, st.floats(-3, 3), st.floats(-2, 2))
@tried(10, 300)
def test_a_districts_curve_is_the_pools_log_odds_on_another_line_and_always_rises(
    seed: int, intercept: float, log_slope: float
) -> None:
    margin = np.sort(np.random.default_rng(seed).normal(0, 2, 50))
    local = Deviation(intercept, log_slope).of(CURVE).log_odds(margin)
    np.testing.assert_allclose(local, intercept + np.exp(log_slope) * CURVE.log_odds(margin), atol=1e-9)
    assert (np.diff(local) > 0).all()


def test_a_student_counts_once_however_many_dates_there_are() -> None:
    once, often = drawn(200, intercept=1, seed=3), drawn(200, intercept=1, seed=3, rows=8)
    found, again = (fit_deviation(rows, Spread(0.5, 0.3)) for rows in (once, often))
    assert again.intercept == pytest.approx(found.intercept, abs=1e-5)
    np.testing.assert_allclose(errors_of(often, again), errors_of(once, found), rtol=1e-3)


def test_fewer_students_lean_more_to_the_pool() -> None:
    few, many = (
        np.mean([fit_deviation(drawn(n, intercept=1, seed=s), Spread(0.4, 0)).intercept for s in range(8)])
        for n in (20, 2000)
    )
    assert 0 < few < 0.6 < many


def test_the_spread_is_what_districts_show_beyond_chance() -> None:
    alike = [drawn(800, seed=seed) for seed in range(8)]
    differing = [
        drawn(800, intercept=by, seed=seed) for seed, by in enumerate((-1.2, -0.8, -0.4, 0, 0.2, 0.6, 0.9, 1.3))
    ]
    assert spread_between(alike).intercept < 0.15
    assert 0.5 < spread_between(differing).intercept < 1.3
    assert spread_between(differing).log_slope < 0.2


def test_a_district_that_says_nothing_widens_no_spread_and_has_the_pools_curve() -> None:
    rows = drawn(12, intercept=-9)
    assert rows.ended_alike
    assert spread_between([rows, drawn(500, seed=1)]) == NONE
    assert fit_deviation(rows, APART) == Deviation()


@pytest.mark.parametrize("slope", [0.2, 0.0, -0.8])
def test_a_district_where_risks_say_less_or_the_opposite_is_named_and_no_other(slope: float) -> None:
    usual = {str(seed): drawn(600, intercept=0.1 * seed, seed=seed) for seed in range(5)}
    assert standing_apart(usual) == {}
    found = standing_apart({**usual, "other": drawn(600, slope=slope, seed=9)})
    assert set(found) == {"other"}
    assert found["other"] < 0
