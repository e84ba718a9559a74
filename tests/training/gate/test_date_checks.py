"""Checks by date: one wrong date is seen though the others are right, and one that is open leaves the whole open."""

from models.metrics.intervals import Interval
from training.evaluation.calibration_by_date import DateCalibration
from training.gate.date_checks import check_calibration_by_date, check_weeks
from training.gate.verdict import GateCheck

BOUND = 0.05
RIGHT, OPEN, WRONG = Interval(0.01, -0.01, 0.03), Interval(0.04, 0.02, 0.06), Interval(0.14, 0.10, 0.18)


def date_of(week: int, gap: Interval | None) -> DateCalibration:
    """A scoring date with that gap."""
    return DateCalibration("scoring date", f"2025-{week:02d}-01", 1000, week=week, gap=gap)


def verdict_on(gaps: dict[int, Interval], *last: Interval | None) -> GateCheck:
    """The check on these gaps by school week, and the last year's dates."""
    return check_calibration_by_date(gaps, [date_of(3 * at, gap) for at, gap in enumerate(last)], BOUND)


def test_every_week_right_over_the_judged_years_passes_though_the_last_one_is_open() -> None:
    assert verdict_on({3: RIGHT, 6: RIGHT}, OPEN, RIGHT).verdict == "pass"


def test_one_wrong_week_fails_the_model_and_is_named() -> None:
    found = verdict_on({3: WRONG, 6: RIGHT, 9: OPEN}, RIGHT)
    assert found.verdict == "fail"
    assert "Furthest off in school week 3: of 100 students, 14 more" in found.says


def test_a_date_of_the_last_year_that_is_shown_to_be_off_fails_the_model_whatever_the_years_before() -> None:
    assert verdict_on({3: RIGHT, 6: RIGHT}, WRONG, RIGHT).verdict == "fail"


def test_a_week_whose_interval_reaches_past_the_bound_is_not_enough_evidence() -> None:
    assert verdict_on({3: OPEN, 6: RIGHT}, RIGHT).verdict == "not_enough_evidence"


def test_dates_that_are_too_small_are_left_out_and_none_at_all_is_not_enough_evidence() -> None:
    assert verdict_on({6: RIGHT}, None, RIGHT).verdict == "pass"
    assert verdict_on({6: RIGHT}, None).verdict == "not_enough_evidence"


def test_a_week_in_which_the_rule_is_shown_to_find_more_fails_the_model() -> None:
    worse, better = Interval(-0.08, -0.12, -0.03), Interval(0.06, 0.02, 0.10)
    found = check_weeks({5: better, 8: worse}, "the rule")
    assert found.verdict == "fail"
    assert "in school week 8, where its lead is least" in found.says
    assert check_weeks({5: better}, "the rule").verdict == "pass"
    unsettled = check_weeks({5: Interval(0.02, -0.01, 0.05)}, "the rule")
    assert (unsettled.verdict, unsettled.required) == ("not_enough_evidence", False)
