"""The table of what a rule says by count of signals."""

from models.estimators.published_rule import RuleModel
from tests.spec.test_rule_shares import MESA, rule_of
from training.rule_levels import level_rows


def test_counts_that_share_their_students_stand_in_one_row_and_few_students_have_no_figures() -> None:
    assert list(level_rows(rule_of(MESA), 11)) == [
        ("0", "674", "8", "7 to 11"),
        ("1", "fewer than 11", "not enough evidence yet", ""),
        ("2", "83", "42", "32 to 53"),
        ("3 to 5", "46", "58", "44 to 72"),
        ("6 or more", "17", "92", "82 to 100"),
    ]


def test_a_rule_of_shares_alone_has_no_rows() -> None:
    assert list(level_rows(RuleModel((0.0, 2.0), (0.1, 0.6), (90, 10), 0.15), 11)) == []
