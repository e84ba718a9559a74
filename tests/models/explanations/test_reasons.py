"""Reasons: what raises or lowers the risk, each thing once, what can be changed first, and never who someone is."""

import gc
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.language.feature_set import Strength
from models.estimators.fitting import fit_risk_model
from models.estimators.risk_model import RiskModel
from models.explanations.reasons import LEAST_CONTRIBUTION, Reason, may_be_said, top_reasons
from models.feature_dictionary import Entry, FeatureDictionary, dictionary_of
from tests.models.row_examples import made_examples

ABSENT = Entry("absent", more_is="worse", domain="attendance", can_change=True, because="missed {:.0%}", concept="away")
LATELY = replace(ABSENT, name="lately", strength=Strength("was there on {rest:.0%}", "<=", 0.05))
POINTS = Entry("points", more_is="better", domain="grades", can_change=True, because="has {:.1f}", concept="marks")
BEFORE = Entry("before", more_is="better", domain="grades", because="had {:.1f}", concept="marks before")
GOOD = Strength("has {:.1f}", ">=", 3.0)
WORDED = FeatureDictionary((ABSENT, LATELY, replace(POINTS, strength=GOOD), replace(BEFORE, strength=GOOD)))


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit_risk_model(made_examples(1500), seed=7, threads=1)


@pytest.fixture(scope="module")
def worded() -> RiskModel:
    return worded_model()


@cache
def worded_model() -> RiskModel:
    """A model of four features and three concepts, every one of which matters."""
    examples, features = made_examples(1500), worded_rows(1500)
    odds = 6 * features["absent"] + 9 * features["lately"] - 0.9 * features["points"] - 0.5 * features["before"] + 1.2
    label = np.random.default_rng(4).random(1500) < 1 / (1 + np.exp(-np.nan_to_num(odds)))
    return fit_risk_model(replace(examples, features=features, dictionary=WORDED, label=label), seed=7, threads=1)


def worded_rows(rows: int, seed: int = 0) -> pd.DataFrame:
    """Rows of the four features, with gaps."""
    rng = np.random.default_rng(seed)
    away = rng.beta(1, 7, rows)
    found = pd.DataFrame({"absent": away, "lately": np.clip(away + rng.normal(0, 0.05, rows), 0, 1).round(2)})
    marks = {name: rng.normal(2.5, 0.9, rows).clip(0, 4).round(1) for name in ("points", "before")}
    return found.assign(**marks).mask(rng.random((rows, 4)) < 0.05)


def of(reasons: tuple[Reason, ...]) -> set[str]:
    """The features that say some reasons."""
    return {reason.code for reason in reasons}


def test_a_reason_is_what_all_features_of_its_concept_add_and_said_by_the_one_that_adds_most(worded: RiskModel) -> None:
    features = worded_rows(300, seed=1)
    values = pd.DataFrame(worded.contributions(features)[:, :4], columns=worded.dictionary.names)
    for row, found in enumerate(top_reasons(worded, features)):
        for reason in (*found.needs, *found.strengths):
            names = [one.name for one in WORDED.entries if one.concept == reason.concept]
            assert reason.contribution == pytest.approx(values.loc[row, names].sum())
            assert reason.value == features[reason.code].iloc[row]
            assert abs(reason.contribution) >= LEAST_CONTRIBUTION
        assert all(reason.contribution > 0 for reason in found.needs)
        assert all(reason.contribution < 0 for reason in found.strengths)


def test_no_thing_is_said_twice_of_a_student(worded: RiskModel) -> None:
    for found in top_reasons(worded, worded_rows(300, seed=1), most=9):
        said = [reason.concept for reason in (*found.needs, *found.strengths)]
        assert len(said) == len(set(said))
    both = [reason for found in top_reasons(worded, worded_rows(300, seed=1)) for reason in found.needs]
    assert {reason.code for reason in both if reason.concept == "away"} == {"absent", "lately"}


def test_only_a_value_that_speaks_for_a_student_is_a_strength_and_it_is_never_a_need(worded: RiskModel) -> None:
    found = top_reasons(worded, worded_rows(600, seed=1), least=0)
    strengths = [reason for one in found for reason in one.strengths]
    assert of(tuple(strengths)) == {"lately", "points", "before"}
    for reason in strengths:
        strength = worded.dictionary.entry(reason.code).strength
        assert strength is not None
        assert isinstance(reason.value, float)
        assert strength.met_by(reason.value)
    values = [(one.code, one.value) for each in found for one in each.needs if isinstance(one.value, float)]
    assert all(value < 3.0 for code, value in values if code in ("points", "before"))
    assert all(value > 0.05 for code, value in values if code == "lately")


