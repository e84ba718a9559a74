"""The rule as a scorer: past shares by count of signals, never falling, never 0 or 1 for a few."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import Refused
from models.estimators.published_rule import PRIOR, RuleModel, fit_rule, fit_shares
from tests.models.row_examples import made_examples


def test_a_count_says_the_smoothed_share_of_past_students() -> None:
    signals = np.repeat([0.0, 1.0, 2.0], [60, 30, 10])
    label = np.concatenate([np.arange(60) < 6, np.arange(30) < 12, np.arange(10) < 8])
    rule = fit_shares(signals, label)
    overall = 26 / 100
    expected = [(6 + PRIOR * overall) / 70, (12 + PRIOR * overall) / 40, (8 + PRIOR * overall) / 20]
    assert rule.risk(np.array([0.0, 1.0, 2.0])) == pytest.approx(expected)
    assert rule.n == (60, 30, 10)


@given(
    counts=st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=60),
    asked=st.lists(st.floats(-1, 9), min_size=2),
)
def test_more_signals_never_mean_less_risk(counts: list[tuple[int, bool]], asked: list[float]) -> None:
    signals, label = np.array([float(one[0]) for one in counts]), np.array([one[1] for one in counts])
    risk = fit_shares(signals, label).risk(np.sort(asked))
    assert (np.diff(risk) >= 0).all()
    assert ((risk >= 0) & (risk <= 1)).all()


def test_a_count_never_seen_has_the_share_of_the_nearest_below_and_a_missing_one_the_overall() -> None:
    rule = RuleModel(counts=(0.0, 2.0), shares=(0.1, 0.6), n=(50, 20), overall=0.2)
    assert rule.risk(np.array([1.0, 7.0, np.nan])).tolist() == [0.1, 0.6, 0.2]


def test_json_gives_the_same_rule_back() -> None:
    rule = fit_rule(made_examples())
    assert RuleModel.from_json(rule.to_json()) == rule


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"counts": [0, 1], "shares": [0.5, 0.4], "n": [1, 1], "overall": 0.4}',
        '{"counts": [1, 0], "shares": [0.4, 0.5], "n": [1, 1], "overall": 0.4}',
        '{"counts": [0], "shares": [1.5], "n": [1], "overall": 0.4}',
        '{"counts": [], "shares": [], "n": [], "overall": 0.4}',
    ],
)
def test_a_text_that_is_no_rule_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="a rule"):
        RuleModel.from_json(text)


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
