"""The common core: every scorer speaks of rows that no model saw, the same twice."""

from dataclasses import replace

import numpy as np
import pytest

from models.estimators.baselines import fit_logistic
from models.estimators.fitting import fit_risk_model
from models.examples import Examples
from models.metrics.classification_metrics import evaluate
from tests.models.row_examples import made_examples
from tests.training.evaluation.cross_evaluation import cross_evaluate
from training.evaluation.evaluation import fit_and_evaluate


def test_the_test_rows_are_judged_by_models_of_the_training_rows() -> None:
    train, test = made_examples(600), made_examples(200, seed=1)
    judged = fit_and_evaluate(train, test, seed=7, threads=1)
    model = fit_risk_model(train, seed=7, threads=1)
    assert judged.model == model
    assert np.array_equal(judged.risks["model"], model.risk(test.features))
    assert np.array_equal(judged.risks["logistic"], fit_logistic(train).risk(test))
    assert set(judged.risks) == {"model", "logistic", "school_only", "rule"}
    assert judged.figures((0.1,))["model"] == evaluate(test.label, judged.risks["model"], (0.1,))


def test_rows_without_school_or_rule_are_judged_by_the_others() -> None:
    bare = replace(made_examples(300), school=None, rule=None)
    judged = fit_and_evaluate(bare, bare.take(np.arange(100)), seed=7, threads=1)
    assert set(judged.risks) == {"model", "logistic"}
    assert judged.rule is None


def told_apart() -> Examples:
    """20 students with 60 rows each, who end off track by chance and whom one feature tells apart."""
    examples = made_examples(1200, rows_per_student=60)
    ended = np.random.default_rng(3).permutation(np.arange(20) < 10)
    features = examples.features.assign(noise=np.repeat(np.arange(20.0), 60))
    return replace(examples, label=np.repeat(ended, 60), features=features)


def test_a_student_who_is_judged_was_not_learned_from() -> None:
    examples = told_apart()
    figures = cross_evaluate(examples, examples.student, k=4, seeds=(0,)).figures((0.1,))
    assert figures["model"].roc_auc < 0.8


def test_nor_were_their_rows_in_another_group() -> None:
    examples = told_apart()
    wards = np.array([f"ward {i // 30 % 4}" for i in range(1200)])
    figures = cross_evaluate(examples, wards, k=4, seeds=(0,)).figures((0.1,))
    assert figures["model"].roc_auc < 0.8


def test_figures_are_the_mean_over_the_seeds_whatever_the_order_of_rows() -> None:
    examples = made_examples(300)
    both = cross_evaluate(examples, examples.student, k=3, seeds=(0, 1)).figures((0.1,))
    mixed = examples.take(np.random.default_rng(1).permutation(300))
    each = [cross_evaluate(mixed, mixed.student, k=3, seeds=(seed,)).figures((0.1,)) for seed in (0, 1)]
    for name in both:
        assert both[name].roc_auc == pytest.approx(np.mean([one[name].roc_auc for one in each]))
        assert both[name].recall_at[0.1] == pytest.approx(np.mean([one[name].recall_at[0.1] for one in each]))
    assert each[0]["model"] != each[1]["model"]
