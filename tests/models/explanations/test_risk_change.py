"""Since last time: what the records changed and what a new release changed add up, and what moved is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.language.feature_set import Strength
from models.estimators.fitting import fit_risk_model
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.explanations.reasons import Side
from models.explanations.risk_change import largest_changes, split_change
from models.feature_dictionary import FeatureDictionary, dictionary_of
from tests.models.row_examples import made_examples

RISK = st.floats(0, 1)
RULE = RuleModel(counts=(0.0, 1.0), shares=(0.1, 0.4), n=(90, 30), overall=0.2)


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit_risk_model(made_examples(1500), seed=7, threads=1)


@given(RISK, RISK, RISK)
def test_the_two_parts_add_up_to_the_whole_change(before: float, now: float, by_the_old: float) -> None:
    by_data, by_release = (one.item() for one in split_change(*map(np.array, (before, now, by_the_old))))
    assert by_data + by_release == pytest.approx(now - before, abs=1e-15)
    assert before + by_data == pytest.approx(by_the_old, abs=1e-15)


@given(RISK, RISK)
def test_while_the_same_release_scores_all_of_a_change_is_the_records(before: float, now: float) -> None:
    found = split_change(np.array(before), np.array(now), by_the_old=np.array(now))
    assert [one.item() for one in found] == [now - before, 0.0]


def test_where_the_release_of_then_cannot_be_asked_nothing_is_split() -> None:
    assert np.isnan(split_change(np.array(0.2), np.array(0.5), np.array(np.nan))).all()


def test_what_moved_the_risk_most_is_said_with_its_values_then_and_now(model: RiskModel) -> None:
    before = made_examples(50, seed=1).features.assign(absence_rate=0.0)
    now = before.assign(absence_rate=0.4)
    for moved in largest_changes(model, NinthGrade, before, now).to_changes():
        assert [(one.code, one.before, one.now) for one in moved] == [("absence_rate", 0.0, 0.4)]


def test_what_moved_is_said_only_where_it_moved_the_way_of_the_whole(model: RiskModel) -> None:
    """Marks fell a lot and absence a little: what moved is the marks, and never the better attendance beside them."""
    before = made_examples(50, seed=1).features.assign(absence_rate=0.1, grade_points=4.0)
    now = before.assign(absence_rate=0.0, grade_points=0.0)
    moves = (model.contributions(now) - model.contributions(before)).sum(axis=1)
    worse = largest_changes(model, NinthGrade, before, now).to_changes()
    better = largest_changes(model, NinthGrade, now, before).to_changes()
    assert (moves > 0).any()
    for one, back in zip(
        np.array(worse, dtype=object)[moves > 0], np.array(better, dtype=object)[moves > 0], strict=True
    ):
        assert {change.code for change in one} == {change.code for change in back} == {"grade_points"}


def test_where_nothing_changed_nothing_moved(model: RiskModel) -> None:
    rows = made_examples(80, seed=2).features
    assert largest_changes(model, NinthGrade, rows, rows).to_changes() == [()] * 80


def test_a_protected_attribute_never_moved_anything(model: RiskModel) -> None:
    entries = (replace(entry, protected=entry.name == "absence_rate") for entry in model.dictionary.entries)
    guarded = replace(model, dictionary=FeatureDictionary(tuple(entries)))
    before = made_examples(50, seed=1).features.assign(absence_rate=0.0)
    assert largest_changes(guarded, NinthGrade, before, before.assign(absence_rate=0.4)).to_changes() == [()] * 50


def test_features_of_one_concept_are_said_once(model: RiskModel) -> None:
    entries = (replace(entry, concept="one thing", because="is {:.1f}") for entry in model.dictionary.entries)
    together = replace(model, dictionary=FeatureDictionary(tuple(entries)))
    before = made_examples(50, seed=1).features.assign(absence_rate=0.0, grade_points=3.0)
    now = before.assign(absence_rate=0.4, grade_points=1.0)
    assert {len(moved) for moved in largest_changes(together, NinthGrade, before, now).to_changes()} == {1}
    assert {len(moved) for moved in largest_changes(model, NinthGrade, before, now).to_changes()} == {2}


def test_a_value_that_speaks_for_the_student_is_said_as_a_strength(model: RiskModel) -> None:
    strong = {"absence_rate": Strength("was in school", "<=", 0.05)}
    entries = (replace(entry, strength=strong.get(entry.name)) for entry in model.dictionary.entries)
    told = replace(model, dictionary=FeatureDictionary(tuple(entries)))
    before = made_examples(50, seed=1).features.assign(absence_rate=0.4)
    for moved in largest_changes(told, NinthGrade, before, before.assign(absence_rate=0.01)).to_changes():
        assert [(one.code, one.is_strength) for one in moved] == [("absence_rate", True)]


@pytest.mark.parametrize(("side", "says"), [("raises", 0), ("lowers", 1)])
def test_a_concept_that_does_not_hold_never_moved_anything(model: RiskModel, side: Side, says: int) -> None:
    before = made_examples(50, seed=1).features.assign(absence_rate=0.0)
    now = before.assign(absence_rate=0.4)
    found = largest_changes(model, NinthGrade, before, now, never_said={("absence_rate", side)}).to_changes()
    assert {len(moved) for moved in found} == {says}


def test_under_a_rule_what_it_counts_is_what_moves() -> None:
    blank = pd.DataFrame({name: np.zeros(1) for name in dictionary_of(NinthGrade).names})
    now = blank.assign(core_failing_now=2.0, absence_rate_year=0.5)
    found = largest_changes(RULE, NinthGrade, blank, now).to_changes()
    assert [[(one.code, one.before, one.now) for one in moved] for moved in found] == [[("core_failing_now", 0.0, 2.0)]]
