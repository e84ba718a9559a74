"""Calibration of groups over all judged years together: one year leaves most small groups open."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.examples import Booleans, Examples
from models.metrics.intervals import Interval
from training.audit.group_names import people
from training.audit.run import AuditResult
from training.evaluation.evaluation import Evaluation
from training.evaluation.pooled_calibration import pooled_gaps


def group_calibration(
    audited: AuditResult, lists: Sequence[Evaluation], *, least: int, replicates: int, seed: int
) -> dict[str, Interval]:
    """By group as people call it, the share off track less the mean risk, of the audit's groups.

    `lists` are those of the judged years, each by the model of the years before it, the audit's own last. A group that
    was folded together with others, or that has fewer than `least` students in the other years, has the gap of the
    audit's year alone.
    """
    found = dict(audited.calibration_gaps())
    of_groups = [
        (table.of, group.name) for table in audited.model.tables if not table.crossed for group in table.groups
    ]
    rows = {people(*one): [members(year.test, *one) for year in lists] for one in of_groups}
    told = {name: np.concatenate(held) for name, held in rows.items() if name in found and rows_before(held) >= least}
    return {**found, **pooled_gaps(lists, told, replicates=replicates, seed=seed)}


def rows_before(held: Sequence[Booleans]) -> int:
    """How many rows of a group are of other years than the last."""
    return sum(int(one.sum()) for one in held[:-1])


def members(test: Examples, attribute: str, group: str) -> Booleans:
    """Which rows are of a group; none where the attribute is not a column."""
    columns: Mapping[str, object] = {"school": test.school, **test.groups, **test.parts}
    values = columns.get(attribute)
    if values is None:
        return np.zeros(len(test), dtype=np.bool_)
    held: Booleans = np.asarray(values, dtype=np.str_) == group
    return held
