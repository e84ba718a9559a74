"""Checks by date: one wrong date is seen though the others are right, and one that is open leaves the whole open."""

from models.metrics.intervals import Interval
from training.evaluation.calibration_by_date import DateCalibration
from training.gate.date_checks import check_calibration_by_date, check_weeks

BOUND = 0.05
RIGHT, OPEN, WRONG = Interval(0.01, -0.01, 0.03), Interval(0.04, 0.02, 0.06), Interval(0.14, 0.10, 0.18)


def date_of(week: int, gap: Interval | None) -> DateCalibration:
    """A scoring date with that gap."""
    return DateCalibration("scoring date", f"2025-{week:02d}-01", 1000, week=week, gap=gap)


def test_every_date_right_passes() -> None:
    assert check_calibration_by_date([date_of(3, RIGHT), date_of(6, RIGHT)], BOUND).verdict == "pass"


def test_one_wrong_date_fails_the_model_and_is_named() -> None:
    found = check_calibration_by_date([date_of(3, WRONG), date_of(6, RIGHT), date_of(9, OPEN)], BOUND)
    assert found.verdict == "fail"
    assert "Furthest off on 2025-03-01, in school week 3: of 100 students, 14 more" in found.says


def test_a_date_whose_interval_reaches_past_the_bound_is_not_enough_evidence() -> None:
    assert check_calibration_by_date([date_of(3, OPEN), date_of(6, RIGHT)], BOUND).verdict == "not_enough_evidence"


def test_dates_that_are_too_small_are_left_out_and_none_at_all_is_not_enough_evidence() -> None:
    assert check_calibration_by_date([date_of(3, None), date_of(6, RIGHT)], BOUND).verdict == "pass"
    assert check_calibration_by_date([date_of(3, None)], BOUND).verdict == "not_enough_evidence"


def test_a_week_in_which_the_rule_is_shown_to_find_more_fails_the_model() -> None:
    worse, better = Interval(-0.08, -0.12, -0.03), Interval(0.06, 0.02, 0.10)
    found = check_weeks({5: better, 8: worse}, "the rule")
    assert found.verdict == "fail"
    assert "in school week 8, where its lead is least" in found.says
    assert check_weeks({5: better}, "the rule").verdict == "pass"
    unsettled = check_weeks({5: Interval(0.02, -0.01, 0.05)}, "the rule")
    assert (unsettled.verdict, unsettled.required) == ("not_enough_evidence", False)
