"""The way back on track: what the outcome's own published rule still asks of a student this year, exactly."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from features.language.cohorts import Cohort
from features.language.outcome import Outcome
from features.warehouse.reader import Reader
from features.way_back.remaining_finals import remaining_finals
from features.way_back.remaining_year import WayBackQuery, remaining_period, student_standings
from features.way_back.requirements import (
    BoundRequirement,
    MarkStanding,
    integers,
    require_average,
    require_credits,
    require_days,
    require_events,
    require_marks,
)
from features.way_back.rule_bounds import BoundKind, RuleBound, rule_bounds

WayBackState = Literal["reachable", "not_reachable", "met"]
MARK_REQUIREMENTS: Mapping[BoundKind, Callable[[RuleBound, MarkStanding], BoundRequirement]] = {
    "marks": require_marks, "credits": require_credits, "average": require_average,
}  # fmt: skip


@dataclass(frozen=True)
class WayBackStep:
    """One thing that the rule asks for: a code, and the numbers that its sentence says."""

    code: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class WayBack:
    """What is left to do by `until`, the last day that counts.

    `met` is who needs to do nothing more; `not_reachable` whom no record of this year could bring back, with the steps
    that cannot be done any more.
    """

    state: WayBackState
    steps: tuple[WayBackStep, ...]
    until: date


def has_way_back(outcome: Outcome) -> bool:
    """Whether every bound of the outcome's rule can still be kept, or lost, within the as-of date's school year."""
    return bool(rule_bounds(outcome))


def find_ways_back(
    reader: Reader,
    outcome: Outcome,
    as_of: date,
    cohort: Cohort | None = None,
    loads_through: int | None = None,
) -> dict[str, WayBack]:
    """By `student_key`, what the outcome's rule still asks of each student of its cohort on the as-of date.

    By what was visible then, and on these assumptions: the courses stay the same and each gives a final in every term
    that is left of the kind that gave finals in earlier years; a passed course earns its credit; attendance is taken on
    every school day to come; what is on record stays as it is. `reachable` is whom something to come can still decide,
    with every limit as a step: to keep all of them is to be on track, to break one is to be off track. `met` is whom
    nothing to come can bring off track. Empty for an outcome without a way back; without students of whom nothing will
    be said, such as those who left or of whom too little is on record.
    """
    parts = rule_bounds(outcome)
    if not parts:
        return {}
    start = reader.view(as_of, loads_through=loads_through)
    period = remaining_period(reader, start, outcome)
    if period is None:
        return {}
    asking = WayBackQuery(outcome, parts, cohort or outcome.cohort, start, period)
    rows = student_standings(reader, asking)
    found = zip(rows.index, combine_requirements(bound_requirements(reader, asking, rows), period.through), strict=True)
    return {str(key): way for key, way in found if way}


def bound_requirements(reader: Reader, asking: WayBackQuery, rows: pd.DataFrame) -> list[BoundRequirement]:
    """What each part asks of each student."""
    marks = [part for part in asking.parts if part.kind in MARK_REQUIREMENTS]
    coming = remaining_finals(reader, asking) if marks else None
    found = []
    for place, part in enumerate(asking.parts):
        so_far = integers(rows, f"so_far_{place}")
        if part.kind == "days":
            months = months_until(asking.start.as_of, asking.period.through)
            found.append(require_days(part, rows, months, so_far=so_far))
        elif part.kind == "events" or coming is None:
            found.append(require_events(part, rows, so_far=so_far))
        else:
            given = integers(rows, f"given_{place}")
            left, unknown = coming.left(part, rows), coming.unknown(part, rows)
            found.append(MARK_REQUIREMENTS[part.kind](part, MarkStanding(so_far, given, left, unknown)))
    return found


def months_until(as_of: date, until: date) -> int:
    """The months from a day to another, the last one begun; 1 at least."""
    whole = (until.year - as_of.year) * 12 + until.month - as_of.month
    return max(whole + (until.day > as_of.day), 1)


def combine_requirements(asked: list[BoundRequirement], until: date) -> Iterator[WayBack | None]:
    """Each student's way back; None of whom a label will say nothing."""
    lost, unsaid, still_open = (
        np.logical_or.reduce(flags)
        for flags in ([one.lost for one in asked], [one.unsaid for one in asked], [one.open for one in asked])
    )
    steps = [list(steps_by_student(one)) for one in asked]
    for place in range(len(lost)):
        if unsaid[place] and not lost[place]:
            yield None
            continue
        state: WayBackState = "not_reachable" if lost[place] else "reachable" if still_open[place] else "met"
        own = [
            every[place]
            for one, every in zip(asked, steps, strict=True)
            if (one.lost if lost[place] else one.open)[place]
        ]
        yield WayBack(state, tuple(own), until)


def steps_by_student(asked: BoundRequirement) -> Iterator[WayBackStep]:
    """The step of one part for each student, with the numbers that it says."""
    names = list(asked.values)
    for numbers in zip(*(asked.values[name].tolist() for name in names), strict=True):
        values = {name: number for name, number in zip(names, numbers, strict=True) if number == number}
        yield WayBackStep(asked.code, values)
