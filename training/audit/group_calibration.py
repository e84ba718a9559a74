"""Calibration of groups over all judged years together: one year leaves most small groups open."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.examples import Booleans, Examples
from models.metrics.bootstrap import calibration_gap
from models.metrics.intervals import Interval
from training.audit.group_names import people
from training.audit.run import AuditResult
from training.evaluation.evaluation import Evaluation


def group_calibration(
    audited: AuditResult, lists: Sequence[Evaluation], *, least: int, replicates: int, seed: int
) -> dict[str, Interval]:
    """By group as people call it, the share off track less the mean risk, of the audit's groups.

    `lists` are those of the judged years, each by the model of the years before it. A group that was folded together
    with others, or that has fewer than `least` students in the other years, has the gap of the audit's year alone.
    """
    found = dict(audited.calibration_gaps())
    for table in audited.model.tables:
        for group in table.groups:
            name = people(table.of, group.name)
            pooled = pooled_gap(lists, table.of, group.name, least=least, replicates=replicates, seed=seed)
            if name in found and not table.crossed and pooled is not None:
                found[name] = pooled
    return found


def pooled_gap(
    lists: Sequence[Evaluation], attribute: str, group: str, *, least: int, replicates: int, seed: int
) -> Interval | None:
    """The gap over the judged years; None where other years than the last have too few students of the group."""
    rows = [members(one.test, attribute, group) for one in lists]
    if sum(int(held.sum()) for held in rows[:-1]) < least:
        return None
    label, risk, student = (
        np.concatenate([values[held] for values, held in zip(of_lists, rows, strict=True)])
        for of_lists in zip(*((one.test.label, one.risks["model"], one.test.student) for one in lists), strict=True)
    )
    return calibration_gap(label, risk, student, replicates=replicates, seed=seed)


def members(test: Examples, attribute: str, group: str) -> Booleans:
    """Which rows are of a group; none where the attribute is not a column."""
    columns: Mapping[str, object] = {**test.groups, **test.parts, "school": test.school}
    values = columns.get(attribute)
    if values is None:
        return np.zeros(len(test), dtype=np.bool_)
    held: Booleans = np.asarray(values, dtype=np.str_) == group
    return held
