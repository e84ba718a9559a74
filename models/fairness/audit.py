"""The fairness audit of a list: figures of every group that may be shown, with intervals, beside a reference group.

The figures at the capacity are those of Fairlearn's `MetricFrame`; intervals are bootstraps of whole students, drawn on
counts. A figure over fewer than `least` students is None: not enough evidence is not parity, and 0/0 is not 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.examples import Floats
from models.fairness.group_metrics import TESTED_MEASURES, AuditSettings, GroupBootstrap, GroupFigures
from models.fairness.suppression import Grouping
from models.metrics.count_tables import Listing


@dataclass(frozen=True)
class GroupTable:
    """One attribute, or two crossed: the figures of its groups, and the values in `untold`, which are suppressed.

    The reference is the largest group that holds one value only; of pairs without such a one, the largest.
    """

    of: str
    crossed: bool
    reference: str
    groups: tuple[GroupFigures, ...]
    untold: tuple[str, ...]

    def group(self, name: str) -> GroupFigures:
        """The group of that name; StopIteration where there is none."""
        return next(one for one in self.groups if one.name == name)


@dataclass(frozen=True)
class ListAudit:
    """Every published table of one list; nothing else of it is published. Field names are keys of `metrics.json`."""

    n: int
    off_track: int
    listed: int
    capacity: float
    capacities: tuple[float, ...]
    least: int
    tables: tuple[GroupTable, ...]

    def table(self, of: str) -> GroupTable | None:
        """The table of an attribute; None where there is none."""
        return next((one for one in self.tables if one.of == of), None)


def audit_listing(
    listing: Listing, grouped: Sequence[Grouping], draws: AuditSettings, lead: Floats | None = None
) -> ListAudit:
    """Audits a list over groups that may be shown.

    `lead` has, for each row, the weeks from the first list it was on to the end of the outcome; NaN for a row that was
    on none or ended on track.
    """
    at = listing.capacities.index(draws.capacity)
    tables = tuple(audit_attribute(listing, one, draws, lead) for one in grouped)
    return adjust_p_values(
        ListAudit(
            n=len(listing),
            off_track=int(listing.label.sum()),
            listed=int((listing.band <= at).sum()),
            capacity=draws.capacity,
            capacities=listing.capacities,
            least=draws.least,
            tables=tables,
        )
    )


def add_pairs(audit: ListAudit, pairs: ListAudit) -> ListAudit:
    """Adds the tables of another audit; p-values are adjusted for all comparisons of both."""
    return adjust_p_values(replace(audit, tables=(*audit.tables, *pairs.tables)))


def audit_attribute(listing: Listing, grouped: Grouping, draws: AuditSettings, lead: Floats | None) -> GroupTable:
    """Computes the figures of one attribute's groups."""
    groups = len(grouped.names)
    if not groups:
        return GroupTable(grouped.of, grouped.crossed, "", (), grouped.untold)
    seen = GroupBootstrap(listing, grouped, draws, lead)
    sizes = seen.counts[0].sum(axis=(1, 2))
    alone = [at for at in range(groups) if at not in grouped.together] or range(groups)
    reference = max(alone, key=lambda at: (sizes[at], -at))
    found = tuple(seen.group(at, reference) for at in range(groups))
    return GroupTable(grouped.of, grouped.crossed, grouped.names[reference], found, grouped.untold)


def adjust_p_values(audit: ListAudit) -> ListAudit:
    """Adjusts the p-value of each tested comparison for all of them, after Holm (1979)."""
    tested = [
        (t, g, name)
        for t, table in enumerate(audit.tables)
        for g, group in enumerate(table.groups)
        for name in group.against
        if name in TESTED_MEASURES
    ]
    chances = np.array([audit.tables[t].groups[g].against[name].chance for t, g, name in tested])
    held = dict(zip(tested, holm_adjusted(chances).tolist(), strict=True))
    return replace(audit, tables=tuple(set_p_values(table, t, held) for t, table in enumerate(audit.tables)))


def holm_adjusted(chances: Floats) -> Floats:
    """Holm's adjusted p-values: the smallest is multiplied by their number, the next by one less, and so on."""
    order = np.argsort(chances, kind="stable")
    steps = np.maximum.accumulate(chances[order] * np.arange(len(chances), 0, -1))
    found = np.empty(len(chances))
    found[order] = np.minimum(steps, 1.0)
    return found


def set_p_values(table: GroupTable, t: int, held: Mapping[tuple[int, int, str], float]) -> GroupTable:
    """The table with its adjusted p-values."""
    groups = tuple(
        replace(
            group,
            against={name: replace(one, corrected=held.get((t, g, name), 1.0)) for name, one in group.against.items()},
        )
        for g, group in enumerate(table.groups)
    )
    return replace(table, groups=groups)
