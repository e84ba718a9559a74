"""The gate's verdicts at their boundaries."""

from datetime import date

import pytest

from features.quality.check_codes import Finding
from features.settings import Gate
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from training.audit.group_bounds import judge_groups
from training.gate.band_check import band_check
from training.gate.bound_checks import kinds_of
from training.gate.bounds import LOOSER, loosened_bounds
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import GateComparison
from training.gate.rule_selection import RuleSelection, RuleToBeat
from training.gate.verdict import DeclaredBounds, GateCheck, GateResult, Verdict, checks_without_model, sentences

BOUNDS = Gate(
    capacity=0.15, minimum_off_track=100, calibration_bound=0.05, recall_gap_bound=0.20,
    group_calibration_bound=0.10, champion_margin=0.03, logistic_margin=0.03, data_warnings=2,
)  # fmt: skip
CALIBRATED = Interval(0.0, -0.02, 0.02)
SMALL_GAP = Interval(-0.05, -0.15, 0.05)


def lead(low: float, high: float) -> RecallLead:
    """A lead of this interval."""
    return RecallLead((low + high) / 2, low, high, (high - low) / 3.92)


BETTER = lead(0.02, 0.18)


def evidence(
    *,
    off_track: int = 200,
    over_rule: RecallLead = BETTER,
    over_school: RecallLead = BETTER,
    over_champion: RecallLead | None = None,
    own_count: RecallLead = BETTER,
    last_year: RecallLead = BETTER,
    over_logistic: Interval = BETTER,
    calibration: Interval = CALIBRATED,
    last_calibration: Interval = CALIBRATED,
    gap: Interval | None = SMALL_GAP,
    in_groups: Interval = CALIBRATED,
    warnings: tuple[str, ...] = (),
    bands: Verdict = "pass",
) -> GateEvidence:
    """GateEvidence for a pass, but for what is said."""
    leads = {"rule": over_rule, "school_only": over_school}
    compared = GateComparison(
        years=(2025, 2026), students=500, off_track=off_track, flagged=0.3,
        rule=RuleToBeat("rule", RuleSelection(("rule",))),
        leads={**leads, "champion": over_champion} if over_champion else leads,
        own_count=own_count, last_year=last_year,
    )  # fmt: skip
    groups = {"F (sex)": in_groups, "M (sex)": CALIBRATED}
    return GateEvidence(
        compared,
        over_logistic,
        calibration,
        last_calibration,
        {"sex": {"F": gap}},
        group_calibration=groups,
        warnings=warnings,
        bands=band_check(bands, ""),
    )


def verdict_of(given: GateEvidence) -> Verdict:
    return result_of(check_evidence(given, BOUNDS)).verdict


def result_of(checks: tuple[GateCheck, ...], bounds: Gate = BOUNDS) -> GateResult:
    """The answer of these checks."""
    return GateResult("north", "an_outcome", checks, DeclaredBounds(bounds))


def check_of(given: GateEvidence, code: str) -> GateCheck:
    """One check of the gate."""
    return next(check for check in check_evidence(given, BOUNDS) if check.code == code)


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


WITHIN = Interval(0.02, -0.10, 0.14)
SEEN, UNSEEN = Interval(-0.47, -0.79, -0.12), Interval(-0.20, -0.48, 0.12)


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


def test_one_failed_check_outweighs_one_without_evidence() -> None:
    assert verdict_of(evidence(gap=None, over_rule=lead(-0.2, -0.01))) == "fail"


def test_with_too_few_students_nothing_is_judged_either_way() -> None:
    assert verdict_of(evidence(off_track=1, over_rule=lead(-0.2, -0.01))) == "not_enough_evidence"


def test_a_district_without_a_model_has_not_enough_evidence() -> None:
    result = result_of(checks_without_model("the label has one class"))
    assert result.verdict == "not_enough_evidence"
    assert "one class" in result.checks[0].says


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


LOOSE = Gate(
    minimum_off_track=50, calibration_bound=0.06, group_calibration_bound=0.2, recall_gap_bound=0.3,
    champion_margin=0.05, logistic_margin=0.05, data_warnings=19,
)  # fmt: skip
STRICT = Gate(
    minimum_off_track=500, calibration_bound=0.01, group_calibration_bound=0.02, recall_gap_bound=0.1,
    champion_margin=0.0, logistic_margin=0.0, data_warnings=0,
)  # fmt: skip


def test_every_bound_that_is_looser_than_its_default_is_named_and_no_other() -> None:
    assert len(loosened_bounds(LOOSE)) == len(LOOSER)
    assert "gate.minimum_off_track is 50; the default is 100" in loosened_bounds(LOOSE)
    assert loosened_bounds(STRICT) == loosened_bounds(Gate()) == ()


@pytest.mark.parametrize("name", LOOSER)
def test_a_loosened_bound_never_turns_a_pass_into_less(name: str) -> None:
    """The direction that is called looser is the one that lets more models serve."""
    order: dict[Verdict, int] = {"fail": 0, "not_enough_evidence": 1, "pass": 2}
    given = evidence(
        off_track=100, over_champion=lead(-0.04, -0.01), over_logistic=lead(-0.04, -0.01),
        calibration=Interval(0.0, -0.055, 0.05),
        in_groups=Interval(0.2, 0.15, 0.25), gap=Interval(-0.3, -0.35, -0.25),
        warnings=("CHECK12", "CHECK13", "CHECK18", "CHECK19"),
    )  # fmt: skip
    usual = Gate()
    loose = usual.model_copy(update={name: getattr(LOOSE, name)})
    pairs = zip(check_evidence(given, usual), check_evidence(given, loose), strict=True)
    assert all(order[after.verdict] >= order[before.verdict] for before, after in pairs)


def test_the_signed_verdict_names_the_district_every_check_and_what_was_declared() -> None:
    checks = (GateCheck("GATE01", "enough students", "pass", "yes"),)
    bounds = Gate(capacity=0.2, champion_margin=0.05)
    assert result_of(checks, bounds).as_json() == {
        "district_id": "north",
        "outcome": "an_outcome",
        "verdict": "pass",
        "checks": [{"code": "GATE01", "title": "enough students", "verdict": "pass", "says": "yes", "required": True}],
        "primary": "recall at 0.2 of the cohort",
        "bounds": bounds.model_dump(),
        "loosened": ["gate.champion_margin is 0.05; the default is 0.03"],
        "features": "",
        "years": [],
        "power": None,
    }
