"""Every call of LightGBM names the run's number of threads: one that does not spoils the predictions beside it."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import lightgbm
import numpy as np
import pytest

from models.estimators import fitting, shap_values
from models.estimators.fitting import fit_risk_model
from models.explanations.refits import measure_stability
from tests.models.row_examples import made_examples

SETS_THREADS = {"LGBM_DatasetCreateFromMat", "LGBM_BoosterCreate", "LGBM_BoosterPredictForMat"}
"""The calls of LightGBM's library, of those that fits and predictions make, that set its number for the process."""
THREADS = 2


@dataclass
class Listener:
    """LightGBM's library; it writes down with which parameters it was asked."""

    library: ctypes.CDLL
    heard: list[tuple[str, str]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., int]:
        function: Callable[..., int] = getattr(self.library, name)
        return self.listening(name, function) if name in SETS_THREADS else function

    def listening(self, name: str, function: Callable[..., int]) -> Callable[..., int]:
        def called(*arguments: object) -> int:
            texts = [one.value or b"" for one in arguments if isinstance(one, ctypes.c_char_p)]
            self.heard.append((name, b" ".join(texts).decode()))
            return function(*arguments)

        return called


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """The library while it is listened to; each of its calls was heard, and named the number."""
    listener = Listener(vars(lightgbm.basic)["_LIB"])
    monkeypatch.setattr(lightgbm.basic, "_LIB", listener)
    yield listener
    assert {name for name, _ in listener.heard} == SETS_THREADS
    assert [one for one in listener.heard if f"num_threads={THREADS}" not in one[1].split()] == []


@pytest.mark.usefixtures("listener")
def test_a_model_by_folds_and_its_refits() -> None:
    examples = made_examples(300)
    model = fit_risk_model(examples, seed=7, threads=THREADS)
    model.risk(examples.features)
    measure_stability(model, examples, made_examples(80, seed=1), seed=7)


@pytest.mark.usefixtures("listener")
def test_a_model_by_years() -> None:
    examples = made_examples(600)
    fit_risk_model(replace(examples, time=2021 + np.arange(600) % 6), seed=7, threads=THREADS)


@pytest.mark.usefixtures("listener")
def test_reasons_of_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shap_values, "ROWS_FOR_BATCHES", 10)
    examples = made_examples(200)
    numbers = examples.dictionary.entries[:3]
    free = replace(examples.dictionary, entries=numbers)
    only = replace(examples, dictionary=free, features=examples.features[list(free.names)])
    model = fit_risk_model(only, seed=7, threads=THREADS)
    assert shap_values.woodelf_supports(model.booster_text)
    model.contributions(only.features)


def test_one_call_without_it_is_heard(listener: Listener) -> None:
    examples = made_examples(100)
    parameters = fitting.parameters_for(examples.dictionary, seed=7, threads=THREADS)
    data = fitting.lightgbm_dataset(examples.matrix(), examples.label, examples.dictionary)
    lightgbm.train(parameters, data, 2).predict(examples.matrix())
    name, text = listener.heard.pop()
    assert name == "LGBM_BoosterPredictForMat"
    assert "num_threads" not in text
    lightgbm.train(parameters, data, 2).predict(examples.matrix(), num_threads=THREADS)
