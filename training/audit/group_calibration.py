"""Calibration of groups over all judged years together: one year leaves most small groups open."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.examples import Booleans, Examples, Floats, Texts
from models.metrics.bootstrap import student_weights
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import ratio
from training.audit.group_names import people
from training.audit.run import AuditResult
from training.evaluation.evaluation import Evaluation


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
    gap = np.concatenate([year.test.label - year.risks["model"] for year in lists])
    student = np.concatenate([year.test.student for year in lists])
    return {**found, **mean_gaps(gap, student, told, replicates=replicates, seed=seed)}


def rows_before(held: Sequence[Booleans]) -> int:
    """How many rows of a group are of other years than the last."""
    return sum(int(one.sum()) for one in held[:-1])


def mean_gaps(
    gap: Floats, student: Texts, groups: Mapping[str, Booleans], *, replicates: int, seed: int
) -> dict[str, Interval]:
    """Each group's mean gap, with an interval that draws whole students; all groups from the same draws."""
    if not groups:
        return {}
    members_of = np.column_stack(list(groups.values())).astype(np.float64)
    drawn = [
        ratio(weights @ (members_of * gap[:, None]), weights @ members_of)
        for weights in student_weights(student, replicates, seed)
    ]
    observed, draws = (gap @ members_of) / members_of.sum(axis=0), np.concatenate(drawn)
    return {name: percentile_interval(float(observed[at]), draws[:, at]) for at, name in enumerate(groups)}


def members(test: Examples, attribute: str, group: str) -> Booleans:
    """Which rows are of a group; none where the attribute is not a column."""
    columns: Mapping[str, object] = {**test.groups, **test.parts, "school": test.school}
    values = columns.get(attribute)
    if values is None:
        return np.zeros(len(test), dtype=np.bool_)
    held: Booleans = np.asarray(values, dtype=np.str_) == group
    return held
