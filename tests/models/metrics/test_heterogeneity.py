"""Estimates of several districts pooled, and who stands apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics.heterogeneity import distance_from_others, funnel_limits, pool, pool_shares

ESTIMATES = st.lists(st.tuples(st.floats(-1, 1), st.floats(0.05, 0.5)), min_size=2, max_size=9)


def test_alike_estimates_pool_as_inverse_variances_do() -> None:
    found = pool([0.1, 0.1, 0.1], [0.1, 0.2, 0.2])
    assert found.estimate == pytest.approx(0.1)
    assert (found.tau, found.i_squared) == (0.0, 0.0)
    assert found.error == pytest.approx((1 / (100 + 25 + 25)) ** 0.5)


def test_a_spread_beyond_chance_is_told() -> None:
    """By hand: weights 100 and 100, Q = 32, one degree of freedom, tau² = 31 / 100, I² = 31 / 32."""
    found = pool([0.0, 0.8], [0.1, 0.1])
    assert found.tau**2 == pytest.approx(0.31)
    assert found.i_squared == pytest.approx(31 / 32)
    assert found.error == pytest.approx(((0.01 + 0.31) / 2) ** 0.5)


@given(told=ESTIMATES)
def test_the_pooled_estimate_lies_among_the_estimates(told: list[tuple[float, float]]) -> None:
    found = pool([value for value, _ in told], [error for _, error in told])
    values = [value for value, _ in told]
    assert min(values) - 1e-9 <= found.estimate <= max(values) + 1e-9
    assert 0 <= found.i_squared < 1


def test_shares_pool_near_their_common_share() -> None:
    found = pool_shares([40, 80, 160], [200, 400, 800])
    assert found.low < 0.2 < found.high
    assert found.estimate == pytest.approx(0.2, abs=0.005)


def test_one_who_is_far_from_alike_others_stands_apart_and_widens_no_limit_of_its_own() -> None:
    values, errors = [0.0, 0.02, -0.02, 0.01, 1.0], [0.1] * 5
    far, near = distance_from_others(values, errors, 4), distance_from_others(values, errors, 0)
    assert far is not None
    assert near is not None
    assert far > 8
    assert abs(near) < 2
    assert distance_from_others(values[:3], errors[:3], 0) is None, "two others cannot say what is usual"


def test_a_funnel_narrows_with_the_number_behind_a_share() -> None:
    low, high = funnel_limits(0.2, np.array([10.0, 100.0, 1000.0]), 1.96)
    assert (np.diff(high - low) < 0).all()
    assert high[1] == pytest.approx(0.2 + 1.96 * 0.04)
