"""Fits a risk model; rounds and calibration are chosen on years, or on students, that the trees did not see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import Refused
from models.estimators.calibration import Calibrator, fit_calibrator
from models.estimators.fit_record import fit_record_of
from models.estimators.model_text import strip_text
from models.estimators.parallel_fits import parallel_map
from models.estimators.risk_model import RiskModel
from models.estimators.school_offsets import fit_school_offsets
from models.examples import Booleans, Examples, Floats, Places, fixed_order, folds_by
from models.feature_dictionary import FeatureDictionary
from models.metrics.classification_metrics import refuse_one_class

MOST_ROUNDS = 300
INNER_FOLDS = 5
FEW_FOLDS, ROWS_FOR_FEW_FOLDS = 3, 20_000
"""Folds from so many rows on: trees on two thirds of them are as good, and cost three fifths of the fits."""
YEARS_FOR_YEAR_SPLIT = 5
"""From so many labelled years on, one is held out for the number of rounds and the last for calibration."""
ROWS_FOR_ONE_FOLD = 100_000
"""From so many rows on, one fold of students is enough for the number of rounds and the calibrator."""
EARLY_STOPPING_ROUNDS = 30
ParameterValue = bool | float | int | str | list[int]
Parameters = dict[str, ParameterValue]

SMALL_AND_REGULARISED: Parameters = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 7,
    "min_data_in_leaf": 50,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""LightGBM's own defaults lose to logistic regression on student data of this size; these do not."""


@dataclass(frozen=True)
class HeldOutFold:
    """Rows that a booster did not see, what each counts, their places, and its loss on them after each round."""

    booster: lgb.Booster
    rows: Floats
    label: Booleans
    weight: Floats
    loss: Floats
    places: Places


DEFAULT_PARAMETERS: Parameters = {}


def fit_risk_model(
    examples: Examples,
    *,
    seed: int,
    threads: int,
    tuned: Mapping[str, ParameterValue] = DEFAULT_PARAMETERS,
    begins: tuple[int, ...] = (),
    on_split: "GrowOnSplit | None" = None,
) -> RiskModel:
    """Fits the model: the same for any order of rows, any names of students and any number of threads.

    From five labelled years on, the trees learn from all but the last two; the number of rounds comes from the last
    but one, the calibrator from the last. With fewer, both come from 5 folds by student inside the examples (3 from
    20,000 rows on), and the trees are then grown on all of them; from 100,000 rows on both come from one of 5 folds,
    and the trees are those of the other four. A student's rows of one year, one for each scoring date, weigh as much as
    one student. `tuned` overrides the defaults. Where rows have a school and a school week, each school has an offset
    in each part of the year; `begins` are the weeks with which later parts begin. `on_split` grows the trees where rows
    are split by year or by one fold, in memory where none is given. Raises Refused where the label has one class or
    there are fewer than 5 students.
    """
    grown = grow_trees(examples, seed=seed, threads=threads, tuned=tuned, on_split=on_split)
    return grown.calibrated(calibrate(grown.margin, examples, grown.places, begins), threads)


@dataclass(frozen=True)
class GrownTrees:
    """A booster, how many of its trees are used, and the margins of the rows at `places`, which no tree saw."""

    booster: lgb.Booster
    rounds: int
    margin: Floats
    places: Places
    dictionary: FeatureDictionary
    parameters: Parameters

    def calibrated(self, calibrator: Calibrator, threads: int) -> RiskModel:
        """The model with a calibrator of these margins."""
        return RiskModel(
            booster_text=strip_text(self.booster.model_to_string(num_iteration=self.rounds)),
            calibrator=calibrator,
            dictionary=self.dictionary,
            threads=threads,
            fit=fit_record_of(self.booster, self.rounds, self.parameters, self.dictionary.names),
        )


def grow_trees(
    examples: Examples,
    *,
    seed: int,
    threads: int,
    tuned: Mapping[str, ParameterValue] = DEFAULT_PARAMETERS,
    on_split: "GrowOnSplit | None" = None,
) -> GrownTrees:
    """Fits trees: split by year with enough years, by one fold of students with many rows, else in 5 folds.

    Raises Refused as `fit_risk_model` does.
    """
    refuse_one_class(examples.label)
    defaults = parameters_for(examples.dictionary, seed=seed, threads=threads)
    parameters, order = leaves_of_students({**defaults, **tuned}, examples.weight), fixed_order(examples)
    grow = on_split or fit_on_split
    if len(np.unique(examples.time)) >= YEARS_FOR_YEAR_SPLIT:
        return grow(examples, split_by_year(examples, order), parameters)
    if len(examples) >= ROWS_FOR_ONE_FOLD:
        return grow(examples, split_by_student(examples, order, seed), parameters)
    return fit_by_folds(examples, order, parameters, seed)


