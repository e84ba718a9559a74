"""Listings out of drawn tables: how many students of each group ended how, and how many of them were listed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.fairness.audit import GroupTable, ListAudit, audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.suppression import Grouping, suppress_groups, suppress_pairs
from models.metrics.count_tables import Listing, listing_of
from tests.drawn import rows_of

LEAST = 11
ENDS = {"off, listed": (True, True), "off": (True, False), "on, listed": (False, True), "on": (False, False)}
"""Columns of counts: whether a student ended off track, and whether the student was listed."""


@dataclass(frozen=True)
class Students:
    """Students with their attributes; those listed have risk 0.9, the others 0.1."""

    label: np.ndarray
    risk: np.ndarray
    groups: pd.DataFrame

    def listing(self, *capacities: float) -> Listing:
        """The rows as a list sees them that serves those listed, and at these capacities."""
        return listing_of(self.label, self.risk, np.arange(len(self.label)).astype(str), (self.capacity, *capacities))

    @property
    def capacity(self) -> float:
        """The share of students who are listed."""
        return float((self.risk > 0.5).mean())


def students_of(drawing: str) -> Students:
    """The students of a table; an attribute that is drawn as `?` is missing."""
    label, risk, attributes = [], [], []
    for row in rows_of(drawing):
        for column, (ended, listed) in ENDS.items():
            times = int(row.get(column, "0"))
            label += [ended] * times
            risk += [0.9 if listed else 0.1] * times
            attributes += [{name: value for name, value in row.items() if name not in ENDS}] * times
    groups = pd.DataFrame(attributes).astype("object")
    return Students(np.array(label), np.array(risk), groups.where(groups != "?", None))


def audit_drawn(students: Students, *, center: str = "", replicates: int = 200) -> ListAudit:
    """The audit of everyone's list, attributes crossed with the center where one is named."""
    listing = students.listing()
    told = told_with(listing, students.groups, center=center, capacity=students.capacity)
    return audit_listing(listing, told, AuditSettings(students.capacity, LEAST, replicates, seed=0))


def told_with(listing: Listing, groups: pd.DataFrame, *, center: str, capacity: float) -> tuple[Grouping, ...]:
    """Every attribute as it may be told, and crossed with the center where one is named."""
    alone = suppress_groups(listing, groups, LEAST)
    if not center:
        return alone
    return (*alone, *suppress_pairs(listing, alone, capacity=capacity, center=center, least=LEAST))


def table_of(audit: ListAudit, of: str) -> GroupTable:
    """The audit's table of an attribute, which is there."""
    found = audit.table(of)
    assert found is not None
    return found
