"""Risk and reasons from whatever serves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.definitions.catalog import SERVABLE
from features.definitions.grade9 import NinthGrade
from features.language.feature_set import FeatureSet
from models.bundle.bundle import Bundle, write_bundle
from models.bundle.manifest import BundleRefused
from models.bundle.signing import ensure_keys
from models.estimators.published_rule import RuleModel
from models.explanations.reasons import Reason, Reasons
from models.feature_dictionary import dictionary_of
from models.scoring import order_of, reasons_of, refuse_prepared_table, risk_of
from tests.models.bundle_examples import rule_parts

AT_70 = pd.Series(["70"])
RULE = RuleModel(counts=(0.0, 2.0), shares=(0.1, 0.6), n=(90, 10), overall=0.15)


def snapshot(**values: float) -> pd.DataFrame:
    """One student of whom only this is known."""
    columns = [*NinthGrade.features(), "rule_signals"]
    return pd.DataFrame({name: [values.get(name, np.nan)] for name in columns})


def test_a_rule_gives_the_share_of_its_count() -> None:
    assert risk_of(RULE, snapshot(rule_signals=3), AT_70).tolist() == [0.6]


def test_a_rule_lists_by_its_count_where_the_shares_of_two_counts_are_one_and_last_where_nothing_is_counted() -> None:
    flat = RuleModel(counts=(0.0, 1.0, 4.0), shares=(0.1, 0.4, 0.4), n=(90, 10, 3), overall=0.15)
    rows = pd.concat([snapshot(rule_signals=count) for count in (1, 4, 0, np.nan)], ignore_index=True)
    assert risk_of(flat, rows, AT_70).tolist() == [0.4, 0.4, 0.1, 0.15]
    assert order_of(flat, rows).tolist() == [1, 4, 0, 0]


def test_a_rules_reasons_are_what_it_counts_and_nothing_that_is_zero_or_missing() -> None:
    row = snapshot(core_failing_now=2, other_failing_now=0, absence_rate_20d=0.9, rule_signals=4)
    found = reasons_of(RULE, row, NinthGrade)[0].needs
    assert [(reason.code, reason.value, reason.concept) for reason in found] == [("core_failing_now", 2, "marks_now")]
    assert reasons_of(RULE, snapshot(), NinthGrade) == [Reasons()]


def test_a_sign_of_the_rule_that_is_clearly_not_met_is_a_strength_unless_the_same_thing_stands_out() -> None:
    clear = snapshot(core_failing_now=0, other_failing_now=0)
    assert [(one.code, one.contribution) for one in strengths_of(clear, NinthGrade)] == [("core_failing_now", -1)]
    assert strengths_of(snapshot(core_failing_now=0, other_failing_now=1), NinthGrade) == ()
    row = snapshot(core_failing_now=0, gpa_now=2.4, absence_rate_year=0.02, schools_this_year=1)
    codes = [one.code for one in strengths_of(row, SERVABLE["grade9 by air_high_so_far"])]
    assert codes == ["absence_rate_year", "core_failing_now", "schools_this_year"]


def test_a_rule_says_nothing_of_what_the_district_sends_no_data_for() -> None:
    row, feature_set = snapshot(core_failing_now=0, gpa_now=2.4), SERVABLE["grade9 by air_high_so_far"]
    assert "core_failing_now" in {one.code for one in strengths_of(row, feature_set)}
    given = reasons_of(RULE, row, feature_set, names=["gpa_now"])[0]
    assert "core_failing_now" not in {one.code for one in given.strengths}


def strengths_of(row: pd.DataFrame, feature_set: type[FeatureSet]) -> tuple[Reason, ...]:
    """What the rule says for a student."""
    return reasons_of(RULE, row, feature_set)[0].strengths


def test_what_a_school_can_change_is_the_first_of_a_rules_reasons() -> None:
    row = snapshot(core_failing_now=1, absence_rate_year=0.2, schools_this_year=2, days_suspended_in_school=1)
    found = reasons_of(RULE, row, SERVABLE["grade9 by air_high_so_far"])[0].needs
    assert [reason.code for reason in found][-1] == "schools_this_year"
    assert len(found) == 4


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    home: Path = tmp_path_factory.mktemp("home")
    return write_bundle(home / "bundles", rule_parts(), ensure_keys(home / "keys"), {})


def test_a_bundle_of_a_prepared_table_may_not_serve(bundle: Bundle) -> None:
    refuse_prepared_table(replace(bundle, feature_set="grade9", dictionary=dictionary_of(NinthGrade)))
    with pytest.raises(BundleRefused, match="made from a prepared table"):
        refuse_prepared_table(bundle)
