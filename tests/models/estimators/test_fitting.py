"""Fitting: the same model from the same content, whatever the order of rows and the names of students."""

from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from features.errors import Refused
from models.estimators import fitting
from models.estimators.fitting import fit_risk_model
from models.examples import Examples, folds_by, in_fixed_order
from models.feature_dictionary import FeatureDictionary
from tests.models.row_examples import made_examples


def shuffled(examples: Examples, seed: int) -> Examples:
    """The same rows in another order, their students named anew."""
    mixed = examples.take(np.random.default_rng(seed).permutation(len(examples)))
    names = {name: f"key {hash((name, seed))}" for name in np.unique(mixed.student)}
    return replace(mixed, student=np.array([names[name] for name in mixed.student]))


@pytest.mark.parametrize("rows_per_student", [1, 3])
def test_neither_the_order_of_rows_nor_the_names_of_students_change_the_model(rows_per_student: int) -> None:
    examples = made_examples(rows_per_student=rows_per_student)
    first = fit_risk_model(examples, seed=7, threads=1)
    second = fit_risk_model(shuffled(examples, 3), seed=7, threads=1)
    assert first.booster_text == second.booster_text
    assert first.calibrator == second.calibrator


def test_order_is_fixed_even_where_students_share_rows_of_the_same_content() -> None:
    examples = made_examples(12, rows_per_student=2)
    same = examples.take(np.array([0, 1, 0, 2, 0, 3, 4, 5, 4, 5], dtype=np.int64))
    same = replace(same, student=np.array(["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"]))
    first, second = in_fixed_order(same), in_fixed_order(shuffled(same, 1))
    firsts, seconds = (np.unique(one.student, return_index=True, return_inverse=True) for one in (first, second))
    assert first.features.equals(second.features)
    assert np.array_equal(firsts[1][firsts[2]], seconds[1][seconds[2]])


def test_protected_groups_do_not_change_the_model() -> None:
    examples = made_examples()
    regrouped = replace(examples, groups=examples.groups.iloc[::-1].reset_index(drop=True))
    assert fit_risk_model(examples, seed=7, threads=1) == fit_risk_model(regrouped, seed=7, threads=1)


def test_another_seed_gives_another_model() -> None:
    examples = made_examples()
    texts = {fit_risk_model(examples, seed=seed, threads=1).booster_text for seed in (1, 2)}
    assert len(texts) == 2


def test_a_matrix_of_some_rows_is_that_of_all_rows_in_their_order() -> None:
    examples, rows = made_examples(9000), np.random.default_rng(1).permutation(9000)[:5000]
    assert np.array_equal(examples.matrix_of(rows), examples.matrix()[rows], equal_nan=True)


def test_every_row_of_a_student_is_in_one_fold_and_folds_are_of_one_size() -> None:
    student = np.array(["a", "b", "a", "c", "d", "e", "f", "b"])
    fold = folds_by(student, 3, np.random.default_rng(1))
    assert all(len(set(fold[student == name])) == 1 for name in student)
    sizes = np.bincount([fold[student == name][0] for name in np.unique(student)])
    assert sizes.tolist() == [2, 2, 2]


def test_six_years_and_many_rows_are_fitted_apart_whatever_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way holds rows out of its own; the number of rows decides between one fold of students and five."""
    examples = made_examples(1200, rows_per_student=2)
    years = replace(examples, time=2021 + np.arange(1200) % 6)
    five, by_year = (fit_risk_model(one, seed=7, threads=1) for one in (examples, years))
    monkeypatch.setattr(fitting, "ROWS_FOR_ONE_FOLD", 1200)
    one_fold = fit_risk_model(examples, seed=7, threads=1)
    assert len({model.booster_text for model in (five, by_year, one_fold)}) == 3
    again = [fit_risk_model(shuffled(one, 3), seed=7, threads=1) for one in (years, examples)]
    assert again == [by_year, one_fold]


def test_many_rows_are_cross_fitted_in_three_folds_and_each_row_is_held_out_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    examples = made_examples(120, rows_per_student=2)
    parameters = fitting.parameters_for(examples.dictionary, seed=7, threads=1)
    few = fitting.cross_fit(examples, parameters, seed=7)
    monkeypatch.setattr(fitting, "ROWS_FOR_FEW_FOLDS", 120)
    many = fitting.cross_fit(examples, parameters, seed=7)
    assert (len(few), len(many)) == (5, 3)
    assert sorted(np.concatenate([fold.places for fold in many])) == list(range(120))


def test_without_directions_the_trees_are_those_of_constraints_of_zeros() -> None:
    """Which is what is left out there: it costs a quarter more time and says nothing."""
    examples = made_examples(600)
    entries = tuple(replace(entry, more_is="none") for entry in examples.dictionary.entries)
    free = FeatureDictionary(entries)
    parameters = fitting.parameters_for(free, seed=7, threads=1)
    assert not any("monotone" in name for name in parameters)
    zeros = {"monotone_constraints": [0] * len(entries), "monotone_constraints_method": "intermediate"}
    trees = [
        lgb.train(asked, fitting.lightgbm_dataset(examples.matrix(), examples.label, free), 20)
        .model_to_string()
        .partition("\n\nTree=0")[2]
        .partition("end of trees")[0]
        for asked in (parameters, {**parameters, **zeros})
    ]
    assert trees[0] == trees[1]
    assert "Tree=19" in trees[0]


def test_a_fold_of_many_rows_with_one_class_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "ROWS_FOR_ONE_FOLD", 60)
    examples = made_examples(60, rows_per_student=12)
    with pytest.raises(Refused, match="the label has one class: all 12 rows ended on track"):
        fit_risk_model(replace(examples, label=np.isin(np.arange(60), [12, 13])), seed=7, threads=1)


@pytest.mark.parametrize("ended", [True, False])
def test_a_label_with_one_class_is_refused(ended: bool) -> None:
    examples = made_examples(60)
    with pytest.raises(Refused, match="the label has one class: all 60 rows"):
        fit_risk_model(replace(examples, label=np.full(60, ended)), seed=7, threads=1)


def test_fewer_students_than_folds_are_refused() -> None:
    with pytest.raises(Refused, match="4 students to learn from; at least 5"):
        fit_risk_model(made_examples(40, rows_per_student=10), seed=7, threads=1)


def test_few_rows_give_a_model_that_knows_the_overall_share_only() -> None:
    examples = made_examples(40)
    risk = fit_risk_model(examples, seed=7, threads=1).risk(examples.features)
    assert np.ptp(risk) == 0
    assert risk[0] == pytest.approx(examples.label.mean(), abs=0.05)
