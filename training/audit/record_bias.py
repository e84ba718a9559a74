"""Bias in the records themselves, before any model: more incidents for the same students, or more missing values.

Students are compared with similar ones: as likely off track by attendance and grades alone, and with
the same end. What is then written down more often of a group may still be more behavior; records cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt

import numpy as np
import pandas as pd

from models.examples import Booleans, Examples, Floats, Integers
from models.fairness.audit import holm_adjusted
from models.fairness.significance import p_value_of_difference
from models.fairness.suppression import Grouping, texts_of
from models.metrics.intervals import Interval

INCIDENTS = "incidents_year"
STRATA = 10
WITHIN_95 = 1.959964
LEAST_WITH_RECORDS = 11
"""Students of a group with such a record that a ratio needs."""
LEAST_DAYS = 20
"""School days before a school's attendance is judged."""
NOT_TAKEN, LATE = 0.05, 0.20
"""Shares of school days without attendance, and of late entries, from which a school is named if others have half."""


@dataclass(frozen=True)
class IncidentRatio:
    """The ratio of a group's recorded incidents to the reference group's, among similar students."""

    of: str
    group: str
    reference: str
    ratio: Interval
    chance: float
    corrected: float = 1.0


@dataclass(frozen=True)
class MissingRecords:
    """The share of a domain's values that a group lacks, and the reference group."""

    of: str
    group: str
    domain: str
    share: float
    beside: float
    chance: float
    corrected: float = 1.0


@dataclass(frozen=True)
class AttendanceCoverage:
    """A school's attendance so far this year: shares of school days without it, and of entries that came late."""

    school: str
    not_taken: float
    late: float
    named: bool


def incident_ratios(rows: Examples, without_behavior: Floats, grouped: Sequence[Grouping]) -> tuple[IncidentRatio, ...]:
    """The incident ratio of every group; empty where no feature is about incidents."""
    if INCIDENTS not in rows.dictionary.names:
        return ()
    values = np.nan_to_num(np.asarray(rows.features[INCIDENTS], dtype=np.float64))
    alike = strata_of(without_behavior, rows.label)
    found = [one for each in grouped if each.names for one in ratios(values, alike, each, group_of(rows, each))]
    chances = holm_adjusted(np.array([one.chance for one in found]))
    return tuple(replace(one, corrected=float(c)) for one, c in zip(found, chances, strict=True))


def strata_of(risk: Floats, label: Booleans) -> Integers:
    """Strata of similar students: deciles of risk, split by outcome."""
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, STRATA + 1))[1:-1])
    return np.asarray(np.searchsorted(edges, risk, side="right") * 2 + label, dtype=np.int64)


def group_of(rows: Examples, grouped: Grouping) -> Integers:
    """The group of each row, also of years in which a value occurs that the audited year does not have (-1)."""
    texts = texts_of(rows.groups[grouped.of])
    return np.array([grouped.holds.get(str(text), -1) for text in texts], dtype=np.int64)


def ratios(values: Floats, alike: Integers, grouped: Grouping, group: Integers) -> list[IncidentRatio]:
    """The incident ratios of one attribute's groups, against its largest group."""
    sizes = [int((group == at).sum()) if name != grouped.folded else 0 for at, name in enumerate(grouped.names)]
    reference = int(np.argmax(sizes)) if sizes else 0
    found = []
    for at, name in enumerate(grouped.names):
        ratio = None if at == reference else ratio_of(values, alike, group == at, group == reference)
        if ratio is not None:
            interval, chance = ratio
            found.append(IncidentRatio(grouped.of, name, grouped.names[reference], interval, chance))
    return found


