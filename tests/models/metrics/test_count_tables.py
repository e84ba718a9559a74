"""Cells of an audit: who is listed at which capacity, and counts that are drawn as whole students would be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics.count_tables import (
    RISK_BINS,
    count_cells,
    draw_counts,
    list_counts,
    listing_of,
    risk_bins,
    student_patterns,
)
from models.metrics.ranking import list_length
from tests.drawn import rows_of

SHARES = st.lists(st.sampled_from([0.01, 0.05, 0.1, 0.2, 0.35, 0.5]), min_size=1, max_size=4, unique=True)
RISKS = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 0.75, 1.0]), min_size=2, max_size=60)


def names(rows: int) -> np.ndarray:
    """A student for each row."""
    return np.arange(rows).astype(str)


def test_a_band_is_the_first_capacity_that_lists_a_student() -> None:
    drawn = rows_of("""
        | risk | band |
        | 0.90 | 0    |
        | 0.20 | 2    |
        | 0.80 | 1    |
        | 0.70 | 1    |
        | 0.10 | 2    |
        | 0.60 | 2    |
        | 0.05 | 3    |
        | 0.04 | 3    |
        | 0.03 | 3    |
        | 0.02 | 3    |
    """)
    risk = np.array([float(row["risk"]) for row in drawn])
    listing = listing_of(risk > 0.5, risk, names(10), (0.3, 0.1, 0.6))
    assert listing.capacities == (0.1, 0.3, 0.6)
    assert listing.band.tolist() == [int(row["band"]) for row in drawn]


@given(risk=RISKS, capacities=SHARES)
def test_a_list_is_as_long_as_its_capacity_and_nobody_of_higher_risk_is_left_out(
    risk: list[float], capacities: list[float]
) -> None:
    values = np.array(risk)
    listing = listing_of(values > 0.2, values, names(len(risk)), capacities)
    for at, capacity in enumerate(listing.capacities):
        listed = listing.band <= at
        assert listed.sum() == list_length(len(risk), capacity)
        assert values[listed].min() >= values[~listed].max(initial=0.0)


def test_equal_risks_are_listed_by_a_lot_that_does_not_move_when_drawn_again() -> None:
    risk = np.full(1000, 0.4)
    first, again = (listing_of(risk > 0, risk, names(1000), (0.1,)).band == 0 for _ in range(2))
    assert first.sum() == 100
    assert first.tolist() == again.tolist()
    assert 400 < np.flatnonzero(first).mean() < 600, "the first rows of a file are not the first on a list"


def test_counts_tell_groups_ends_and_bands_apart() -> None:
    label = np.array([True, True, False, False, True])
    risk = np.array([0.9, 0.2, 0.8, 0.1, 0.3])
    listing = listing_of(label, risk, names(5), (0.2, 0.4))
    found = list_counts(listing, np.array([0, 0, 0, 1, 1]), 2)
    assert found.tolist() == [[[0, 1, 0], [1, 0, 1]], [[0, 0, 1], [0, 0, 1]]]


def test_drawing_students_of_one_row_varies_counts_as_a_multinomial_does() -> None:
    cell = np.repeat([0, 1, 3], [30, 60, 10])
    drawn = draw_counts(cell, 4, None, replicates=20_000, seed=3)
    assert (drawn.sum(axis=1) == 100).all()
    assert (drawn[:, 2] == 0).all()
    assert drawn.mean(axis=0) == pytest.approx([30, 60, 0, 10], abs=0.15)
    assert drawn.var(axis=0) == pytest.approx([21, 24, 0, 9], rel=0.04)
    assert np.cov(drawn[:, 0], drawn[:, 1])[0, 1] == pytest.approx(-18, rel=0.06)


def test_students_with_several_rows_are_drawn_whole() -> None:
    """Each student has a row in an even cell and one in the next: no replicate has one without the other."""
    student = np.repeat(np.arange(40), 2)
    cell = np.tile([0, 1], 40) + 2 * (student % 3)
    drawn = draw_counts(cell, 6, student, replicates=500, seed=1)
    assert (drawn[:, ::2] == drawn[:, 1::2]).all()
    assert (drawn.sum(axis=1) == 80).all()
    assert drawn[:, 0].std() == pytest.approx(np.sqrt(40 * 0.35 * 0.65), rel=0.1)


@given(rows=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), min_size=1, max_size=80))
def test_the_patterns_of_all_students_hold_all_their_rows(rows: list[tuple[int, int]]) -> None:
    student, cell = np.unique([who for who, _ in rows], return_inverse=True)[1], np.array([at for _, at in rows])
    patterns, times = student_patterns(cell, 6, student)
    assert times.sum() == student.max() + 1
    assert (patterns.T @ times).tolist() == count_cells(cell, 6).tolist()
    held = {tuple(sorted(cell[student == who])) for who in np.unique(student)}
    assert len(held) == len(times), "students are told apart by their rows only"


def test_drawn_counts_vary_as_those_of_a_plain_bootstrap_of_students() -> None:
    rng = np.random.default_rng(5)
    student = np.sort(rng.integers(0, 50, 170))
    student = np.unique(student, return_inverse=True)[1]
    cell = (student % 2) * 2 + rng.integers(0, 2, len(student))
    drawn = draw_counts(cell, 4, student, replicates=8000, seed=2)
    rows = [np.flatnonzero(student == who) for who in range(student.max() + 1)]
    plain = np.array(
        [
            np.bincount(cell[np.concatenate([rows[who] for who in rng.integers(0, len(rows), len(rows))])], minlength=4)
            for _ in range(4000)
        ]
    )
    assert np.cov(drawn.T) == pytest.approx(np.cov(plain.T), rel=0.1, abs=4)
    assert np.percentile(drawn, [5, 50, 95], axis=0) == pytest.approx(np.percentile(plain, [5, 50, 95], axis=0), abs=1)


@given(risk=st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_bins_rise_with_the_risk_and_equal_risks_share_one(risk: list[float]) -> None:
    values = np.array(risk)
    place, mean = risk_bins(values)
    order = np.argsort(values, kind="stable")
    assert (np.diff(place[order]) >= 0).all()
    assert len(mean) == place.max() + 1 <= RISK_BINS + 1
    for value in np.unique(values):
        assert len(set(place[values == value])) == 1
    assert (np.bincount(place) @ mean) == pytest.approx(values.sum())


def test_few_risks_have_a_bin_each_however_rare() -> None:
    risk = np.repeat([0.1, 0.5, 0.9], [9980, 15, 5])
    place, mean = risk_bins(risk)
    assert np.bincount(place).tolist() == [9980, 15, 5]
    assert mean == pytest.approx([0.1, 0.5, 0.9])
