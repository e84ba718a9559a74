"""From evidence to checks: every question the gate asks of a model that could be fitted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from features.settings import Gate
from models.metrics.metrics import Interval
from training.evaluation.leakage import Leak
from training.gate.bound_checks import (
    Gaps,
    is_calibrated,
    is_calibrated_in_groups,
    knows_no_end,
    records_add_up,
    treats_groups_alike,
)
from training.gate.comparison import Compared
from training.gate.list_checks import (
    checks_on_lists,
    enough_students,
    keeps_up_with_logistic,
    not_worse_at_own_count,
    not_worse_in_last_year,
)
from training.gate.verdict import Check


@dataclass(frozen=True)
class Evidence:
    """What the gate looks at: figures on years that no training label was seen from.

    `compared` is over all judged years; the rest is of the last one. `logistic` is the lead in ROC AUC over logistic
    regression, `calibration` the share off track less the mean risk, `group_calibration` the same by group as people
    call it (empty where it was not asked). `leaks` are features that know the end, `warnings` kinds of warning about
    past records.
    """

    compared: Compared
    logistic: Interval
    calibration: Interval
    recall_gaps: Gaps
    leaks: tuple[Leak, ...] = ()
    group_calibration: Mapping[str, Interval] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def judge_evidence(evidence: Evidence, bounds: Gate) -> tuple[Check, ...]:
    """Every check on a model that could be fitted, in the order of their codes."""
    enough = enough_students(evidence.compared.off_track, bounds.minimum_off_track)
    checks = asked(evidence, bounds)
    return (enough, *(checks if enough.verdict == "pass" else map(unproven, checks)))


def asked(evidence: Evidence, bounds: Gate) -> Iterator[Check]:
    """Every check but the first; one that there is nothing to ask about is left out."""
    compared = evidence.compared
    yield from checks_on_lists(compared, bounds.champion_margin)
    yield keeps_up_with_logistic(evidence.logistic)
    yield is_calibrated(evidence.calibration, bounds.calibration_bound)
    yield treats_groups_alike(evidence.recall_gaps, bounds.recall_gap_bound)
    yield knows_no_end(evidence.leaks)
    if evidence.group_calibration:
        yield is_calibrated_in_groups(evidence.group_calibration, bounds.group_calibration_bound)
    yield records_add_up(evidence.warnings, bounds.data_warnings)
    if compared.rule and compared.own_count:
        yield not_worse_at_own_count(compared.own_count, compared.rule.called, compared.flagged)
    if compared.rule and compared.last_year:
        yield not_worse_in_last_year(compared.last_year, compared.rule.called, compared.years[-1])


def unproven(check: Check) -> Check:
    """The same check where there are too few students to judge by: a failure is then no proof either."""
    return replace(check, verdict="not_enough_evidence") if check.verdict == "fail" else check
