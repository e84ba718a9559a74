"""Baselines: plain, honest, and blind to what they were not given."""

from dataclasses import replace

import numpy as np
import pytest

from features.errors import Refused
from models.estimators.baselines import SCHOOL_PRIOR, fit_logistic, fit_school_only
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.classification_metrics import evaluate
from tests.models.row_examples import made_examples


def test_logistic_regression_takes_missing_values_booleans_and_unseen_text() -> None:
    test = made_examples(400, seed=1)
    unseen = replace(test, features=test.features.assign(program="falconry", moved=None))
    logistic = fit_logistic(made_examples(800))
    assert evaluate(test.label, logistic.risk(test), (0.1,)).roc_auc > 0.65
    risk = logistic.risk(unseen)
    assert ((risk > 0) & (risk < 1)).all()


def test_logistic_regression_does_not_depend_on_the_order_of_rows() -> None:
    examples = made_examples(300)
    mixed = examples.take(np.random.default_rng(2).permutation(300))
    assert np.array_equal(fit_logistic(examples).risk(examples), fit_logistic(mixed).risk(examples))


def test_logistic_regression_ends_where_the_loss_is_least() -> None:
    """Nothing moves it any more: no coefficient, in columns that say nearly the same."""
    examples = made_examples(500)
    nearly = examples.features.absence_rate + 1e-3 * np.random.default_rng(3).normal(size=500)
    twins = replace(
        examples,
        dictionary=FeatureDictionary((*examples.dictionary.entries, Entry("days_missed"))),
        features=examples.features.assign(days_missed=nearly),
    )
    logistic = fit_logistic(twins)
    rows = logistic.pipeline[:-1].transform(twins.matrix())
    slope = rows.T @ (logistic.risk(twins) - twins.label) + logistic.pipeline[-1].coef_[0]
    assert np.abs(slope / 500).max() < 1e-6


def test_a_column_without_any_value_is_no_obstacle() -> None:
    examples = made_examples(300)
    empty = replace(examples, features=examples.features.assign(noise=np.nan))
    assert np.isfinite(fit_logistic(empty).risk(empty)).all()


def test_logistic_regression_refuses_a_label_with_one_class() -> None:
    with pytest.raises(Refused, match="one class"):
        fit_logistic(replace(made_examples(20), label=np.ones(20, dtype=np.bool_)))


def test_school_only_says_the_share_of_the_school_drawn_to_the_overall_share() -> None:
    examples = made_examples(40)
    school = np.array(["10"] * 30 + ["20"] * 10)
    label = np.array([True] * 6 + [False] * 24 + [True] * 10)
    risk = fit_school_only(replace(examples, school=school, label=label)).risk(
        replace(examples, school=np.array(["10", "20", "unseen"] + ["10"] * 37))
    )
    overall = 16 / 40
    assert risk[0] == pytest.approx((6 + SCHOOL_PRIOR * overall) / (30 + SCHOOL_PRIOR))
    assert risk[1] == pytest.approx((10 + SCHOOL_PRIOR * overall) / (10 + SCHOOL_PRIOR))
    assert risk[2] == pytest.approx(overall)


def test_school_only_refuses_rows_without_a_school() -> None:
    with pytest.raises(Refused, match="no school"):
        fit_school_only(replace(made_examples(20), school=None))