def ratio_of(values: Floats, alike: Integers, own: Booleans, other: Booleans) -> tuple[Interval, float] | None:
    """The ratio of stratified means with its interval and p-value; None over too few students."""
    if min(int((values[own] > 0).sum()), int((values[other] > 0).sum())) < LEAST_WITH_RECORDS:
        return None
    n = [np.bincount(alike[rows], minlength=2 * STRATA) for rows in (own, other)]
    both = (n[0] > 0) & (n[1] > 0)
    weight = np.where(both, n[0] * n[1] / np.maximum(n[0] + n[1], 1), 0.0)
    sums, spreads = zip(*(stratified(values, alike, rows, weight) for rows in (own, other)), strict=True)
    if min(sums) <= 0:
        return None
    middle, spread = log(sums[0] / sums[1]), sqrt(sum(s / m**2 for s, m in zip(spreads, sums, strict=True)))
    low, high = exp(middle - WITHIN_95 * spread), exp(middle + WITHIN_95 * spread)
    return Interval(exp(middle), low, high), p_value_of_difference(middle, spread)


def stratified(values: Floats, alike: Integers, rows: Booleans, weight: Floats) -> tuple[float, float]:
    """The weighted sum of a group's means by stratum, and its variance."""
    n = np.bincount(alike[rows], minlength=len(weight))
    mean = np.bincount(alike[rows], weights=values[rows], minlength=len(weight)) / np.maximum(n, 1)
    squared = np.bincount(alike[rows], weights=values[rows] ** 2, minlength=len(weight)) / np.maximum(n, 1)
    spread = np.where(n > 1, (squared - mean**2) * n / np.maximum(n - 1, 1), np.maximum(mean, mean**2))
    return float(weight @ mean), float((weight**2) @ (spread / np.maximum(n, 1)))


def missing_records(rows: Examples, grouped: Sequence[Grouping]) -> tuple[MissingRecords, ...]:
    """The share of values that each group lacks, by domain, beside the reference group."""
    lacking = missing_by_domain(rows)
    found = []
    for each in (one for one in grouped if one.names):
        sizes = [int((each.group == at).sum()) if name != each.folded else 0 for at, name in enumerate(each.names)]
        for at, name in enumerate(each.names):
            reference = int(np.argmax(sizes))
            for domain, shares in lacking.items() if at != reference else ():
                own, other = shares[each.group == at], shares[each.group == reference]
                spread = sqrt(own.var() / len(own) + other.var() / len(other) + 1 / len(own) ** 2)
                chance = p_value_of_difference(float(own.mean() - other.mean()), spread)
                found.append(MissingRecords(each.of, name, domain, float(own.mean()), float(other.mean()), chance))
    chances = holm_adjusted(np.array([one.chance for one in found]))
    return tuple(replace(one, corrected=float(c)) for one, c in zip(found, chances, strict=True))


def missing_by_domain(rows: Examples) -> dict[str, Floats]:
    """For each domain, the share of its values that each row lacks."""
    absent = np.isnan(rows.matrix())
    domains = np.array([entry.domain for entry in rows.dictionary.entries])
    return {str(name): absent[:, domains == name].mean(axis=1) for name in sorted(set(domains)) if name}


def attendance_coverage(schools: pd.DataFrame) -> tuple[AttendanceCoverage, ...]:
    """Every school's attendance, from days, days taken, entries and late entries; named where others have half."""
    enough = schools[schools["days"] >= LEAST_DAYS]
    lacking = 1 - enough["taken"] / enough["days"]
    late = enough["late"] / enough["entries"].clip(lower=1)
    return tuple(
        AttendanceCoverage(
            school=school,
            not_taken=float(lacking[school]),
            late=float(late[school]),
            named=stands_out(lacking, school, NOT_TAKEN) or stands_out(late, school, LATE),
        )
        for school in map(str, enough.index)
    )


def stands_out(shares: "pd.Series[float]", school: str, least: float) -> bool:
    """Whether a school has a share worth naming, at least twice what is usual at the others."""
    own, others = float(shares[school]), shares.drop(school)
    return own >= least and own >= 2 * (float(others.median()) if len(others) else 0.0)
