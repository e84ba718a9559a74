"""Fit a risk model: rounds and calibration chosen on students that the trees did not see."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from features.settings import Refused
from models.calibration import Calibrator, fit_calibrator
from models.dictionary import FeatureDictionary
from models.examples import Booleans, Examples, Floats, folds_by, in_fixed_order
from models.metrics import refuse_one_class
from models.plain_text import plain
from models.risk import RiskModel

MOST_ROUNDS = 300
INNER_FOLDS = 5
Parameters = dict[str, bool | float | int | str | list[int]]

SMALL_AND_REGULARISED: Parameters = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 7,
    "min_data_in_leaf": 50,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "lambda_l2": 5.0,
    "monotone_constraints_method": "intermediate",
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""Library defaults lose to logistic regression on student data of this size; this does not."""


@dataclass(frozen=True)
class HeldOut:
    """One inner fold: its booster, the rows it did not see, and its loss on them after each round."""

    booster: lgb.Booster
    rows: Floats
    label: Booleans
    loss: Floats


def fit_risk_model(examples: Examples, *, seed: int, threads: int) -> RiskModel:
    """The model of these examples: the same for any order of rows and any names of students.

    The number of rounds and the calibrator come from 5 folds by student inside the examples; the trees are then
    grown on all of them. Raises Refused where the label has one class or there are fewer than 5 students.
    """
    refuse_one_class(examples.label)
    ordered = in_fixed_order(examples)
    parameters = parameters_for(ordered.dictionary, seed=seed, threads=threads)
    held_out = inner_folds(ordered, parameters, seed)
    rounds = best_rounds(held_out)
    booster = lgb.train(parameters, as_dataset(ordered.matrix(), ordered.label, ordered.dictionary), rounds)
    return RiskModel(
        booster_text=plain(booster.model_to_string(num_iteration=rounds)),
        calibrator=calibrator_of(held_out, rounds),
        dictionary=ordered.dictionary,
        threads=threads,
    )


def parameters_for(dictionary: FeatureDictionary, *, seed: int, threads: int) -> Parameters:
    """LightGBM's parameters for a feature dictionary: its directions become constraints."""
    directions = [0 if entry.kind == "text" else entry.monotone for entry in dictionary.entries]
    return {**SMALL_AND_REGULARISED, "monotone_constraints": directions, "seed": seed, "num_threads": threads}


def as_dataset(rows: Floats, label: Booleans, dictionary: FeatureDictionary) -> lgb.Dataset:
    """The rows as LightGBM takes them: text features as native categoricals, columns without names."""
    texts = [i for i, entry in enumerate(dictionary.entries) if entry.kind == "text"]
    return lgb.Dataset(rows, label.astype(np.float64), categorical_feature=texts, params={"verbosity": -1})


def inner_folds(examples: Examples, parameters: Parameters, seed: int) -> list[HeldOut]:
    """One booster per fold of students, each with the rows it did not see."""
    students = len(np.unique(examples.student))
    if students < INNER_FOLDS:
        raise Refused(f"{students} students to learn from; at least {INNER_FOLDS} are needed")
    fold = folds_by(examples.student, INNER_FOLDS, np.random.default_rng(seed))
    rows = examples.matrix()
    return [held_out_fold(rows, examples, fold == i, parameters) for i in range(INNER_FOLDS)]


def held_out_fold(rows: Floats, examples: Examples, held: Booleans, parameters: Parameters) -> HeldOut:
    """A booster of the other rows, and how well it does on the held ones after each round."""
    train = as_dataset(rows[~held], examples.label[~held], examples.dictionary)
    valid = train.create_valid(rows[held], examples.label[held].astype(np.float64))
    seen: dict[str, dict[str, list[float]]] = {}
    booster = lgb.train(parameters, train, MOST_ROUNDS, valid_sets=[valid], callbacks=[lgb.record_evaluation(seen)])
    return HeldOut(booster, rows[held], examples.label[held], np.array(seen["valid_0"]["binary_logloss"]))


def best_rounds(held_out: list[HeldOut]) -> int:
    """The number of rounds after which the loss, averaged over the folds, is least."""
    return int(np.argmin(np.mean([fold.loss for fold in held_out], axis=0))) + 1


def calibrator_of(held_out: list[HeldOut], rounds: int) -> Calibrator:
    """The calibrator fitted on every row's margin from the booster that did not see it."""
    margins = [np.asarray(fold.booster.predict(fold.rows, raw_score=True, num_iteration=rounds)) for fold in held_out]
    return fit_calibrator(np.concatenate(margins), np.concatenate([fold.label for fold in held_out]))
