"""The fairness audit of a run: one computation, from which the reports, their JSON, MLflow and the card are rendered.

Groups that are too small are folded together before anything is computed (`models.fairness.suppression`); what
follows sees nothing else. It looks at each student once, on the first scoring date of the test year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from features.settings import Settings
from models.estimators.risk_model import RiskModel
from models.examples import Booleans, Examples, Floats
from models.fairness.audit import ListAudit, add_pairs, audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.rates import RATES
from models.fairness.suppression import Grouping, suppress_groups, suppress_pairs
from models.metrics.count_tables import Listing, listing_of
from models.metrics.intervals import Interval
from training.audit.alternative_lists import equally_found, same_length, without_domains
from training.audit.checks import AuditCheck, DisparityBounds, is_beyond_chance, list_checks, record_checks
from training.audit.group_names import people
from training.audit.record_bias import (
    AttendanceCoverage,
    IncidentRatio,
    MissingRecords,
    attendance_coverage,
    incident_ratios,
    missing_records,
)
from training.evaluation.evaluation import counts_of
from training.evaluation.scorers import OWN_RULE

APART = ("school", "school level", "grade")
"""Groups that are not crossed: they are places, not people."""
OF_A_RULE = ("EWS101", "EWS102", "EWS103", "EWS105")
"""Checks that a list by signals can be asked."""
OF_RECORDS = ("EWS201", "EWS202", "EWS203")
FEWER = 200
"""Replicates of the lists that the model's is held against."""
RULE = "rule"
"""The list of the rule that serves in the model's place, among the others."""
RULE_MEASURES = ("share_off_track", *RATES, "roc_auc")
"""What can be told of a list by signals; what its risks say is no part of its order."""


@dataclass(frozen=True)
class AuditRequest:
    """What an audit looks at: the years learned from, the test year, the model's risk of each test row, and settings.

    `lead` is the weeks from the first list a student was on to the end, by student; `schools` each school's attendance.
    `rule` is the published rule that serves in the model's place. A `brief` audit fits no models without one kind of
    records: it holds the model's list against the rule's alone. `order` is what the model lists by, else its risk.
    """

    learn: Examples
    test: Examples
    risk: Floats
    settings: Settings
    capacities: tuple[float, ...]
    lead: "pd.Series[float] | None" = None
    schools: pd.DataFrame | None = None
    rule: str = OWN_RULE
    brief: bool = False
    order: Floats | None = None


@dataclass(frozen=True)
class AuditResult:
    """What an audit found.

    `model` is of the model's list; `others` are of lists of as many students: by the published rule ("rule") and by
    models without one kind of records ("attendance", …), each attribute alone. `cuts` are, for each attribute whose
    groups are not found alike, of the list with a cut of its own for each group: shown, never used.
    """

    model: ListAudit
    others: Mapping[str, ListAudit]
    cuts: Mapping[str, ListAudit]
    incidents: tuple[IncidentRatio, ...]
    lacking: tuple[MissingRecords, ...]
    schools: tuple[AttendanceCoverage, ...]
    checks: tuple[AuditCheck, ...]

    def checks_of_rule(self, bounds: DisparityBounds) -> tuple[AuditCheck, ...]:
        """The checks of the list by the rule that serves in the model's place, and those of the records."""
        listed = list_checks(self.others[RULE], bounds) if RULE in self.others else ()
        told = [check for check in listed if check.code in OF_A_RULE]
        return (*told, *(check for check in self.checks if check.code in OF_RECORDS))

    def recall_gaps(self) -> Mapping[str, Mapping[str, Interval | None]]:
        """Each group's recall minus that of its attribute's largest group; None without enough evidence."""
        return {
            table.of: {
                group.name: group.against["recall"].difference if "recall" in group.against else None
                for group in table.groups
                if group.name != table.reference
            }
            for table in self.model.tables
            if not table.crossed and table.groups
        }

    def calibration_gaps(self) -> Mapping[str, Interval]:
        """Each group's share off track minus its mean risk, keyed by the group's name for people."""
        return {
            people(table.of, group.name): gap
            for table in self.model.tables
            for group in table.groups
            if not table.crossed and (gap := group.figures["calibration_gap"])
        }

    def as_json(self) -> dict[str, object]:
        """Everything that was found as JSON values; a figure that does not exist is null."""
        found = TypeAdapter(AuditResult).dump_json(self)  # writes null where a number is none
        return TypeAdapter(dict[str, object]).validate_json(found)


def first_of_each_student(rows: Examples) -> Booleans:
    """The rows of each student's first scoring date."""
    order = np.arange(len(rows)) if rows.as_of is None else np.argsort(rows.as_of, kind="stable")
    first = np.zeros(len(rows), dtype=np.bool_)
    first[order[~pd.Series(rows.student[order]).duplicated().to_numpy()]] = True
    return first


