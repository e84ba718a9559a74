"""The gate's checks of groups at their boundaries."""

import pytest

from models.metrics.intervals import Interval
from models.verdict import Verdict
from tests.training.gate.gate_examples import check_of, evidence, verdict_of
from training.audit.group_bounds import judge_groups

WITHIN = Interval(0.02, -0.10, 0.14)
SEEN, UNSEEN = Interval(-0.47, -0.79, -0.12), Interval(-0.20, -0.48, 0.12)


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (Interval(-0.30, -0.40, -0.21), "fail"),
        (Interval(0.30, 0.21, 0.40), "fail"),  # the largest group is the one that is missed
        (Interval(-0.47, -0.79, -0.12), "not_enough_evidence"),
        (Interval(-0.10, -0.21, 0.01), "pass"),  # not settled, and no gap is seen
        (Interval(-0.10, -0.19, -0.01), "pass"),
        (None, "not_enough_evidence"),
    ],
)
def test_no_group_may_be_found_much_less_often(gap: Interval | None, expected: Verdict) -> None:
    assert verdict_of(evidence(gap=gap)) == expected


@pytest.mark.parametrize(
    ("other", "expected", "decisive"),
    [(SEEN, "not_enough_evidence", "other"), (UNSEEN, "pass", "one"), (Interval(-0.4, -0.5, -0.3), "fail", "other")],
)
def test_groups_that_can_be_judged_decide_and_a_gap_that_is_seen_is_never_a_pass(
    other: Interval, expected: Verdict, decisive: str
) -> None:
    found = judge_groups({"one": WITHIN, "other": other}, 0.20)
    assert (found.verdict, found.decisive) == (expected, decisive)


def test_where_too_few_students_leave_every_gap_open_and_none_is_seen_the_check_says_so_and_is_not_required() -> None:
    found = check_of(evidence(gap=Interval(-0.10, -0.21, 0.01)), "GATE07")
    assert (found.verdict, found.required) == ("not_enough_evidence", False)
    seen = check_of(evidence(gap=SEEN), "GATE07")
    assert (seen.verdict, seen.required) == ("not_enough_evidence", True)


def test_a_group_on_which_there_is_not_enough_evidence_is_named_with_its_interval() -> None:
    assert judge_groups({"one": WITHIN, "other": UNSEEN}, 0.20).says == (
        "2 groups compared: 1 shown to be within; not enough evidence of 1 (furthest: other, −20 (−48 to +12)); "
        "none of these differs more than chance allows."
    )


def test_of_many_groups_one_may_look_otherwise_by_chance() -> None:
    by_itself = Interval(-0.28, -0.49, -0.04)
    many = {f"group {at}": WITHIN for at in range(9)}
    assert judge_groups({**many, "other": by_itself}, 0.20).verdict == "pass"
    assert judge_groups({"other": by_itself}, 0.20).verdict == "not_enough_evidence"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.09, 0.02, "pass"),
        (-0.12, 0.02, "pass"),
        (0.05, 0.30, "not_enough_evidence"),
        (0.101, 0.30, "fail"),
        (-0.30, -0.101, "fail"),
    ],
)
def test_risks_must_not_be_wrong_in_a_group(low: float, high: float, expected: Verdict) -> None:
    given = evidence(in_groups=Interval((low + high) / 2, low, high))
    assert verdict_of(given) == expected
    assert "2 groups compared" in check_of(given, "GATE09").says


def test_the_group_that_is_furthest_off_is_named() -> None:
    assert check_of(evidence(in_groups=Interval(0.2, 0.15, 0.25)), "GATE09").says == (
        "Decided by: F (sex). Of 100 of them, 20 more ended off track than the risks said "
        "(95% interval +15 to +25; allowed is 10). 2 groups compared: 1 shown to be within, 1 beyond."
    )
