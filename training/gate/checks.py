"""The checks of the gate on a model that could be fitted, from its evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from features.settings import Gate
from models.metrics.intervals import Interval
from training.evaluation.calibration_by_date import DateCalibration
from training.evaluation.leakage import Leak
from training.evaluation.level_by_year import LevelGap
from training.gate.bound_checks import (
    Gaps,
    check_calibration,
    check_group_calibration,
    check_leakage,
    check_recall_gaps,
    check_records,
)
from training.gate.comparison import GateComparison
from training.gate.date_checks import check_calibration_by_date, check_weeks
from training.gate.level_check import check_level, settle_numbers
from training.gate.list_checks import (
    check_at_own_count,
    check_enough_students,
    check_last_year,
    check_lists,
    check_logistic,
)
from training.gate.verdict import GateCheck

UNPROVEN = "With enough students off track, this would be a failure."


@dataclass(frozen=True)
class GateEvidence:
    """The evidence of the gate: figures on years of which no training label was seen.

    `compared` is over all judged years, and so is `calibration`, the share off track less the mean risk;
    `last_calibration` is that of the last one, as is the rest. `logistic` is the lead over logistic regression.
    `group_calibration` is by group as people call it, over all judged years (empty where it was not asked),
    `week_calibration` by school week of scoring dates. `leaks` are features that know the end, `warnings` kinds of
    warning about past records, `bands` whether each band of signals is reached, `dates` the scoring dates one by one,
    where there are several, `level` the risks' level on those of every judged year.
    """

    compared: GateComparison
    logistic: Interval
    calibration: Interval
    last_calibration: Interval
    recall_gaps: Gaps
    leaks: tuple[Leak, ...] = ()
    group_calibration: Mapping[str, Interval] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    bands: GateCheck | None = None
    dates: tuple[DateCalibration, ...] = ()
    week_calibration: Mapping[int, Interval] = field(default_factory=dict)
    level: tuple[LevelGap, ...] = ()


def check_evidence(evidence: GateEvidence, bounds: Gate) -> tuple[GateCheck, ...]:
    """Every check on a model that could be fitted, in the order of their codes."""
    enough = check_enough_students(evidence.compared.off_track, bounds.minimum_off_track)
    level = check_level(evidence.level, bounds.level_bound)
    checks = tuple(run_checks(evidence, bounds))
    if level:
        checks = settle_numbers(checks, level)
    return (enough, *(checks if enough.verdict == "pass" else map(unproven, checks)))


def run_checks(evidence: GateEvidence, bounds: Gate) -> Iterator[GateCheck]:
    """Every check but the first and the last; a check without evidence is left out."""
    compared = evidence.compared
    yield from check_lists(compared, bounds)
    yield check_logistic(evidence.logistic, bounds.logistic_margin)
    yield check_calibration(evidence.calibration, evidence.last_calibration, bounds.calibration_bound)
    yield check_recall_gaps(evidence.recall_gaps, bounds.recall_gap_bound)
    yield check_leakage(evidence.leaks)
    if evidence.group_calibration:
        yield check_group_calibration(evidence.group_calibration, bounds.group_calibration_bound)
    yield check_records(evidence.warnings, bounds.data_warnings)
    if compared.rule and compared.own_count:
        yield check_at_own_count(compared.own_count, compared.rule.called, compared.flagged)
    if compared.rule and compared.last_year:
        yield check_last_year(compared.last_year, compared.rule.called, compared.years[-1])
    if evidence.bands:
        yield evidence.bands
    if evidence.dates:
        yield check_calibration_by_date(evidence.week_calibration, evidence.dates, bounds.calibration_bound)
    if compared.rule and compared.by_week:
        yield check_weeks(compared.by_week, compared.rule.called)


def unproven(check: GateCheck) -> GateCheck:
    """The check where there are too few students: a failure becomes "not enough evidence", and says so."""
    if check.verdict != "fail":
        return check
    return replace(check, verdict="not_enough_evidence", says=f"{check.says} {UNPROVEN}")
