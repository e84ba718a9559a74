"""Shares by count of signals: never falling, within their intervals, and true for small districts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rule_shares import error_of, shares_before, shares_with, top_is_held
from models.estimators.monotone_shares import (
    PRIOR,
    LevelCounts,
    MonotoneShares,
    count_levels,
    fit_monotone_shares,
    pool_levels,
)
from models.examples import Booleans, Floats, Texts
from models.metrics.intervals import wilson_interval

Row = tuple[int, bool, int]
"""A count of signals, whether off track, and whose row it is."""
ROWS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 20)), min_size=1, max_size=60)
LEVELS = st.lists(st.integers(0, 400).flatmap(lambda n: st.tuples(st.just(n + 1), st.integers(0, n + 1))), min_size=1)


def columns(rows: list[Row]) -> tuple[Floats, Booleans, Texts]:
    """Signals, labels and students; a student's rows share one label."""
    ends = {who: ended for _, ended, who in rows}
    return (
        np.array([float(signals) for signals, _, _ in rows]),
        np.array([ends[who] for _, _, who in rows]),
        np.array([f"student {who}" for _, _, who in rows]),
    )


def counts_of(levels: list[tuple[int, int]]) -> LevelCounts:
    """Levels of so many students, so many of them off track."""
    n, off_track = np.array(levels, dtype=np.float64).T
    return LevelCounts(np.arange(len(n), dtype=np.float64), n, off_track)


@given(levels=LEVELS)
def test_shares_never_fall_and_lie_within_their_intervals_from_0_to_1(levels: list[tuple[int, int]]) -> None:
    found = fit_monotone_shares(counts_of(levels))
    assert (np.diff(found.shares) >= 0).all()
    assert (found.low <= found.shares).all()
    assert (found.shares <= found.high).all()
    assert ((found.low >= 0) & (found.high <= 1)).all()


@given(levels=LEVELS)
def test_before_the_last_digit_is_minded_shares_do_not_fall_either(levels: list[tuple[int, int]]) -> None:
    """Leaning to a neighborhood that holds the level itself keeps the order: no second pooling is needed."""
    counts = counts_of(levels)
    found = fit_monotone_shares(counts)
    order = np.unique(pool_levels(counts), return_index=True)[1]
    pooled = found.pooled_n[order]
    off_track = np.add.reduceat(counts.off_track, order)
    padded_n, padded_ended = np.pad(pooled, 1, constant_values=0.5), np.pad(off_track, 1, constant_values=(0, 0.5))
    around = [padded_ended[i : i + 3].sum() / padded_n[i : i + 3].sum() for i in range(len(order))]
    by_hand = (off_track + PRIOR * np.array(around)) / (pooled + PRIOR)
    assert (np.diff(by_hand) >= -1e-12).all()
    assert found.shares[order] == pytest.approx(by_hand)


@given(rows=ROWS, seed=st.integers(0, 1000))
def test_the_order_of_rows_never_matters(rows: list[Row], seed: int) -> None:
    signals, label, student = columns(rows)
    at = np.random.default_rng(seed).permutation(len(rows))
    first, second = count_levels(signals, label, student), count_levels(signals[at], label[at], student[at])
    assert np.array_equal(first.n, second.n)
    assert np.array_equal(first.off_track, second.off_track)


@given(rows=ROWS, dates=st.integers(2, 12))
def test_more_dates_are_no_more_evidence(rows: list[Row], dates: int) -> None:
    signals, label, student = columns(rows)
    once, often = count_levels(signals, label, student), count_levels(
        np.tile(signals, dates), np.tile(label, dates), np.tile(student, dates)
    )  # fmt: skip
    assert often.n == pytest.approx(once.n)
    assert often.off_track == pytest.approx(once.off_track)
    assert once.n.sum() == pytest.approx(len(set(student)))


def test_a_student_with_rows_in_several_levels_is_in_each_by_a_part() -> None:
    found = count_levels(np.array([0.0, 0, 0, 2]), np.array([True, True, True, True]), np.array(["a", "a", "a", "a"]))
    assert (found.n.tolist(), found.off_track.tolist()) == ([0.75, 0.25], [0.75, 0.25])


@given(levels=st.lists(st.floats(0.05, 0.95), min_size=1, max_size=8))
def test_many_students_have_the_shares_that_were_seen(levels: list[float]) -> None:
    n, shares = 1_000_000, np.sort(np.round(levels, 3))
    found = fit_monotone_shares(counts_of([(n, round(n * share)) for share in shares]))
    assert found.shares == pytest.approx(shares, abs=1e-4)
    assert (found.high - found.low < 0.003).all()


def test_in_200_small_districts_the_highest_level_lies_within_its_interval_in_more_than_90_of_100() -> None:
    assert top_is_held(fit_monotone_shares, 200, seed=11) >= 0.9


def test_an_interval_that_took_the_neighborhood_for_students_would_not_hold() -> None:
    """What the real counts are for: the bound of the test above can fail."""

    def overconfident(counts: LevelCounts) -> MonotoneShares:
        found = fit_monotone_shares(counts)
        n = found.pooled_n + PRIOR
        low, high = np.array([wilson_interval(share * of, of) for share, of in zip(found.shares, n, strict=True)]).T
        return MonotoneShares(found.shares, n, low / 100, high / 100)

    assert top_is_held(overconfident, 200, seed=11) < 0.9


def test_shares_are_nearer_to_the_truth_than_with_ten_average_students_in_each_level() -> None:
    (student, top), (student_before, top_before) = (
        error_of(shares, 200, seed=11) for shares in (lambda counts: shares_with(PRIOR, counts), shares_before)
    )
    assert student < 0.6 * student_before
    assert top < 0.5 * top_before
