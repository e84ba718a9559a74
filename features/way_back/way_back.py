"""The way back on track: what the outcome's published rule still requires of a student this year, exactly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from features.engine.school_terms import DISTRICT
from features.engine.view import View
from features.language.cohorts import Cohort
from features.language.outcome import Outcome
from features.snapshots.term_series import series_of_students, series_of_year
from features.warehouse.reader import Reader
from features.warehouse.reader_as_of import ReaderAsOf
from features.way_back.remaining_finals import remaining_finals
from features.way_back.remaining_year import WayBackQuery, remaining_period, student_standings
from features.way_back.requirements import (
    BoundRequirement,
    Flags,
    Ints,
    MarkStanding,
    integers,
    require_average,
    require_credits,
    require_days,
    require_events,
    require_marks,
)
from features.way_back.rule_bounds import BoundKind, RuleBound, rule_bounds
from features.way_back.steps import WayBack, WayBackState, WayBackStep

MARK_REQUIREMENTS: Mapping[BoundKind, Callable[[RuleBound, MarkStanding], BoundRequirement]] = {
    "marks": require_marks, "credits": require_credits, "average": require_average,
}  # fmt: skip


def has_way_back(outcome: Outcome) -> bool:
    """Whether every bound of the outcome's rule can still be kept, or lost, within the as-of date's school year."""
    return bool(rule_bounds(outcome))


@dataclass(frozen=True)
class WaysBack:
    """The ways back of a cohort: many students have the same one, which is there once.

    The student of `keys[i]` has that of `distinct[which[i]]`, and none where `which` is -1.
    """

    keys: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))
    which: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    distinct: tuple[WayBack, ...] = ()

    def by_student(self) -> dict[str, WayBack]:
        """The way back of each student who has one."""
        found = zip(self.keys, self.which.tolist(), strict=True)
        return {str(key): self.distinct[place] for key, place in found if place >= 0}


def find_ways_back(
    reader: Reader,
    outcome: Outcome,
    start: View,
    cohort: Cohort | None = None,
) -> WaysBack:
    """What the outcome's rule still requires of each student of its cohort at `start`.

    By what was visible then, and on these assumptions: the courses stay the same and each gives a final in every term
    that is left of the kind that gave finals in earlier years; a passed course earns its credit; attendance is taken on
    every school day to come; what is on record stays as it is. `reachable` is whom something to come can still decide,
    with every limit as a step: to keep all of them is to be on track, to break one is to be off track. `met` is whom
    nothing to come can bring off track. Empty for an outcome without a way back; none for students of whom nothing will
    be said, such as those who left or of whom too little is on record.
    """
    bounds = rule_bounds(outcome)
    if not bounds:
        return WaysBack()
    followed = series_of_year(ReaderAsOf(reader.connection, start), start.policies, start.school_year)
    periods = {one: remaining_period(reader, start, outcome, one) for one in followed}
    queries = [
        WayBackQuery(outcome, bounds, cohort or outcome.cohort, start, period, one)
        for one, period in periods.items()
        if period
    ]
    if start.policies.has_school_terms:
        series = series_of_students(reader, start)
        return joined_ways([ways_of_query(reader, query, series) for query in queries])
    return ways_of_query(reader, queries[0]) if queries else WaysBack()


def ways_of_query(reader: Reader, query: WayBackQuery, series: "pd.Series[str] | None" = None) -> WaysBack:
    """The ways back of a query's students: of those who have its terms, where `series` says which each has."""
    rows = student_standings(reader, query)
    if series is not None:
        rows = rows[series.reindex(rows.index).fillna(DISTRICT) == query.series]
        if rows.empty:
            return WaysBack()
    return combine_requirements(rows.index, bound_requirements(reader, query, rows), query.period.through)


def joined_ways(parts: list[WaysBack]) -> WaysBack:
    """The ways back of several groups of students as those of one, sorted by `student_key`."""
    which, distinct = [np.zeros(0, dtype=np.int64)], list[WayBack]()
    for one in parts:
        which.append(np.where(one.which < 0, -1, one.which + len(distinct)))
        distinct += one.distinct
    keys = pd.Index([key for one in parts for key in one.keys], dtype="str")
    order = keys.argsort()
    return WaysBack(keys[order], np.concatenate(which)[order], tuple(distinct))


def bound_requirements(reader: Reader, query: WayBackQuery, rows: pd.DataFrame) -> list[BoundRequirement]:
    """What each bound of the rule requires of each student."""
    marks = [bound for bound in query.bounds if bound.kind in MARK_REQUIREMENTS]
    remaining = remaining_finals(reader, query) if marks else None
    found = []
    for place, bound in enumerate(query.bounds):
        so_far = integers(rows, f"so_far_{place}")
        if bound.kind == "days":
            months = months_until(query.start.as_of, query.period.through)
            found.append(require_days(bound, rows, months, so_far=so_far))
        elif bound.kind == "events" or remaining is None:
            found.append(require_events(bound, rows, so_far=so_far))
        else:
            given = integers(rows, f"given_{place}")
            left, unknown = remaining.left(bound, rows), remaining.unknown(bound, rows)
            untold = integers(rows, f"untold_{place}") > 0
            found.append(MARK_REQUIREMENTS[bound.kind](bound, MarkStanding(so_far, given, left, unknown, untold)))
    return found


def months_until(as_of: date, until: date) -> int:
    """The months from a day to another, the last one begun; 1 at least."""
    whole = (until.year - as_of.year) * 12 + until.month - as_of.month
    return max(whole + (until.day > as_of.day), 1)


def combine_requirements(keys: pd.Index, requirements: list[BoundRequirement], until: date) -> WaysBack:
    """The students' ways back; none for a student whose label will be missing."""
    lost, unsaid, still_open = (
        np.logical_or.reduce(flags)
        for flags in (
            [one.lost for one in requirements],
            [one.unsaid for one in requirements],
            [one.open for one in requirements],
        )
    )
    shown = [np.where(lost, one.lost, one.open) for one in requirements]
    alike = [np.where(lost, 2, still_open)] + [
        np.where(here, values, np.nan)
        for one, here in zip(requirements, shown, strict=True)
        for values in (here.astype(np.float64), *one.values.values())
    ]
    which = pd.DataFrame(np.column_stack(alike)).groupby(list(range(len(alike))), sort=False, dropna=False).ngroup()
    first = np.flatnonzero(~which.duplicated())
    distinct = tuple(
        WayBack(way_back_state(lost[i], still_open[i]), steps_of(requirements, shown, i), until) for i in first.tolist()
    )
    return WaysBack(keys, np.where(unsaid & ~lost, -1, which.to_numpy(dtype=np.int64)), distinct)


def way_back_state(lost: np.bool_, still_open: np.bool_) -> WayBackState:
    """Whether a student can still come back on track."""
    return "not_reachable" if lost else "reachable" if still_open else "met"


def steps_of(requirements: list[BoundRequirement], shown: list[Flags], student: int) -> tuple[WayBackStep, ...]:
    """The steps that are shown to a student, each with its numbers."""
    return tuple(
        WayBackStep(
            one.code,
            {name: float(numbers[student]) for name, numbers in one.values.items() if not np.isnan(numbers[student])},
        )
        for one, here in zip(requirements, shown, strict=True)
        if here[student]
    )
