"""Metrics: equal risks count as drawn at random, and intervals draw whole students."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from features.errors import Refused
from models.examples import Booleans, Floats
from models.metrics.bootstrap import calibration_gap, difference_intervals
from models.metrics.calibration_error import calibration_error, reliability
from models.metrics.classification_metrics import evaluate
from models.metrics.ranking import list_length

tables = st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.9])), min_size=2, max_size=8)


def drawn(table: list[tuple[bool, float]]) -> tuple[Booleans, Floats]:
    """The labels and risks of a drawn table that has both classes."""
    label, risk = np.array([row[0] for row in table]), np.array([row[1] for row in table])
    assume(label.any() and not label.all())
    return label, risk


@given(table=tables, capacity=st.sampled_from([0.1, 0.25, 0.5, 0.8]))
def test_figures_at_capacity_are_the_mean_over_every_way_to_break_ties(
    table: list[tuple[bool, float]], capacity: float
) -> None:
    label, risk = drawn(table)
    served = int(list_length(len(label), capacity))
    ways = [set(way) for way in combinations(range(len(label)), served) if is_best(set(way), risk)]
    found = np.mean([label[list(way)].sum() for way in ways])
    figures = evaluate(label, risk, (capacity,))
    assert figures.precision_at[capacity] == pytest.approx(found / served)
    assert figures.recall_at[capacity] == pytest.approx(found / label.sum())


def is_best(way: set[int], risk: Floats) -> bool:
    """Whether nobody left out has a higher risk than somebody served."""
    left = [risk[i] for i in range(len(risk)) if i not in way]
    return not left or max(left) <= min(risk[i] for i in way)


@given(table=tables)
def test_order_figures_are_those_of_scikit_learn(table: list[tuple[bool, float]]) -> None:
    label, risk = drawn(table)
    figures = evaluate(label, risk, (0.1,))
    assert figures.roc_auc == pytest.approx(roc_auc_score(label, risk))
    assert figures.pr_auc == pytest.approx(average_precision_score(label, risk))
    assert (figures.n, figures.positives) == (len(label), label.sum())


@given(table=tables, seed=st.integers(0, 1000))
def test_no_figure_depends_on_the_order_of_rows(table: list[tuple[bool, float]], seed: int) -> None:
    label, risk = drawn(table)
    mixed = np.random.default_rng(seed).permutation(len(label))
    first, second = evaluate(label, risk, (0.25,)), evaluate(label[mixed], risk[mixed], (0.25,))
    assert first.calibration_error == pytest.approx(second.calibration_error)
    assert first.precision_at == pytest.approx(second.precision_at)
    assert first.roc_auc == pytest.approx(second.roc_auc)


@pytest.mark.parametrize(("rows", "capacity", "served"), [(10, 0.1, 1), (30, 0.1, 3), (29, 0.1, 2), (3, 0.1, 1)])
def test_a_capacity_serves_whole_students_and_at_least_one(rows: int, capacity: float, served: int) -> None:
    assert list_length(rows, capacity) == served


def test_calibration_error_is_the_mean_gap_over_bins_of_equal_count() -> None:
    risk = np.repeat([0.1, 0.6], 50)
    label = np.concatenate([np.arange(50) < 10, np.arange(50) < 20])
    assert calibration_error(label, risk, np.ones((1, 100)))[0] == pytest.approx((0.1 + 0.2) / 2)
    bins = reliability(label, risk)
    assert [one.n for one in bins] == [10] * 10
    assert [one.share for one in bins] == pytest.approx([0.2] * 5 + [0.4] * 5)


def test_brier_is_the_mean_squared_error() -> None:
    assert evaluate(np.array([True, False]), np.array([0.8, 0.4]), (0.5,)).brier == pytest.approx(0.1)


@pytest.mark.parametrize("ended", [True, False])
def test_a_label_with_one_class_is_refused(ended: bool) -> None:
    with pytest.raises(Refused, match="the label has one class: all 3 rows"):
        evaluate(np.full(3, ended), np.array([0.1, 0.2, 0.3]), (0.1,))


def test_no_rows_are_refused() -> None:
    with pytest.raises(Refused, match="no row to learn from or to judge on"):
        evaluate(np.array([], dtype=np.bool_), np.array([]), (0.1,))


def test_a_missing_risk_is_refused() -> None:
    with pytest.raises(Refused, match="a risk is missing"):
        evaluate(np.array([True, False]), np.array([np.nan, 0.5]), (0.1,))


def test_the_paired_interval_is_that_of_a_plain_bootstrap_of_students() -> None:
    rng = np.random.default_rng(3)
    label = rng.random(120) < 0.4
    risk, other = np.round(label * 0.4 + rng.random(120), 1), np.round(rng.random(120), 1)
    student = np.array([f"s{i // 2}" for i in range(120)])
    found = difference_intervals(label, risk, other, student, capacity=0.2, replicates=4000, seed=1)
    plain = np.array([plain_difference(label, risk, other, rng) for _ in range(1500)])
    for i, name in enumerate(["precision", "recall", "roc_auc"]):
        low, high = np.percentile(plain[:, i], [2.5, 97.5])
        assert found[name].low == pytest.approx(low, abs=0.04)
        assert found[name].high == pytest.approx(high, abs=0.04)
        assert found[name].low < found[name].estimate < found[name].high


def plain_difference(label: Booleans, risk: Floats, other: Floats, rng: np.random.Generator) -> tuple[float, ...]:
    """The differences on one draw of 60 students with two rows each, by way of `evaluate`."""
    pairs = rng.integers(0, 60, 60)
    rows = np.concatenate([2 * pairs, 2 * pairs + 1])
    one, two = (evaluate(label[rows], scores[rows], (0.2,)) for scores in (risk, other))
    gaps = one.precision_at[0.2] - two.precision_at[0.2], one.recall_at[0.2] - two.recall_at[0.2]
    return (*gaps, one.roc_auc - two.roc_auc)


def test_rows_of_one_student_make_an_interval_wider_than_rows_of_many() -> None:
    rng = np.random.default_rng(5)
    label = np.repeat(rng.random(50) < 0.4, 6)
    risk = np.repeat(rng.random(50), 6)
    gap = [
        calibration_gap(label, risk, who, seed=1)
        for who in (np.repeat(np.arange(50), 6).astype(str), np.arange(300).astype(str))
    ]
    widths = [one.high - one.low for one in gap]
    assert widths[0] > 2 * widths[1]
    assert gap[0].estimate == pytest.approx(label.mean() - risk.mean())


def test_a_scorer_is_no_better_than_itself() -> None:
    label = np.array([True, False] * 20)
    risk = np.linspace(0, 1, 40)
    for found in difference_intervals(label, risk, risk, np.arange(40).astype(str), capacity=0.1).values():
        assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_the_same_seed_draws_the_same_interval_whatever_the_students_are_called() -> None:
    rng = np.random.default_rng(0)
    label, risk, other = rng.random(80) < 0.5, rng.random(80), rng.random(80)
    first, second = (
        difference_intervals(label, risk, other, names, capacity=0.1, replicates=200, seed=4)
        for names in (np.arange(80).astype(str), np.array([f"key {i}" for i in reversed(range(80))]))
    )
    assert first == second
