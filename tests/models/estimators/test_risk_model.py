"""The risk model: in bounds, about one student at a time, and in the declared direction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.estimators.fitting import fit_risk_model
from models.estimators.risk_model import RiskModel
from tests.models.row_examples import made_examples


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit_risk_model(made_examples(1500), seed=7, threads=1)


# shap's plots, loaded with it, use what matplotlib will drop; and it tells of the shape of its own answer
@pytest.mark.filterwarnings("ignore:The set_\\w+ function will be deprecated:PendingDeprecationWarning")
@pytest.mark.filterwarnings("ignore:LightGBM binary classifier:UserWarning")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_contributions_are_those_of_shap_and_add_up_to_the_margin(model: RiskModel, seed: int) -> None:
    import shap  # takes seconds and warns: only where it is needed

    features = made_examples(200, seed=seed).features
    contributions = model.contributions(features)
    explainer = shap.TreeExplainer(model.booster, feature_perturbation="tree_path_dependent")
    explained = explainer.shap_values(model.dictionary.encode(features))
    assert contributions.shape == (200, 6)
    assert np.abs(contributions[:, :-1] - explained).max() < 1e-6
    assert np.abs(contributions[:, -1] - explainer.expected_value).max() < 1e-6
    assert np.abs(contributions.sum(axis=1) - model.margin(features)).max() < 1e-6


@settings(max_examples=60, deadline=None)
@given(
    points=st.one_of(st.none(), st.floats(-1e12, 1e12)),
    absence=st.one_of(st.none(), st.floats(allow_nan=False)),
    moved=st.sampled_from([True, False, None]),
    program=st.one_of(st.none(), st.text(max_size=8)),
)
def test_risk_lies_between_0_and_1(
    model: RiskModel, points: float | None, absence: float | None, moved: bool | None, program: str | None
) -> None:
    row = {"grade_points": points, "absence_rate": absence, "noise": 0.0, "moved": moved, "program": program}
    risk = model.risk(pd.DataFrame([row]))
    assert 0 <= risk[0] <= 1


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.integers(0, 299), min_size=1, max_size=40))
def test_a_risk_does_not_depend_on_who_else_is_scored(model: RiskModel, rows: list[int]) -> None:
    features = made_examples(300, seed=5).features
    together = model.risk(features)
    assert np.array_equal(model.risk(features.iloc[rows]), together[rows])


@settings(max_examples=60, deadline=None)
@given(row=st.integers(0, 299), absence=st.lists(st.floats(0, 1), min_size=2, max_size=10))
def test_more_absence_never_lowers_the_risk_and_better_grades_never_raise_it(
    model: RiskModel, row: int, absence: list[float]
) -> None:
    one = made_examples(300, seed=5).features.iloc[[row] * len(absence)]
    rising = np.sort(absence)
    assert (np.diff(model.risk(one.assign(absence_rate=rising))) >= 0).all()
    assert (np.diff(model.risk(one.assign(grade_points=4 * rising))) <= 0).all()


def test_a_text_that_was_never_seen_counts_as_missing(model: RiskModel) -> None:
    features = made_examples(50, seed=2).features
    unseen, missing = features.assign(program="falconry"), features.assign(program=None)
    assert np.array_equal(model.risk(unseen), model.risk(missing))


def test_text_features_are_used(model: RiskModel) -> None:
    features = made_examples(200, seed=2).features
    arts, music = (model.risk(features.assign(program=program)).mean() for program in ("arts", "music"))
    assert arts > music + 0.02


def test_threads_do_not_change_a_risk(model: RiskModel) -> None:
    features = made_examples(300, seed=2).features
    assert np.array_equal(replace(model, threads=2).risk(features), model.risk(features))


def test_no_rows_have_no_risks(model: RiskModel) -> None:
    none = made_examples(10).features.iloc[:0]
    assert model.risk(none).shape == (0,)
    assert model.contributions(none).shape == (0, 6)
