"""The gate's verdicts at their boundaries."""

import pytest

from features.settings import Gate
from models.metrics import Figures, Interval
from training.gate import Check, Evidence, GateResult, Verdict, judge_evidence, unfitted

BOUNDS = Gate(capacity=0.15, minimum_off_track=100, calibration_bound=0.05, recall_gap_bound=0.20)
BETTER = {name: Interval(0.10, 0.02, 0.18) for name in ("precision", "recall", "roc_auc")}

CALIBRATED = Interval(0.0, -0.02, 0.02)
SMALL_GAP = Interval(-0.05, -0.15, 0.05)


def evidence(
    *,
    off_track: int = 200,
    over_rule: Interval = BETTER["precision"],
    over_school: Interval = BETTER["precision"],
    over_logistic: Interval = BETTER["roc_auc"],
    calibration: Interval = CALIBRATED,
    gap: Interval | None = SMALL_GAP,
) -> Evidence:
    """Evidence for a pass, but for what is said."""
    figures = {"model": Figures(1000, off_track, 0.9, 0.8, 0.1, 0.01, {0.15: 0.8}, {0.15: 0.5})}
    differences = {
        "rule": {**BETTER, "precision": over_rule},
        "school_only": {**BETTER, "precision": over_school},
        "logistic": {**BETTER, "roc_auc": over_logistic},
    }
    return Evidence(figures, differences, calibration, {"sex": {"F": gap}})


def verdict_of(given: Evidence) -> Verdict:
    return GateResult("north", "grade9_off_track_chicago", judge_evidence(given, BOUNDS)).verdict


def test_a_model_better_than_everything_passes() -> None:
    assert verdict_of(evidence()) == "pass"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.001, 0.20, "pass"),
        (0.0, 0.20, "not_enough_evidence"),
        (-0.05, 0.20, "not_enough_evidence"),
        (-0.20, 0.0, "fail"),
        (-0.20, -0.05, "fail"),
    ],
)
@pytest.mark.parametrize("other", ["rule", "school_only"])
def test_being_better_must_be_beyond_chance(other: str, low: float, high: float, expected: Verdict) -> None:
    better = Interval((low + high) / 2, low, high)
    given = evidence(over_rule=better) if other == "rule" else evidence(over_school=better)
    assert verdict_of(given) == expected


@pytest.mark.parametrize(("off_track", "expected"), [(100, "pass"), (99, "not_enough_evidence")])
def test_too_few_students_off_track_cannot_be_judged(off_track: int, expected: Verdict) -> None:
    assert verdict_of(evidence(off_track=off_track)) == expected


@pytest.mark.parametrize(
    ("estimate", "low", "high", "expected"),
    [
        (-0.005, -0.02, 0.01, "pass"),
        (-0.006, -0.02, 0.01, "not_enough_evidence"),
        (-0.02, -0.03, -0.006, "fail"),
    ],
)
def test_trees_must_keep_up_with_logistic_regression(
    estimate: float, low: float, high: float, expected: Verdict
) -> None:
    assert verdict_of(evidence(over_logistic=Interval(estimate, low, high))) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.05, 0.05, "pass"),
        (0.01, 0.06, "not_enough_evidence"),
        (-0.06, 0.06, "not_enough_evidence"),
        (0.06, 0.10, "fail"),
        (-0.10, -0.06, "fail"),
    ],
)
def test_risks_must_mean_what_they_say(low: float, high: float, expected: Verdict) -> None:
    assert verdict_of(evidence(calibration=Interval((low + high) / 2, low, high))) == expected


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (Interval(-0.30, -0.40, -0.21), "fail"),
        (Interval(-0.30, -0.40, -0.19), "pass"),
        (Interval(0.30, 0.21, 0.40), "pass"),
        (None, "not_enough_evidence"),
    ],
)
def test_no_group_may_be_found_much_less_often(gap: Interval | None, expected: Verdict) -> None:
    assert verdict_of(evidence(gap=gap)) == expected


def test_one_failed_check_outweighs_one_without_evidence() -> None:
    assert verdict_of(evidence(gap=None, over_rule=Interval(-0.1, -0.2, -0.01))) == "fail"


def test_with_too_few_students_nothing_is_judged_either_way() -> None:
    assert verdict_of(evidence(off_track=1, over_rule=Interval(-0.1, -0.2, -0.01))) == "not_enough_evidence"


def test_a_district_without_a_model_has_not_enough_evidence() -> None:
    result = GateResult("north", "grade9_off_track_chicago", unfitted("the label has one class"))
    assert result.verdict == "not_enough_evidence"
    assert "one class" in result.checks[0].says


def test_the_signed_verdict_names_the_district_and_every_check() -> None:
    checks = (Check("GATE01", "enough students", "pass", "yes"),)
    assert GateResult("north", "an_outcome", checks).as_json() == {
        "district_id": "north",
        "outcome": "an_outcome",
        "verdict": "pass",
        "checks": [{"code": "GATE01", "title": "enough students", "verdict": "pass", "says": "yes"}],
    }
