"""Risk and reasons from whatever serves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.definitions.grade9 import NinthGrade
from models.bundle import Bundle, BundleRefused, write_bundle
from models.dictionary import dictionary_of
from models.rule import RuleModel
from models.scoring import order_of, reasons_of, refuse_prepared_table, risk_of
from models.signing import ensure_keys
from tests.models.made_bundles import rule_parts

RULE = RuleModel(counts=(0.0, 2.0), shares=(0.1, 0.6), n=(90, 10), overall=0.15)


def snapshot(**values: float) -> pd.DataFrame:
    """One student of whom only this is known."""
    columns = [*NinthGrade.features(), "rule_signals"]
    return pd.DataFrame({name: [values.get(name, np.nan)] for name in columns})


def test_a_rule_gives_the_share_of_its_count() -> None:
    assert risk_of(RULE, snapshot(rule_signals=3)).tolist() == [0.6]


def test_a_rule_lists_by_its_count_where_the_shares_of_two_counts_are_one_and_last_where_nothing_is_counted() -> None:
    flat = RuleModel(counts=(0.0, 1.0, 4.0), shares=(0.1, 0.4, 0.4), n=(90, 10, 3), overall=0.15)
    rows = pd.concat([snapshot(rule_signals=count) for count in (1, 4, 0, np.nan)], ignore_index=True)
    assert risk_of(flat, rows).tolist() == [0.4, 0.4, 0.1, 0.15]
    assert order_of(flat, rows).tolist() == [1, 4, 0, 0]


def test_a_rules_reasons_are_what_it_counts_and_nothing_that_is_zero_or_missing() -> None:
    row = snapshot(core_failing_now=2, other_failing_now=0, absence_rate_20d=0.9, rule_signals=4)
    assert [(reason.code, reason.value) for reason in reasons_of(RULE, row, NinthGrade)[0]] == [("core_failing_now", 2)]
    assert reasons_of(RULE, snapshot(), NinthGrade) == [()]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    home: Path = tmp_path_factory.mktemp("home")
    return write_bundle(home / "bundles", rule_parts(), ensure_keys(home / "keys"), {})


def test_a_bundle_of_a_prepared_table_may_not_serve(bundle: Bundle) -> None:
    refuse_prepared_table(replace(bundle, feature_set="grade9", dictionary=dictionary_of(NinthGrade)))
    with pytest.raises(BundleRefused, match="made from a prepared table"):
        refuse_prepared_table(bundle)
