"""The audit of a published rule's list where no model stands beside it: none was tried, or none could be fitted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from pydantic import TypeAdapter

from features.settings import Settings
from models.examples import Examples
from models.fairness.audit import ListAudit, audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.suppression import suppress_groups
from models.metrics.count_tables import listing_of
from training.audit.checks import AuditCheck, DisparityBounds, list_checks, record_checks
from training.audit.record_bias import AttendanceCoverage, MissingRecords, attendance_coverage, missing_records
from training.audit.run import OF_A_RULE, RULE, RULE_MEASURES, first_of_each_student, groups_of
from training.evaluation.evaluation import counts_of
from training.evaluation.scorers import OWN_RULE


@dataclass(frozen=True)
class RuleAudit:
    """What an audit of a rule's list found: its groups, values and attendance that they lack, and the checks.

    Whether incidents are on record for students who are alike in all else takes a model, and is not asked.
    """

    listed: ListAudit
    lacking: tuple[MissingRecords, ...]
    schools: tuple[AttendanceCoverage, ...]
    checks: tuple[AuditCheck, ...]

    def as_json(self) -> Mapping[str, object]:
        """What was found as JSON values, in the form of an audit with a model."""
        found = TypeAdapter(dict[str, object]).validate_json(TypeAdapter(RuleAudit).dump_json(self))
        listed = found.pop("listed")
        return {"model": None, "others": {RULE: listed}, "cuts": {}, "incidents": [], **found}


def audit_rule(
    test: Examples, settings: Settings, capacities: tuple[float, ...], schools: "pd.DataFrame | None" = None
) -> RuleAudit | None:
    """The audit of the list by the feature set's own rule, of each student's first row; None where it has no rule.

    `schools` is each school's attendance.
    """
    rows = test.take(first_of_each_student(test))
    counts = counts_of(rows).get(OWN_RULE)
    if counts is None or not len(rows):
        return None
    bounds, least = settings.gate, settings.audit.smallest_group
    listing, alone = listing_of(rows.label, counts, rows.student, capacities), groups_of(rows)
    grouped = suppress_groups(listing, alone, least)
    draws = AuditSettings(bounds.capacity, least, bounds.replicates, settings.training.seed)
    listed = audit_listing(listing, grouped, replace(draws, measures=RULE_MEASURES))
    lacking = missing_records(rows, grouped)
    covered = () if schools is None else attendance_coverage(schools)
    asked = list_checks(listed, DisparityBounds(bounds.recall_gap_bound, bounds.calibration_bound))
    checks = (*(one for one in asked if one.code in OF_A_RULE), *record_checks((), lacking, covered))
    return RuleAudit(listed, lacking, covered, checks)
