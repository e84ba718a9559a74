"""Every figure equals the library's on the same rows, drawn as often as the weights say."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from models.metrics.bootstrap import ScoredRows, bootstrap_metrics, weighted_metrics
from models.metrics.calibration_error import reliability

Counts = npt.NDArray[np.float64]


def rows(seed: int, n: int = 240) -> tuple[ScoredRows, Counts]:
    """Risks that tie, what happened, three schools, and how often each row is drawn."""
    rng = np.random.default_rng(seed)
    risk = np.round(rng.beta(1, 3, n), 2)
    label = rng.random(n) < 0.1 + 0.7 * risk
    return ScoredRows(label, risk, rng.choice(["a", "b", "c"], n)), rng.integers(0, 4, (1, n)).astype(np.float64)


def repeated(scored: ScoredRows, weights: Counts) -> ScoredRows:
    """The rows, each as often as it is drawn."""
    assert scored.school is not None
    drawn = np.repeat(np.arange(len(scored.label)), weights[0].astype(int))
    return ScoredRows(scored.label[drawn], scored.risk[drawn], scored.school[drawn])


@given(seed=st.integers(0, 10_000))
def test_weighted_figures_are_those_of_the_rows_drawn(seed: int) -> None:
    scored, weights = rows(seed)
    found = {name: value[0] for name, value in weighted_metrics(scored, weights, (0.1, 0.2)).items()}
    drawn = repeated(scored, weights)
    assert found["roc_auc"] == pytest.approx(roc_auc_score(drawn.label, drawn.risk))
    assert found["pr_auc"] == pytest.approx(average_precision_score(drawn.label, drawn.risk))
    assert found["brier"] == pytest.approx(brier_score_loss(drawn.label, drawn.risk))
    assert found["lift@0.200"] == pytest.approx(found["precision@0.200"] / drawn.label.mean())
    again = weighted_metrics(drawn, np.ones((1, len(drawn.label))), (0.1, 0.2))
    for name in set(found) - {"calibration_error"}:  # whose bins are those of the rows as they are
        assert found[name] == pytest.approx(again[name][0]), name


def test_the_calibration_line_is_that_of_a_logistic_regression_on_the_log_odds() -> None:
    scored, _ = rows(3, 3000)
    scored = ScoredRows(scored.label, np.clip(scored.risk, 0.01, 0.99))
    found = weighted_metrics(scored, np.ones((1, 3000)), ())
    odds = np.log(scored.risk / (1 - scored.risk))[:, None]
    fitted = LogisticRegression(C=np.inf, tol=1e-10).fit(odds, scored.label)
    assert found["calibration_slope"][0] == pytest.approx(fitted.coef_[0, 0], abs=1e-5)
    assert found["calibration_intercept"][0] == pytest.approx(fitted.intercept_[0], abs=1e-5)


def test_risks_that_say_too_much_have_a_slope_below_one() -> None:
    rng = np.random.default_rng(1)
    odds = rng.normal(-1, 1, 20_000)
    label = rng.random(20_000) < 1 / (1 + np.exp(-odds))
    said = ScoredRows(label, 1 / (1 + np.exp(-2 * odds)))
    assert weighted_metrics(said, np.ones((1, 20_000)), ())["calibration_slope"][0] == pytest.approx(0.5, abs=0.03)


def test_within_school_auc_sees_nothing_in_a_model_that_only_knows_the_school() -> None:
    rng = np.random.default_rng(2)
    school = rng.choice(["a", "b"], 400)
    label = rng.random(400) < np.where(school == "a", 0.7, 0.1)
    found = weighted_metrics(ScoredRows(label, np.where(school == "a", 0.7, 0.1), school), np.ones((1, 400)), ())
    assert found["within_school_auc"][0] == 0.5
    assert found["roc_auc"][0] > 0.7


@given(seed=st.integers(0, 10_000))
def test_the_calibration_error_is_the_gap_of_the_reliability_bins_where_risks_tie_too(seed: int) -> None:
    scored, weights = rows(seed)
    bins = reliability(scored.label, scored.risk)
    gap = sum(one.n * abs(one.mean_risk - one.share) for one in bins) / len(scored.label)
    assert weighted_metrics(scored, np.ones_like(weights), ())["calibration_error"][0] == pytest.approx(gap)


@given(seed=st.integers(0, 10_000))
def test_no_drawn_figure_depends_on_the_order_of_rows(seed: int) -> None:
    scored, weights = rows(seed)
    mixed = np.random.default_rng(seed).permutation(len(scored.label))
    assert scored.school is not None
    again = ScoredRows(scored.label[mixed], scored.risk[mixed], scored.school[mixed])
    first, second = (weighted_metrics(scored, weights, (0.1,)), weighted_metrics(again, weights[:, mixed], (0.1,)))
    for name in set(first) - {"calibration_error"}:  # whose bins part equal risks by the order of rows
        assert first[name] == pytest.approx(second[name]), name


def test_an_interval_draws_whole_students_and_grows_when_rows_are_the_same_student_s() -> None:
    scored, _ = rows(5, 600)
    alone = bootstrap_metrics(scored, np.arange(600).astype(str), (0.1,), replicates=400, seed=1)
    scored = ScoredRows(np.repeat(scored.label[:60], 10), np.repeat(scored.risk[:60], 10))
    same = bootstrap_metrics(scored, np.repeat(np.arange(60), 10).astype(str), (0.1,), replicates=400, seed=1)
    assert same["roc_auc"].high - same["roc_auc"].low > 2 * (alone["roc_auc"].high - alone["roc_auc"].low)


def test_of_very_many_rows_cells_are_drawn_and_the_intervals_are_those_of_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    risk = rng.beta(1, 4, 6000)
    scored = ScoredRows(rng.random(6000) < risk, risk, rng.choice(["10", "20", "30"], 6000))
    student = np.array([f"s{i // 2}" for i in range(6000)])
    by_row = bootstrap_metrics(scored, student, (0.15,), replicates=400, seed=1)
    monkeypatch.setattr("models.metrics.bootstrap.MANY", 1000)
    by_cell = bootstrap_metrics(scored, student, (0.15,), replicates=400, seed=1)
    for name, one in by_row.items():
        width = one.high - one.low
        assert by_cell[name].estimate == one.estimate
        assert abs(by_cell[name].low - one.low) < 0.25 * width, name
        assert abs(by_cell[name].high - one.high) < 0.25 * width, name
