"""The rule as a scorer: past shares by count of signals, never falling, never 0 or 1 for a few."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import Refused
from models.estimators.monotone_shares import PRIOR
from models.estimators.published_rule import TOO_FEW, RuleModel, SimilarStudents, fit_rule, fit_shares
from models.examples import Texts
from models.metrics.intervals import wilson_interval
from tests.models.row_examples import made_examples


def one_row_each(rows: int) -> Texts:
    """A student for each row."""
    return np.arange(rows).astype(np.str_)


def test_a_count_says_the_share_of_past_students_with_an_interval_on_their_own_counts() -> None:
    signals = np.repeat([0.0, 1.0, 2.0], [60, 30, 10])
    label = np.concatenate([np.arange(60) < 6, np.arange(30) < 12, np.arange(10) < 8])
    rule = fit_shares(signals, label, one_row_each(100))
    around = (6 + 12) / (0.5 + 60 + 30), (6 + 12 + 8) / 100, (12 + 8 + 0.5) / (30 + 10 + 0.5)
    expected = [(k + PRIOR * q) / (n + PRIOR) for k, n, q in zip((6, 12, 8), (60, 30, 10), around, strict=True)]
    assert rule.risk(np.array([0.0, 1.0, 2.0])) == pytest.approx(expected)
    assert (rule.n, rule.off_track, rule.pooled_n) == ((60, 30, 10), (6, 12, 8), (60, 30, 10))
    assert (100 * rule.low[1], 100 * rule.high[1]) == pytest.approx(wilson_interval(12, 30))


@given(
    counts=st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=60),
    asked=st.lists(st.floats(-1, 9), min_size=2),
)
def test_more_signals_never_mean_less_risk(counts: list[tuple[int, bool]], asked: list[float]) -> None:
    signals, label = np.array([float(one[0]) for one in counts]), np.array([one[1] for one in counts])
    risk = fit_shares(signals, label, one_row_each(len(counts))).risk(np.sort(asked))
    assert (np.diff(risk) >= 0).all()
    assert ((risk >= 0) & (risk <= 1)).all()


def test_levels_below_the_least_are_too_few_to_be_told_and_nobody_is_similar_to_a_missing_count() -> None:
    rule = fit_shares(np.repeat([0.0, 2.0], [20, 10]), np.arange(30) >= 18, one_row_each(30))
    common, few, missing = rule.similar_students(np.array([1.0, 2.0, np.nan]), least=11)
    assert common == SimilarStudents(20, rule.low[0], rule.high[0])
    assert (few, missing, TOO_FEW.are_told) == (TOO_FEW, TOO_FEW, False)
    (told,) = rule.similar_students(np.array([2.0]), least=10)
    assert told is not None
    assert told.are_told


def test_a_rule_of_shares_alone_has_no_students_to_tell_of() -> None:
    rule = RuleModel(counts=(0.0, 2.0), shares=(0.1, 0.6), n=(50, 20), overall=0.2)
    assert rule.similar_students(np.array([0.0, 2.0, np.nan]), least=11) == [None, None, None]


def test_a_count_never_seen_has_the_share_of_the_nearest_below_and_a_missing_one_the_overall() -> None:
    rule = RuleModel(counts=(0.0, 2.0), shares=(0.1, 0.6), n=(50, 20), overall=0.2)
    assert rule.risk(np.array([1.0, 7.0, np.nan])).tolist() == [0.1, 0.6, 0.2]


def test_json_gives_the_same_rule_back() -> None:
    rule = fit_rule(made_examples())
    assert RuleModel.from_json(rule.to_json()) == rule


ONE_LEVEL = '{"counts": [0], "shares": [0.5], "n": [9], "overall": 0.5'


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"counts": [0, 1], "shares": [0.5, 0.4], "n": [1, 1], "overall": 0.4}',
        '{"counts": [1, 0], "shares": [0.4, 0.5], "n": [1, 1], "overall": 0.4}',
        '{"counts": [0], "shares": [1.5], "n": [1], "overall": 0.4}',
        '{"counts": [], "shares": [], "n": [], "overall": 0.4}',
        f"{ONE_LEVEL}, " + '"low": [0.4]}',
        f"{ONE_LEVEL}, " + '"off_track": [], "pooled_n": [], "low": [0], "high": [1]}',
        f"{ONE_LEVEL}, " + '"off_track": [4], "pooled_n": [9], "low": [0.6], "high": [1]}',
        f"{ONE_LEVEL}, " + '"off_track": [4], "pooled_n": [9], "low": [0.4], "high": [1.1]}',
    ],
)
def test_a_text_that_is_no_rule_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="a rule"):
        RuleModel.from_json(text)


def test_json_of_a_rule_of_shares_alone_gives_the_same_rule_back() -> None:
    rule = RuleModel(counts=(0.0, 2.0), shares=(0.1, 0.6), n=(50, 20), overall=0.2)
    assert set(json.loads(rule.to_json())) == {"counts", "shares", "n", "overall"}
    assert RuleModel.from_json(rule.to_json()) == rule


def test_rows_without_a_rule_are_refused() -> None:
    with pytest.raises(Refused, match="no published rule"):
        fit_rule(replace(made_examples(20), rule=None))
    with pytest.raises(Refused, match="no published rule"):
        fit_rule(replace(made_examples(20), rule=np.full(20, np.nan)))


def test_rows_without_a_count_do_not_change_the_shares() -> None:
    examples = made_examples(200)
    assert examples.rule is not None
    signals = np.where(np.arange(200) < 50, np.nan, examples.rule)
    assert fit_rule(replace(examples, rule=signals)) == fit_rule(examples.take(np.arange(50, 200)))