def test_nothing_on_record_is_no_need(worded: RiskModel) -> None:
    """No absence at all has no record behind it, whatever the trees make of it."""
    features = worded_rows(300, seed=1).assign(absent=0.0)
    assert "absent" not in of(tuple(one for found in top_reasons(worded, features, least=0) for one in found.needs))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_what_a_school_can_change_comes_first_then_the_larger_and_never_more_than_asked(seed: int, most: int) -> None:
    for found in top_reasons(worded_model(), worded_rows(60, seed), most):
        for reasons in (found.needs, found.strengths):
            ranks = [(reason.code == "before", -abs(reason.contribution)) for reason in reasons]
            assert ranks == sorted(ranks)
            assert len(reasons) <= most
            assert all(not np.isnan(reason.value) for reason in reasons if isinstance(reason.value, float))


def test_there_are_at_most_three_reasons_and_none_for_a_student_without_signals(model: RiskModel) -> None:
    features = made_examples(300, seed=1).features
    counts = [len(found.needs) for found in top_reasons(model, features)]
    assert max(counts) == 3
    best = features.iloc[[0]].assign(grade_points=4.0, absence_rate=0.0, moved=False, program="music", noise=-9.0)
    assert of(top_reasons(model, best)[0].needs) & {"absence_rate", "grade_points"} == set()


def test_without_words_for_strengths_there_are_none(model: RiskModel) -> None:
    """A prepared table's columns say nothing of that kind: each is a reason of its own."""
    found = top_reasons(model, made_examples(100, seed=1).features)
    assert all(one.strengths == () for one in found)
    assert {reason.concept for one in found for reason in one.needs} == {""}


def test_a_protected_attribute_is_never_a_reason(model: RiskModel) -> None:
    entries = (replace(entry, protected=entry.name == "grade_points") for entry in model.dictionary.entries)
    guarded = replace(model, dictionary=FeatureDictionary(tuple(entries)))
    features = made_examples(200, seed=1).features
    said = {reason.code for found in top_reasons(model, features) for reason in found.needs}
    kept = {reason.code for found in top_reasons(guarded, features) for reason in found.needs}
    assert "grade_points" in said
    assert kept == said - {"grade_points"}


def test_a_protected_attribute_is_never_a_strength_nor_a_part_of_a_concept(worded: RiskModel) -> None:
    entries = (replace(entry, protected=entry.name == "lately") for entry in WORDED.entries)
    guarded = replace(worded, dictionary=FeatureDictionary(tuple(entries)))
    features = worded_rows(200, seed=1)
    alone = guarded.contributions(features)[:, 0]
    for row, found in enumerate(top_reasons(guarded, features)):
        assert "lately" not in of((*found.needs, *found.strengths))
        assert all(reason.contribution == alone[row] for reason in found.needs if reason.code == "absent")


def test_a_missing_value_is_never_a_reason(model: RiskModel) -> None:
    """What is not on record may move the risk, but there is nothing to show for it."""
    features = made_examples(200, seed=1).features.assign(grade_points=np.nan)
    position = model.dictionary.names.index("grade_points")
    assert (np.abs(model.contributions(features)[:, position]) > 0).any()
    said = {reason.code for found in top_reasons(model, features, most=9, least=0) for reason in found.needs}
    assert "grade_points" not in said


def test_values_keep_their_kind(model: RiskModel) -> None:
    found = top_reasons(model, made_examples(600, seed=1).features, 5, least=0)
    reasons = [reason for one in found for reason in one.needs]
    kinds = {code: {type(r.value) for r in reasons if r.code == code} for code in ("moved", "program", "absence_rate")}
    assert kinds["absence_rate"] == {float}
    assert kinds["program"] <= {str, type(None)}
    assert kinds["moved"] <= {bool, type(None)}


def test_no_rows_have_no_reasons(model: RiskModel) -> None:
    assert top_reasons(model, made_examples(10).features.iloc[:0]) == []


def test_the_search_for_garbage_goes_on_afterwards_even_after_an_error(model: RiskModel) -> None:
    top_reasons(model, made_examples(10).features)
    assert gc.isenabled()
    with pytest.raises(KeyError):
        top_reasons(model, made_examples(10).features.drop(columns="moved"))
    assert gc.isenabled()


def test_nothing_is_said_of_more_school_days_than_a_student_had() -> None:
    entry = Entry("late_45d", more_is="worse", because="was late {:.0f} times in the last 45 school days", days=45)
    days = np.array([44.0, 45.0])
    assert may_be_said("raises", entry, np.array([3.0, 3.0]), days).tolist() == [False, True]
    assert dictionary_of(NinthGrade).entry("absence_rate_change").days == 40
    assert dictionary_of(NinthGrade).entry("absence_rate_year").days == 0
