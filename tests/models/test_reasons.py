"""Reasons: what raises the risk, what can be changed first, and never who someone is."""

from dataclasses import replace

import numpy as np
import pytest

from models.dictionary import FeatureDictionary
from models.fitting import fit_risk_model
from models.reasons import LEAST_CONTRIBUTION, top_reasons
from models.risk import RiskModel
from tests.models.made_rows import made_examples


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit_risk_model(made_examples(1500), seed=7, threads=1)


def test_a_reason_raises_the_risk_and_says_its_value_and_contribution(model: RiskModel) -> None:
    features = made_examples(100, seed=1).features
    contributions = model.contributions(features)
    for row, reasons in enumerate(top_reasons(model, features)):
        for reason in reasons:
            position = model.dictionary.names.index(reason.code)
            assert reason.contribution == contributions[row, position] >= LEAST_CONTRIBUTION
            assert reason.value == features[reason.code].iloc[row]
            assert reason.domain == model.dictionary.entry(reason.code).domain


def test_what_a_school_can_change_comes_first_then_the_larger_contribution(model: RiskModel) -> None:
    for reasons in top_reasons(model, made_examples(100, seed=1).features, most=5):
        ranks = [(reason.code != "absence_rate", -reason.contribution) for reason in reasons]
        assert ranks == sorted(ranks)


def test_there_are_at_most_three_reasons_and_none_for_a_student_without_signals(model: RiskModel) -> None:
    features = made_examples(300, seed=1).features
    counts = [len(reasons) for reasons in top_reasons(model, features)]
    assert max(counts) == 3
    best = features.iloc[[0]].assign(grade_points=4.0, absence_rate=0.0, moved=False, program="music", noise=-9.0)
    assert "absence_rate" not in {reason.code for reason in top_reasons(model, best)[0]}
    assert "grade_points" not in {reason.code for reason in top_reasons(model, best)[0]}


def test_a_protected_attribute_is_never_a_reason(model: RiskModel) -> None:
    entries = (replace(entry, protected=entry.name == "grade_points") for entry in model.dictionary.entries)
    guarded = replace(model, dictionary=FeatureDictionary(tuple(entries)))
    features = made_examples(200, seed=1).features
    said = {reason.code for reasons in top_reasons(model, features) for reason in reasons}
    kept = {reason.code for reasons in top_reasons(guarded, features) for reason in reasons}
    assert "grade_points" in said
    assert kept == said - {"grade_points"}


def test_a_missing_value_is_never_a_reason(model: RiskModel) -> None:
    """What is not on record may move the risk, but there is nothing to show for it."""
    features = made_examples(200, seed=1).features.assign(grade_points=np.nan)
    position = model.dictionary.names.index("grade_points")
    assert (np.abs(model.contributions(features)[:, position]) > 0).any()
    said = {reason.code for reasons in top_reasons(model, features, most=9, least=0) for reason in reasons}
    assert "grade_points" not in said


def test_values_keep_their_kind(model: RiskModel) -> None:
    reasons = [reason for row in top_reasons(model, made_examples(600, seed=1).features, 5, least=0) for reason in row]
    kinds = {code: {type(r.value) for r in reasons if r.code == code} for code in ("moved", "program", "absence_rate")}
    assert kinds["absence_rate"] == {float}
    assert kinds["program"] <= {str, type(None)}
    assert kinds["moved"] <= {bool, type(None)}


def test_no_rows_have_no_reasons(model: RiskModel) -> None:
    assert top_reasons(model, made_examples(10).features.iloc[:0]) == []