def tree_rows(examples: Examples, *, seed: int) -> Places:
    """The rows that a fitted model's trees learned from, in their fixed order."""
    order = fixed_order(examples)
    if len(np.unique(examples.time)) >= YEARS_FOR_YEAR_SPLIT:
        return split_by_year(examples, order).learning
    return split_by_student(examples, order, seed).learning if len(examples) >= ROWS_FOR_ONE_FOLD else order


def fit_by_folds(examples: Examples, order: Places, parameters: Parameters, seed: int) -> GrownTrees:
    """Fits trees on all rows, with rounds and margins from folds of students."""
    ordered = examples.take(order)
    held_out = cross_fit(ordered, parameters, seed)
    rounds = best_rounds(held_out)
    data = lightgbm_dataset(ordered.matrix(), ordered.label, ordered.dictionary, ordered.weight)
    booster = lgb.train(parameters, data, rounds)
    margins = [margins_of(fold.booster, fold.rows, rounds, parameters) for fold in held_out]
    places = order[np.concatenate([fold.places for fold in held_out])]
    return GrownTrees(booster, rounds, np.concatenate(margins), places, examples.dictionary, parameters)


@dataclass(frozen=True)
class FitSplit:
    """The rows for the trees, for their number and for the calibrator, each in the fixed order."""

    learning: Places
    stopping: Places
    calibrating: Places


GrowOnSplit = Callable[[Examples, FitSplit, Parameters], GrownTrees]
"""What grows trees of rows that are split: `fit_on_split`, or `models.partitions` on files."""


def split_by_year(examples: Examples, order: Places) -> FitSplit:
    """Splits into the years before the last two, the last but one, and the last; Refused where one has one class."""
    *_, stopping, calibrating = np.unique(examples.time)
    for year in (stopping, calibrating):
        refuse_one_class(examples.label[examples.time == year])
    time = examples.time[order]
    return FitSplit(order[time < stopping], order[time == stopping], order[time == calibrating])


def split_by_student(examples: Examples, order: Places, seed: int) -> FitSplit:
    """Splits into four folds of students, and the fifth for rounds and calibrator alike: few choices on many rows."""
    fold = student_folds(examples.student[order], seed)
    held = order[fold == 0]
    refuse_one_class(examples.label[held])
    return FitSplit(order[fold > 0], held, held)


def fit_on_split(examples: Examples, parts: FitSplit, parameters: Parameters) -> GrownTrees:
    """Fits trees on the first part, with rounds from the second and margins of the third."""
    fold = train_with_early_stopping(examples, parts, parameters)
    rounds = best_rounds([fold])
    last = examples.matrix_of(parts.calibrating)
    margin = margins_of(fold.booster, last, rounds, parameters)
    return GrownTrees(fold.booster, rounds, margin, parts.calibrating, examples.dictionary, parameters)


def train_with_early_stopping(examples: Examples, parts: FitSplit, parameters: Parameters) -> HeldOutFold:
    """Trains on the first part until the loss on the second no longer falls."""
    label, weight, held = examples.label, examples.weight, examples.matrix_of(parts.stopping)
    learned = examples.matrix_of(parts.learning)
    train = lightgbm_dataset(learned, label[parts.learning], examples.dictionary, weight[parts.learning])
    valid = train.create_valid(held, label[parts.stopping].astype(np.float64), weight=weight[parts.stopping])
    seen: dict[str, dict[str, list[float]]] = {}
    stop: list[Callable[..., None]] = [
        lgb.record_evaluation(seen),
        lgb.early_stopping(EARLY_STOPPING_ROUNDS, verbose=False),
    ]
    booster = lgb.train(parameters, train, MOST_ROUNDS, valid_sets=[valid], callbacks=stop)
    loss = np.array(seen["valid_0"]["binary_logloss"])
    return HeldOutFold(booster, held, label[parts.stopping], weight[parts.stopping], loss, parts.stopping)


