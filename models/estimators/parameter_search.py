"""Searches for better parameters within a given budget, inside the training rows only.

Each trial is a fold-wise fit like that of every training run, judged by its loss on the students it did not see. The
defaults are the first trial: what is found has to beat them. Trials are kept in a file, so a stopped search continues
where it was; a trial depends on its number and on those before it, not on when it ran.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.estimators.fitting import (
    SMALL_AND_REGULARISED,
    ParameterValue,
    best_rounds,
    cross_fit,
    leaves_of_students,
    parameters_for,
)
from models.examples import Examples, in_fixed_order

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

Progress = Callable[[str], None]


@dataclass(frozen=True)
class SearchBudget:
    """How many trials a search may run, and the file that keeps them."""

    trials: int
    kept_in: Path
    name: str


@dataclass(frozen=True)
class SearchResult:
    """The best parameters of a search; `loss` and `default_loss` are log losses on students not seen."""

    parameters: Mapping[str, ParameterValue]
    loss: float
    default_loss: float
    trials: int


def search_parameters(
    examples: Examples, budget: SearchBudget, *, seed: int, threads: int, progress: Progress
) -> SearchResult:
    """Finds the parameters with the least loss; none where the defaults are as good."""
    import optuna  # half a second, for the few runs that search

    optuna.logging.set_verbosity(logging.WARNING)
    ordered = in_fixed_order(examples)
    study = open_study(budget)
    for number in range(len(finished_trials(study)), budget.trials):
        study.sampler = optuna.samplers.TPESampler(seed=seed + number)
        study.optimize(
            lambda trial: trial_loss(ordered, suggest_parameters(trial), seed=seed, threads=threads), n_trials=1
        )
        progress(f"search: trial {number + 1} of {budget.trials}, least loss so far {study.best_value:.5f}")
    trials = finished_trials(study)
    default = float(trials[0].values[0])
    better = study.best_value < default
    return SearchResult(study.best_params if better else {}, study.best_value, default, len(trials))


def finished_trials(study: "Study") -> "list[FrozenTrial]":
    """The trials that ended; one that was killed is left out."""
    return [trial for trial in study.trials if trial.state.is_finished()]


def open_study(budget: SearchBudget) -> "Study":
    """Opens the search where it stopped; a new one has the defaults as its first trial."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    budget.kept_in.parent.mkdir(parents=True, exist_ok=True)
    storage = JournalStorage(JournalFileBackend(str(budget.kept_in)))
    study = optuna.create_study(storage=storage, study_name=budget.name, load_if_exists=True)
    if not finished_trials(study):
        study.enqueue_trial({name: SMALL_AND_REGULARISED[name] for name in RANGES})
    return study


RANGES: Mapping[str, tuple[float, float]] = {
    "learning_rate": (0.01, 0.2),
    "num_leaves": (4, 31),
    "min_data_in_leaf": (20, 400),
    "lambda_l2": (0.5, 100.0),
    "feature_fraction": (0.4, 1.0),
    "bagging_fraction": (0.5, 1.0),
}
WHOLE = ("num_leaves", "min_data_in_leaf")
EVEN = ("feature_fraction", "bagging_fraction")
"""Drawn uniformly; the others are drawn log-uniformly."""


def suggest_parameters(trial: "Trial") -> dict[str, ParameterValue]:
    """The parameters that the sampler suggests for one trial."""
    found: dict[str, ParameterValue] = {}
    for name, (low, high) in RANGES.items():
        if name in WHOLE:
            found[name] = trial.suggest_int(name, int(low), int(high), log=True)
        else:
            found[name] = trial.suggest_float(name, low, high, log=name not in EVEN)
    return found


def trial_loss(examples: Examples, tuned: Mapping[str, ParameterValue], *, seed: int, threads: int) -> float:
    """The cross-fitted log loss of these parameters at the best number of rounds."""
    parameters = {**parameters_for(examples.dictionary, seed=seed, threads=threads), **tuned}
    folds = cross_fit(examples, leaves_of_students(parameters, examples.weight), seed)
    rounds, students = best_rounds(folds), [float(fold.weight.sum()) for fold in folds]
    return float(np.average([fold.loss[rounds - 1] for fold in folds], weights=students))
