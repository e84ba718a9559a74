"""Verdicts by bound: they follow from the interval, never from the estimate alone."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics.bound_verdict import bound_verdict, excludes_zero
from models.metrics.intervals import Interval
from models.verdict import Verdict

PART = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.04, 0.04, "pass"),
        (-0.06, 0.04, "not_enough_evidence"),
        (-0.04, 0.06, "not_enough_evidence"),
        (-0.06, 0.06, "not_enough_evidence"),
        (0.06, 0.08, "fail"),
        (-0.08, -0.06, "fail"),
        (nan, nan, "not_enough_evidence"),
    ],
)
def test_an_estimate_inside_with_an_interval_that_reaches_past_a_bound_is_not_enough_evidence(
    low: float, high: float, expected: Verdict
) -> None:
    assert bound_verdict(Interval(0.0, low, high), above=-0.05, below=0.05) == expected


@given(ends=st.tuples(PART, PART), first=PART, second=PART, above=PART)
def test_the_verdict_does_not_hang_on_where_in_its_interval_an_estimate_lies(
    ends: tuple[float, float], first: float, second: float, above: float
) -> None:
    low, high = sorted(ends)
    assert bound_verdict(Interval(first, low, high), above=above) == bound_verdict(
        Interval(second, low, high), above=above
    )


@given(ends=st.tuples(PART, PART), bound=st.floats(0.01, 0.9), more=st.floats(0, 0.1))
def test_a_looser_bound_is_never_a_worse_verdict(ends: tuple[float, float], bound: float, more: float) -> None:
    low, high = sorted(ends)
    order = ("fail", "not_enough_evidence", "pass")
    strict, loose = (bound_verdict(Interval(low, low, high), above=-at, below=at) for at in (bound, bound + more))
    assert order.index(loose) >= order.index(strict)


def test_without_a_bound_everything_passes() -> None:
    assert bound_verdict(Interval(0.0, -1.0, 1.0), above=-inf) == "pass"


def test_an_interval_that_is_one_of_many_is_widened_before_it_is_said_to_exclude_zero() -> None:
    found = Interval(-0.28, -0.49, -0.04)
    assert excludes_zero(found)
    assert not excludes_zero(found, comparisons=10)
    assert excludes_zero(Interval(-0.28, -0.38, -0.18), comparisons=10)