def run_audit(asked: AuditRequest) -> AuditResult:
    """The audit of a run."""
    bounds, training, least = asked.settings.gate, asked.settings.training, asked.settings.audit.smallest_group
    rows = first_of_each_student(asked.test)
    test = asked.test.take(rows)
    order = None if asked.order is None else asked.order[rows]
    listing = listing_of(test.label, asked.risk[rows], test.student, asked.capacities, order=order)
    draws = AuditSettings(bounds.capacity, least, bounds.replicates, training.seed)
    without = {} if asked.brief else without_domains(asked.learn, seed=training.seed, threads=training.threads)
    alone = suppress_groups(listing, groups_of(test), least)
    lists = other_lists(listing, counts_of(test).get(asked.rule), told_by(without, test), draws.capacity)
    model, others, cuts = audits_of(asked, AuditedLists(listing, test, alone, lists), draws)
    incidents = record_bias_of(asked.learn, test, without.get("behavior"), alone)
    lacking, schools = missing_records(test, alone), () if asked.schools is None else attendance_coverage(asked.schools)
    checks = list_checks(model, DisparityBounds(bounds.recall_gap_bound, bounds.calibration_bound))
    named = record_checks(incidents, lacking, schools)
    return AuditResult(model, others, cuts, incidents, lacking, schools, (*checks, *named))


@dataclass(frozen=True)
class AuditedLists:
    """The model's list, the rows it is of, their groups as they may be told, and the other lists."""

    main: Listing
    test: Examples
    alone: tuple[Grouping, ...]
    others: Mapping[str, Listing]


def audits_of(
    asked: AuditRequest, lists: AuditedLists, draws: AuditSettings
) -> tuple[ListAudit, Mapping[str, ListAudit], Mapping[str, ListAudit]]:
    """The audit of the model's list, of the other lists, and of those with group cuts where groups are not alike."""
    main, alone, audit = lists.main, lists.alone, asked.settings.audit
    lead = lead_of(asked, lists.test)
    found = audit_listing(main, alone, draws, lead)
    uneven = [one for one in alone if found_unevenly(found, one.of)]
    cuts = {one.of: equally_found(main, one, draws.capacity) for one in uneven}
    also = [one.band == 0 for one in (*lists.others.values(), *cuts.values())]
    pairs = suppress_pairs(
        main, alone, capacity=draws.capacity, center=audit.crossed_with, least=draws.least, apart=APART, also=also
    )
    fewer = replace(draws, replicates=min(FEWER, draws.replicates))
    by_rule = replace(draws, measures=RULE_MEASURES)
    return (
        add_pairs(found, audit_listing(main, pairs, draws, lead)),
        {name: audit_listing(one, alone, by_rule if name == RULE else fewer) for name, one in lists.others.items()},
        {one.of: audit_listing(cuts[one.of], [one], fewer) for one in uneven},
    )


def groups_of(test: Examples) -> pd.DataFrame:
    """The attributes of an audit: protected ones, school and the parts of the year, where there are several."""
    places = test.parts if named_schools(test) else test.parts.assign(school=test.school)
    several = [name for name in places if places[name].nunique() > 1]
    return pd.concat([test.groups, places[several]], axis=1)


def named_schools(test: Examples) -> bool:
    """Whether the rows name their schools, or have none."""
    return test.school is None or "school" in test.parts


def told_by(models: Mapping[str, RiskModel], test: Examples) -> Mapping[str, Floats]:
    """What each model says of the rows."""
    return {name: model.risk(test.features) for name, model in models.items()}


def other_lists(
    listing: Listing, rule: Floats | None, told: Mapping[str, Floats], capacity: float
) -> Mapping[str, Listing]:
    """The lists that the model's list is compared with, of the same length; a rule lists by its count of signals."""
    scores = {**({} if rule is None else {RULE: rule}), **told}
    return {name: same_length(listing, score, capacity) for name, score in scores.items()}


def lead_of(asked: AuditRequest, test: Examples) -> Floats | None:
    """The weeks of each row; None where lists were not followed."""
    if asked.lead is None:
        return None
    return np.asarray(asked.lead.reindex(pd.Index(test.student)), dtype=np.float64)


def found_unevenly(audit: ListAudit, attribute: str) -> bool:
    """Whether the recall of any group differs from that of the largest group beyond chance."""
    table = audit.table(attribute)
    those = [] if table is None else [group.against["recall"] for group in table.groups if "recall" in group.against]
    return any(map(is_beyond_chance, those))


def record_bias_of(
    learn: Examples, test: Examples, without_behavior: RiskModel | None, alone: Sequence[Grouping]
) -> tuple[IncidentRatio, ...]:
    """The incident ratios of groups over every labelled year."""
    if without_behavior is None:
        return ()
    rows, people_only = joined((learn, test)), [one for one in alone if one.of in test.groups]
    return incident_ratios(rows, without_behavior.risk(rows.features), people_only)


def joined(parts: Sequence[Examples]) -> Examples:
    """Rows of several years as one, with what is read of them here."""
    return Examples(
        dictionary=parts[0].dictionary,
        features=pd.concat([one.features for one in parts], ignore_index=True),
        label=np.concatenate([one.label for one in parts]),
        student=np.concatenate([one.student for one in parts]),
        time=np.concatenate([one.time for one in parts]),
        groups=pd.concat([one.groups for one in parts], ignore_index=True),
    )
