"""A default model over sixty features in twenty concepts, and what it takes to explain many students by it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import lightgbm as lgb
import numpy as np
import pandas as pd
import typer
from pydantic import TypeAdapter

from benchmarks.child import Measured, peak_mib
from benchmarks.made_examples import made_dictionary, made_examples
from benchmarks.place import SEED
from benchmarks.timing import seconds_of
from features.language.feature_set import Strength
from models.estimators.calibration import fit_calibrator
from models.estimators.fitting import MOST_ROUNDS, lightgbm_dataset, parameters_for
from models.estimators.model_text import strip_text
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from models.explanations.reason_columns import ReasonTable
from models.explanations.reasons import reason_table
from models.feature_dictionary import Entry, FeatureDictionary

LEARNED, A_CONCEPT = 20_000, 3
"""Rows that the model learns from, and features of one concept."""
Explaining = Literal["made", "contributions", "reasons", "pred_contrib"]


@dataclass(frozen=True)
class Explained:
    """A model, and the students that it is asked to explain."""

    model: RiskModel
    asked: Examples


def made_explained(rows: int) -> Explained:
    """The default model, and as many students as are asked for."""
    return Explained(default_model(), replace(made_examples(rows), dictionary=worded()))


@cache
def default_model() -> RiskModel:
    """A model of some made examples with as many trees as a fit may have."""
    learned = replace(made_examples(LEARNED), dictionary=worded())
    matrix, parameters = learned.matrix(), parameters_for(worded(), seed=SEED, threads=1)
    booster = lgb.train(parameters, lightgbm_dataset(matrix, learned.label, worded()), MOST_ROUNDS)
    margin = np.asarray(booster.predict(matrix, raw_score=True), dtype=np.float64)
    return RiskModel(strip_text(booster.model_to_string()), fit_calibrator(margin, learned.label), worded())


def worded() -> FeatureDictionary:
    """The sixty features with sentences: three say the same, and every third thing is one that no school can change."""
    return FeatureDictionary(tuple(said(place, entry) for place, entry in enumerate(made_dictionary().entries)))


def said(place: int, entry: Entry) -> Entry:
    """A feature with a concept, a sentence, and a value from which it speaks for a student."""
    concept = place // A_CONCEPT
    strength = Strength("has {:.1f}", ">=" if entry.more_is == "better" else "<=", 0.0)
    can_change = concept % 3 > 0
    return replace(entry, concept=f"concept_{concept}", because="has {:.1f}", can_change=can_change, strength=strength)


def reasons_in_a_run(model: RiskModel, features: pd.DataFrame) -> ReasonTable:
    """The reasons as a scoring run asks for them."""
    return reason_table(model, features)


def explain_in_child(explaining: Explaining, rows: int) -> Measured:
    """The explaining done in a new process."""
    command = [sys.executable, "-m", "benchmarks.reasons_child", explaining, str(rows)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True, text=True)
    return TypeAdapter(Measured).validate_json(done.stdout)


def explain_in_this_process(explaining: Explaining, rows: int) -> Measured:
    """The explaining done here; its peak is that of everything so far."""
    made = made_explained(rows)
    model, features = made.model, made.asked.features
    works: dict[Explaining, Callable[[], object]] = {
        "made": lambda: None,
        "contributions": lambda: model.contributions(features),
        "reasons": lambda: reasons_in_a_run(model, features),
        "pred_contrib": lambda: model.booster.predict(made.asked.matrix(), pred_contrib=True, num_threads=1),
    }
    return Measured(seconds_of(works[explaining]), peak_mib=peak_mib())


def main(explaining: str, rows: int) -> None:
    """Does the explaining and prints what it took as JSON."""
    known = TypeAdapter[Explaining](Explaining).validate_python(explaining)
    print(TypeAdapter(Measured).dump_json(explain_in_this_process(known, rows)).decode())


if __name__ == "__main__":
    typer.run(main)
