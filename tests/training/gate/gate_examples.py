"""Evidence that a gate is given: for a pass, but for what a test says."""

from features.settings import Gate
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from models.verdict import GateVerdict, Verdict
from training.gate.band_check import band_check
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import GateComparison
from training.gate.rule_selection import RuleSelection, RuleToBeat
from training.gate.verdict import DeclaredBounds, GateCheck, GateResult

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


def verdict_of(given: GateEvidence) -> GateVerdict:
    return result_of(check_evidence(given, BOUNDS)).verdict


def result_of(checks: tuple[GateCheck, ...], bounds: Gate = BOUNDS) -> GateResult:
    """The answer of these checks."""
    return GateResult("north", "an_outcome", checks, DeclaredBounds(bounds))


def check_of(given: GateEvidence, code: str) -> GateCheck:
    """One check of the gate."""
    return next(check for check in check_evidence(given, BOUNDS) if check.code == code)