def parameters_for(dictionary: FeatureDictionary, *, seed: int, threads: int) -> Parameters:
    """LightGBM's parameters for a feature dictionary; its directions are monotone constraints.

    Where no feature has one, constraints of zeros would grow the same trees, in a quarter more time.
    """
    directions = [0 if entry.kind == "text" else entry.monotone for entry in dictionary.entries]
    constraints: Parameters = {"monotone_constraints": directions, "monotone_constraints_method": "intermediate"}
    return {**SMALL_AND_REGULARISED, **(constraints if any(directions) else {}), "seed": seed, "num_threads": threads}


def leaves_of_students(parameters: Mapping[str, ParameterValue], weight: Floats) -> Parameters:
    """The parameters with the least rows of a leaf in place of its least students, who may have several rows each.

    Where these would be more than a tenth of all rows, students are few, and a tenth (or as many rows) is enough.
    """
    least = int(parameters["min_data_in_leaf"])  # type: ignore[arg-type]  # a number for this parameter
    rows = min(round(least / float(weight.mean())), len(weight) // 10)
    return {**parameters, "min_data_in_leaf": max(least, rows)}


def lightgbm_dataset(
    rows: Floats, label: Booleans, dictionary: FeatureDictionary, weight: Floats | None = None
) -> lgb.Dataset:
    """The rows as LightGBM takes them: text features as native categoricals, columns without names."""
    texts = [i for i, entry in enumerate(dictionary.entries) if entry.kind == "text"]
    target, quiet = label.astype(np.float64), {"verbosity": -1}
    return lgb.Dataset(rows, target, weight=weight, categorical_feature=texts, params=quiet)


def cross_fit(examples: Examples, parameters: Parameters, seed: int) -> list[HeldOutFold]:
    """Fits one booster per fold of students, each with the rows it did not see."""
    folds = FEW_FOLDS if len(examples) >= ROWS_FOR_FEW_FOLDS else INNER_FOLDS
    fold = student_folds(examples.student, seed, folds=folds)
    rows, weight = examples.matrix(), examples.weight
    return parallel_map(lambda i: fit_fold(rows, examples, weight, held=fold == i, parameters=parameters), range(folds))


def student_folds(student: npt.NDArray[np.str_], seed: int, *, folds: int = INNER_FOLDS) -> npt.NDArray[np.int64]:
    """The fold of each row, one for all rows of a student; Refused where there are fewer than 5 students."""
    students = len(pd.unique(student))
    if students < INNER_FOLDS:
        raise Refused(f"{students} students to learn from; at least {INNER_FOLDS} are needed")
    return folds_by(student, folds, np.random.default_rng(seed))


def fit_fold(
    rows: Floats, examples: Examples, weight: Floats, *, held: Booleans, parameters: Parameters
) -> HeldOutFold:
    """Fits a booster on the other rows, with its loss on the held-out ones after each round."""
    label = examples.label
    train = lightgbm_dataset(rows[~held], label[~held], examples.dictionary, weight[~held])
    valid = train.create_valid(rows[held], label[held].astype(np.float64), weight=weight[held])
    seen: dict[str, dict[str, list[float]]] = {}
    booster = lgb.train(parameters, train, MOST_ROUNDS, valid_sets=[valid], callbacks=[lgb.record_evaluation(seen)])
    loss = np.array(seen["valid_0"]["binary_logloss"])
    return HeldOutFold(booster, rows[held], label[held], weight[held], loss, np.flatnonzero(held))


def margins_of(booster: lgb.Booster, rows: Floats, rounds: int, parameters: Parameters) -> Floats:
    """The raw score of each row by the first trees, on as many threads as these were grown on."""
    threads = parameters["num_threads"]
    return np.asarray(booster.predict(rows, raw_score=True, num_iteration=rounds, num_threads=threads))


def best_rounds(held_out: list[HeldOutFold]) -> int:
    """The number of rounds with the least loss, averaged over the folds."""
    return int(np.argmin(np.mean([fold.loss for fold in held_out], axis=0))) + 1


def calibrate(margin: Floats, examples: Examples, places: Places, begins: tuple[int, ...]) -> Calibrator:
    """Fits the calibrator, then the offsets of schools beside it, on margins of these rows that no tree saw."""
    curve = fit_calibrator(margin, examples.label[places], examples.weight[places])
    schools = fit_school_offsets(curve.log_odds(margin), examples.take(places), begins)
    return replace(curve, schools=schools)
