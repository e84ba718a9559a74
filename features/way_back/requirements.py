"""What each bound of a rule requires of the rest of the year, in integers, by the same comparison as labels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.quantities import Compare
from features.way_back.rule_bounds import RuleBound

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COMPARISONS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
MAX_POINTS = 400
"""Hundredths of a grade point of an A."""

ROUNDING_RANGE = 3
"""How far from the rounded bound a total may lie at which a comparison of floats tips."""


@dataclass(frozen=True)
class BoundRequirement:
    """What one bound requires of each student: whether it is `lost` for good, still `open`, or `unsaid` (not known).

    `values` are the numbers of its step, NaN where a student's step does not say one.
    """

    code: str
    lost: Flags
    open: Flags
    unsaid: Flags
    values: Mapping[str, Floats]


@dataclass(frozen=True)
class MarkStanding:
    """Where students stand with a bound on marks, in integers: `so_far` of how many `given`, and what is left.

    `left` has the finals to come that it counts: `finals`, `credit`, `least_credit`, `most_credit`. Where it is
    `unknown` how many will come, as no course is known yet, they are 0. Where credits of a course that was passed are
    `untold`, nothing can be said.
    """

    so_far: Ints
    given: Ints
    left: Mapping[str, Ints]
    unknown: Flags
    untold: Flags

    @property
    def unsaid(self) -> Flags:
        """Students without a mark on record and without one to come, or with credits that are untold."""
        nothing: Flags = (self.given == 0) & (self.left["finals"] == 0) & ~self.unknown
        return nothing | self.untold


def tipping_total(compare: Compare, per: Ints) -> Ints:
    """The integer closest to the bound that is still on track, once divided by `per`."""
    holds, from_above = COMPARISONS[compare.operator], compare.operator in (">", ">=")
    step, per = (-1 if from_above else 1), np.maximum(per, 1)
    total = np.round(compare.number * per).astype(np.int64) - ROUNDING_RANGE * step
    for _ in range(2 * ROUNDING_RANGE):
        total = total + step * holds(total / per, compare.number)
    return total


def require_marks(bound: RuleBound, standing: MarkStanding) -> BoundRequirement:
    """How many of the finals to come must be passed, or be better than a D."""
    finals, known = standing.left["finals"], ~standing.unknown
    most = tipping_total(bound.compare, np.ones_like(finals))
    may = most - standing.so_far
    values = {
        **as_floats({"so_far": standing.so_far, "most": most, "may": np.maximum(may, 0)}),
        "pass": where_known(finals - may, known),
        "of": where_known(finals, known),
    }
    return mark_requirement(bound.code, values, standing, lost=may < 0, still_open=finals > may)


def require_credits(bound: RuleBound, standing: MarkStanding) -> BoundRequirement:
    """How many of the credits that can still be had must be earned."""
    finals, left, known = standing.left["finals"], standing.left["credit"], ~standing.unknown
    least = tipping_total(bound.compare, np.full_like(finals, 100))
    need, each = least - standing.so_far, standing.left["most_credit"]
    same = known & (standing.left["least_credit"] == each) & (left > 0)
    values = {
        "credits": np.maximum(need, 0) / 100,
        "so_far": standing.so_far / 100,
        "least": least / 100,
        "to_be_had": where_known(left / 100, known),
        "pass": where_known(-(-need // np.maximum(each, 1)), same),
        "of": where_known(finals, same),
    }
    return mark_requirement(bound.code, values, standing, lost=known & (left < need), still_open=need > 0)


def require_average(bound: RuleBound, standing: MarkStanding) -> BoundRequirement:
    """The average that the marks to come must have."""
    marks, known = standing.left["finals"], ~standing.unknown
    least = tipping_total(bound.compare, 100 * (standing.given + marks))
    need = least - standing.so_far
    values = {
        "average": where_known(np.ceil(np.maximum(need, 0) / np.maximum(marks, 1)) / 100, known),
        "so_far": where_known(standing.so_far / np.maximum(standing.given, 1) / 100, standing.given > 0),
        "least": tipping_total(bound.compare, np.full_like(marks, 100)) / 100,
        "points": where_known(need / 100, known),
        "of": where_known(marks, known),
    }
    lost = known & (need > MAX_POINTS * marks)
    return mark_requirement(bound.code, values, standing, lost=lost, still_open=need > 0)


def require_days(bound: RuleBound, rows: pd.DataFrame, months: int, *, so_far: Ints) -> BoundRequirement:
    """How many of the school days to come may be missed."""
    days, ahead = days_of(bound, rows)
    is_share = bound.measure.aggregate == "share_of_days"
    short, short_ahead = short_of(bound, rows)
    most = tipping_total(bound.compare, 100 * days - short if is_share else np.full_like(days, 100))
    left, could_come = most - so_far, 100 * ahead - short_ahead - integers(rows, "planned")
    whole = np.maximum(left // 100, 0)
    values = as_floats({"days": whole, "school_days": ahead, "per_month": whole // months})
    values |= {"months": np.full(len(rows), float(months)), "so_far": so_far / 100, "most": most / 100}
    no_day = days == 0
    return BoundRequirement(
        bound.code, (left < 0) & ~no_day, (left >= 0) & (could_come > left) & ~no_day, no_day, values
    )


def require_events(bound: RuleBound, rows: pd.DataFrame, *, so_far: Ints) -> BoundRequirement:
    """How many more there may be while school days are to come."""
    days, ahead = days_of(bound, rows)
    most = tipping_total(bound.compare, np.ones_like(days))
    may, no_day = most - so_far, days == 0
    values = as_floats({"may": np.maximum(may, 0), "so_far": so_far, "most": most})
    return BoundRequirement(bound.code, (may < 0) & ~no_day, (may >= 0) & (ahead > 0) & ~no_day, no_day, values)


def days_of(bound: RuleBound, rows: pd.DataFrame) -> tuple[Ints, Ints]:
    """School days of the bound's window, and how many of them are still to come."""
    if bound.window.this_term:
        return integers(rows, "days_term"), integers(rows, "days_term")
    days = integers(rows, "days")
    return days, days - integers(rows, "days_so_far")


def short_of(bound: RuleBound, rows: pd.DataFrame) -> tuple[Ints, Ints]:
    """By how many hundredths of a day these days are shorter than whole ones; 0 where every day is a whole one."""
    if bound.window.this_term:
        return integers(rows, "short_term"), integers(rows, "short_term")
    short = integers(rows, "short")
    return short, short - integers(rows, "short_so_far")


def mark_requirement(
    code: str, values: Mapping[str, Floats], standing: MarkStanding, *, lost: Flags, still_open: Flags
) -> BoundRequirement:
    """A requirement on marks: without numbers where no course is known, and none where nothing is known at all."""
    unsaid = standing.unsaid
    lost = lost & ~unsaid
    return BoundRequirement(code, lost, (still_open | standing.unknown) & ~lost & ~unsaid, unsaid, values)


def where_known(numbers: Ints | Floats, where: Flags) -> Floats:
    """Numbers where the condition holds, else NaN."""
    return np.where(where, numbers.astype(np.float64), np.nan)


def as_floats(numbers: Mapping[str, Ints]) -> dict[str, Floats]:
    """Numbers by name as floats."""
    return {name: values.astype(np.float64) for name, values in numbers.items()}


def integers(rows: pd.DataFrame, column: str) -> Ints:
    """A column of integers, 0 where the table does not have it."""
    found = rows[column] if column in rows else pd.Series(0, index=rows.index)
    return np.asarray(found, dtype=np.int64)
