"""The gate's verdicts at their boundaries."""

from datetime import date

import pytest

from features.quality.check_codes import Finding
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from models.verdict import Verdict
from tests.training.gate.gate_examples import (
    BETTER,
    BOUNDS,
    check_of,
    evidence,
    lead,
    verdict_of,
)
from training.gate.bound_checks import kinds_of
from training.gate.checks import check_evidence
from training.gate.verdict import gate_without_model, sentences


def test_a_model_better_than_everything_passes() -> None:
    assert verdict_of(evidence()) == "pass"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.001, 0.20, "pass"),
        (0.0, 0.20, "not_enough_evidence"),
        (-0.05, 0.20, "not_enough_evidence"),
        (-0.20, 0.0, "not_enough_evidence"),
        (-0.20, -0.001, "fail"),
        (-0.20, -0.05, "fail"),
    ],
)
@pytest.mark.parametrize("other", ["rule", "school_only"])
def test_being_better_must_be_beyond_chance(other: str, low: float, high: float, expected: Verdict) -> None:
    given = evidence(over_rule=lead(low, high)) if other == "rule" else evidence(over_school=lead(low, high))
    assert verdict_of(given) == expected


@pytest.mark.parametrize(("off_track", "expected"), [(100, "pass"), (99, "not_enough_evidence")])
def test_too_few_students_off_track_cannot_be_judged(off_track: int, expected: Verdict) -> None:
    assert verdict_of(evidence(off_track=off_track)) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.029, 0.02, "pass"), (-0.031, 0.02, "not_enough_evidence"), (-0.08, -0.031, "fail")],
)
def test_trees_must_keep_up_with_logistic_regression_within_a_margin(
    low: float, high: float, expected: Verdict
) -> None:
    given = evidence(over_logistic=lead(low, high))
    assert verdict_of(given) == expected
    assert "than by logistic regression" in check_of(given, "GATE05").says
    assert "allowed is -3" in check_of(given, "GATE05").says


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.049, 0.049, "pass"),
        (-0.05, 0.04, "not_enough_evidence"),
        (0.01, 0.06, "not_enough_evidence"),
        (-0.06, 0.06, "not_enough_evidence"),
        (0.06, 0.10, "fail"),
        (-0.10, -0.06, "fail"),
    ],
)
def test_risks_must_mean_what_they_say(low: float, high: float, expected: Verdict) -> None:
    assert verdict_of(evidence(calibration=Interval((low + high) / 2, low, high))) == expected


def test_a_last_year_that_is_shown_to_be_off_fails_a_model_that_was_right_over_the_years() -> None:
    assert verdict_of(evidence(last_calibration=Interval(0.08, 0.06, 0.10))) == "fail"
    assert verdict_of(evidence(last_calibration=Interval(0.04, 0.02, 0.06))) == "pass"


def test_one_failed_check_outweighs_one_without_evidence() -> None:
    assert verdict_of(evidence(gap=None, over_rule=lead(-0.2, -0.01))) == "fail"


def test_with_too_few_students_nothing_is_judged_either_way() -> None:
    assert verdict_of(evidence(off_track=1, over_rule=lead(-0.2, -0.01))) == "not_enough_evidence"


def test_a_district_for_which_no_model_could_be_fitted_has_not_enough_evidence() -> None:
    result = gate_without_model("north", "any", BOUNDS, "the label has one class", tried=True)
    assert result.verdict == "not_enough_evidence"
    assert "one class" in result.checks[0].says


def test_where_no_model_was_tried_nothing_passed_failed_or_stayed_open() -> None:
    result = gate_without_model("north", "any", BOUNDS, "none was asked for", tried=False)
    assert (result.verdict, result.checks) == ("no_model", ())


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.029, 0.10, "pass"),
        (-0.03, 0.10, "not_enough_evidence"),
        (-0.20, -0.03, "not_enough_evidence"),
        (-0.20, -0.031, "fail"),
        (-0.025, -0.001, "pass"),
    ],
)
def test_a_model_need_not_beat_the_one_that_serves_but_keep_up_within_a_margin(
    low: float, high: float, expected: Verdict
) -> None:
    assert verdict_of(evidence(over_champion=lead(low, high))) == expected
    assert "allowed is -3" in check_of(evidence(over_champion=lead(low, high)), "GATE04").says


def test_without_another_model_in_service_none_is_compared_with() -> None:
    assert "GATE04" not in [check.code for check in check_evidence(evidence(), BOUNDS)]


@pytest.mark.parametrize(
    ("low", "high", "expected", "own"),
    [
        (-0.2, 0.05, "pass", "not_enough_evidence"),
        (-0.2, 0.0, "pass", "not_enough_evidence"),
        (-0.2, -0.001, "fail", "fail"),
        (0.1, 0.2, "pass", "pass"),
    ],
)
@pytest.mark.parametrize("where", ["own_count", "last_year"])
def test_a_secondary_comparison_with_the_rule_can_fail_a_model_and_cannot_earn_a_pass(
    where: str, low: float, high: float, expected: Verdict, own: Verdict
) -> None:
    found = lead(low, high)
    unproven = lead(-0.01, 0.1)
    given = evidence(own_count=found) if where == "own_count" else evidence(last_year=found)
    assert verdict_of(given) == expected
    assert check_of(given, "GATE11" if where == "own_count" else "GATE12").verdict == own
    without = (
        evidence(own_count=found, over_rule=unproven)
        if where == "own_count"
        else evidence(last_year=found, over_rule=unproven)
    )
    assert verdict_of(without) != "pass"


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [(("CHECK12", "CHECK13"), "pass"), (("CHECK12", "CHECK13", "CHECK19"), "not_enough_evidence")],
)
def test_records_with_many_kinds_of_warning_prove_nothing(kinds: tuple[str, ...], expected: Verdict) -> None:
    assert verdict_of(evidence(warnings=kinds)) == expected


def test_a_warning_counts_once_for_its_kind_and_only_where_it_is_about_past_records() -> None:
    found = [
        Finding("CHECK14", "incidents", "10", "2025-09"),
        Finding("CHECK14", "incidents", "20", "2025-10"),
        Finding("CHECK12", "absence", "10", "2026-11"),
        Finding("CHECK19", "rows wait"),
        Finding("CHECK02", "no staff"),
    ]
    assert kinds_of(found, date(2026, 6, 15)) == ("CHECK14", "CHECK19")


def test_the_comparison_with_the_rule_says_what_it_could_have_shown() -> None:
    given = evidence(over_rule=RecallLead(0.04, -0.058, 0.138, 0.05))
    assert check_of(given, "GATE02").says == (
        "Of 100 students who ended off track, 4 more are listed than by the published rule "
        "(95% interval -6 to +14). It is the only published rule that fits. With 500 students a year over 2 years, "
        "this comparison can show a difference of 14 of 100 (80% power); to show the one seen, it would take about "
        "6,100 students a year."
    )


def test_every_check_is_asked_in_the_order_of_its_code() -> None:
    codes = [check.code for check in check_evidence(evidence(over_champion=BETTER), BOUNDS)]
    assert codes == [f"GATE{number:02d}" for number in range(1, 14)]
    assert len(sentences(check_evidence(evidence(), BOUNDS))) == 12
