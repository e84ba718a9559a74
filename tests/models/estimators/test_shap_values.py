"""Contributions: many rows are explained by another library than few, and the values are the same."""

import contextlib
import io
from collections.abc import Iterator

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.estimators import shap_values as contributions
from models.estimators.shap_values import (
    contributions_of,
    lightgbm_contributions,
    woodelf_contributions,
    woodelf_supports,
)
from models.examples import Floats
from tests.models.bundle_examples import made_model
from tests.models.row_examples import made_examples

NEAR = 1e-5
"""In log odds: woodelf's values have 32 bits."""
ODD_VALUES = (np.nan, np.inf, -np.inf, 0.0, 1e-36, -1e-36, 1e300)

Parameter = bool | int | float | str | list[int]


@st.composite
def drawn_tables(draw: st.DrawFn) -> tuple[lgb.Booster, Floats]:
    """A small model over columns with ties, gaps, constants and directions, and rows of every kind."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, features = draw(st.integers(30, 300)), draw(st.integers(1, 6))
    table = rng.normal(size=(rows, features)).round(draw(st.integers(0, 2)))
    table[rng.random(table.shape) < draw(st.sampled_from([0.0, 0.1, 0.6]))] = np.nan
    table[:, rng.random(features) < 0.2] = 1.0
    noise = rng.normal(size=rows) + np.isnan(table).sum(axis=1) * rng.normal()
    label = np.nan_to_num(table).sum(axis=1) + noise > draw(st.sampled_from([-1.0, 0.0, 1.0]))
    parameters: dict[str, Parameter] = {
        "objective": "binary",
        "num_leaves": draw(st.sampled_from([2, 3, 7, 31])),
        "min_data_in_leaf": draw(st.sampled_from([1, 5, 50, 1000])),
        "monotone_constraints": draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=features, max_size=features)),
        "monotone_constraints_method": "intermediate",
        "use_missing": draw(st.booleans()),
        "num_threads": 1,
        "verbosity": -1,
    }
    booster = lgb.train(parameters, lgb.Dataset(table, label.astype(np.float64)), draw(st.integers(1, 8)))
    asked = rng.normal(size=(40, features)).round(1)
    odd = rng.random(asked.shape) < 0.4
    asked[odd] = rng.choice(ODD_VALUES, int(odd.sum()))
    asked[0] = np.nan
    return lgb.Booster(model_str=booster.model_to_string()), np.vstack([asked, table[:40]])


@settings(max_examples=60, deadline=None)
@given(drawn_tables())
def test_woodelf_gives_what_lightgbm_gives(drawn: tuple[lgb.Booster, Floats]) -> None:
    """With gaps, rows of nothing but gaps, infinite values, directions, and trees of one leaf."""
    booster, rows = drawn
    assert woodelf_supports(booster.model_to_string())
    np.testing.assert_allclose(
        woodelf_contributions(booster, rows, threads=1),
        lightgbm_contributions(booster, rows, threads=1),
        rtol=0,
        atol=NEAR,
    )


def fitted(columns: Floats, label: Floats, **parameters: Parameter) -> lgb.Booster:
    """A small model of these columns."""
    quiet: dict[str, Parameter] = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}
    return lgb.train({**quiet, **parameters}, lgb.Dataset(columns, label), 5)


def test_a_model_of_text_features_is_left_to_lightgbm() -> None:
    model, rows = made_model(), made_examples(20_000).features
    assert not woodelf_supports(model.booster_text)
    with pytest.raises(ValueError, match="categorical"):
        woodelf_contributions(model.booster, model.dictionary.encode(rows.head(5)), threads=1)
    found = contributions_of(model.booster, model.booster_text, model.dictionary.encode(rows), threads=1)
    np.testing.assert_allclose(found.sum(axis=1), model.margin(rows), rtol=0, atol=1e-9)


def test_a_model_to_which_a_zero_is_missing_is_left_to_lightgbm() -> None:
    """Woodelf would take the zero for a number, without a word."""
    rng = np.random.default_rng(5)
    columns = rng.integers(0, 3, (400, 2)).astype(np.float64)
    label = (columns[:, 0] == 0) ^ (rng.random(400) < 0.1)
    booster = fitted(columns, label.astype(np.float64), zero_as_missing=True)
    assert not woodelf_supports(booster.model_to_string())
    apart = woodelf_contributions(booster, columns, threads=1) - lightgbm_contributions(booster, columns, threads=1)
    assert np.abs(apart).max() > 0.01


@pytest.fixture
def batches_of_seven() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contributions, "ROWS_AT_ONCE", 7)
        yield


def numbers(rows: int) -> tuple[lgb.Booster, Floats]:
    """A model of numbers only, and rows with gaps."""
    rng = np.random.default_rng(3)
    columns = rng.normal(size=(rows, 3))
    columns[rng.random(columns.shape) < 0.2] = np.nan
    return fitted(columns, (np.nan_to_num(columns).sum(axis=1) > 0).astype(np.float64)), columns


@pytest.mark.usefixtures("batches_of_seven")
def test_batches_make_no_difference() -> None:
    booster, rows = numbers(100)
    np.testing.assert_allclose(
        woodelf_contributions(booster, rows, threads=1),
        lightgbm_contributions(booster, rows, threads=1),
        rtol=0,
        atol=NEAR,
    )


def test_many_rows_are_explained_in_batches_without_a_sound_and_few_by_lightgbm() -> None:
    booster, rows = numbers(contributions.ROWS_FOR_BATCHES)
    text, heard = booster.model_to_string(), io.StringIO()
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        many = contributions_of(booster, text, rows, threads=1)
        fewer = contributions_of(booster, text, rows[:-1], threads=1)
        on_two = contributions_of(booster, text, rows, threads=2)
    assert heard.getvalue() == ""
    np.testing.assert_array_equal(many, woodelf_contributions(booster, rows, threads=1))
    np.testing.assert_array_equal(fewer, lightgbm_contributions(booster, rows[:-1], threads=1))
    np.testing.assert_array_equal(on_two, lightgbm_contributions(booster, rows, threads=1))
