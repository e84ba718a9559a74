"""The audit of a run on a prepared table: its groups as figures, on the console and in the report."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import TypeAdapter
from rich.table import Table

from features.settings import Gate
from models.examples import Examples, Places
from models.fairness.audit import GroupTable, ListAudit, add_pairs, audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.suppression import suppress_groups, suppress_pairs
from models.metrics.count_tables import listing_of
from models.metrics.intervals import Interval
from presentation.report import ReportSection, prose_section
from training.audit.checks import VERDICT_WORDS, AuditCheck, DisparityBounds, list_checks
from training.audit.group_names import title_of
from training.evaluation.capacities import CAPACITIES
from training.evaluation.evaluation import CrossEvaluation
from training.prepared_table.figures import CAPACITY
from training.report.audit import check_questions_section, list_sections

COLUMNS = ("share_off_track", "selection_rate", "recall", "false_positive_rate", "false_discovery_rate")


@dataclass(frozen=True)
class TableAudit:
    """The audit of the model's list on rows held out, and its checks; each student counts once."""

    list: ListAudit
    checks: tuple[AuditCheck, ...]

    def as_json(self) -> dict[str, object]:
        """Everything that was found as JSON values; a figure that does not exist is null."""
        found = TypeAdapter(TableAudit).dump_json(self)
        return TypeAdapter(dict[str, object]).validate_json(found)


def audit_table(judged: CrossEvaluation, *, least: int, replicates: int, seed: int) -> TableAudit:
    """The audit of the first seed's model; pairs are crossed with the spec's first subgroup."""
    first = first_rows(judged.examples)
    examples, risk = judged.examples.take(first), judged.risks[0]["model"][first]
    listing = listing_of(examples.label, risk, examples.student, CAPACITIES)
    draws = AuditSettings(CAPACITY, least, replicates, seed)
    alone = suppress_groups(listing, examples.groups, least)
    pairs = suppress_pairs(listing, alone, capacity=CAPACITY, center="", least=least)
    found = add_pairs(audit_listing(listing, alone, draws), audit_listing(listing, pairs, draws))
    usual = Gate()
    return TableAudit(found, list_checks(found, DisparityBounds(usual.recall_gap_bound, usual.calibration_bound)))


def first_rows(examples: Examples) -> Places:
    """The row of each student's first scoring date; the first row where there are no dates."""
    rows = np.arange(len(examples))
    order = rows if examples.as_of is None else np.argsort(examples.as_of, kind="stable")
    return np.sort(order[~pd.Series(examples.student[order]).duplicated().to_numpy()])


def group_table(one: GroupTable) -> Table:
    """One attribute's groups for the console."""
    shown = Table(one.of, "n", *(column.replace("_", " ") for column in COLUMNS), title=f"By {title_of(one.of)}")
    for group in one.groups:
        shown.add_row(group.name, f"{group.n:,}", *(spoken(group.figures.get(column)) for column in COLUMNS))
    for name in one.untold:
        shown.add_row(name, *("too few",) * (1 + len(COLUMNS)))
    return shown


def spoken(figure: Interval | None) -> str:
    """A rate for a person."""
    return f"{figure.estimate:.3f}" if figure else "not enough"


def check_lines(audit: TableAudit) -> list[str]:
    """The checks as lines for a terminal."""
    return [f"{VERDICT_WORDS[check.verdict]:>19}  {check.code}  {check.says}" for check in audit.checks]


def groups_sections(audit: TableAudit) -> tuple[ReportSection, ...]:
    """The audit in the report."""
    if not audit.list.tables:
        says = "The spec names no groups: whether it serves some worse is not known."
        return (prose_section("Is it as good for every group?", says),)
    return (*list_sections(audit.list, audit.checks), check_questions_section(audit.checks))
