"""Parts of the school year: each is judged for itself, and has a scorer of its own.

What is known of a student in September is last year's; from the first marks on it is this year's, and in spring much of
the year is over. A model may be worth its place in one of them and not in another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from models.examples import Booleans, Examples

LAST_WEEK = 60
"""A school week that no school year reaches."""
Part = TypeVar("Part")
NAMES = ("first_weeks", "autumn", "spring")


@dataclass(frozen=True)
class YearPart:
    """A stretch of school weeks, both ends included."""

    name: str
    from_week: int
    through_week: int

    def holds(self, examples: Examples) -> Booleans:
        """Which rows are of a scoring date in this part; all where rows have no school week."""
        if examples.week is None:
            return np.ones(len(examples), dtype=np.bool_)
        return (self.from_week <= examples.week) & (examples.week <= self.through_week)

    def teaches(self, examples: Examples) -> Booleans:
        """Which rows teach about this part: its own, or all where a month-day fell into another part before."""
        held = self.holds(examples)
        return held if held.any() else np.ones(len(examples), dtype=np.bool_)

    @property
    def words(self) -> str:
        """What people call it, with its weeks: "the first weeks (until school week 10)"."""
        if self.name == WHOLE_YEAR.name:
            return "the whole year"
        name = f"the {self.name.replace('_', ' ')}" if self.name == NAMES[0] else self.name
        if self.through_week == LAST_WEEK:
            return f"{name} (from school week {self.from_week} on)"
        weeks = f"school weeks {self.from_week} to {self.through_week}" if self.from_week else "until school week "
        return f"{name} ({weeks if self.from_week else weeks + str(self.through_week)})"


WHOLE_YEAR = YearPart("year", 0, LAST_WEEK)
"""The one part where lists are judged on one scoring date of the year."""


def split_year(weeks: Collection[int], starts: tuple[int, int]) -> tuple[YearPart, ...]:
    """The parts in which some school weeks lie, which together hold every week; `starts` begin the last two.

    A part without a scoring date belongs to the one before it, the first of all to the one after it.
    """
    distinct = sorted(set(weeks))
    if len(distinct) < 2:
        return (WHOLE_YEAR,)
    places = sorted({sum(week >= start for start in starts) for week in distinct})
    begins = [0, *(starts[place - 1] for place in places[1:])]
    ends = [*(begin - 1 for begin in begins[1:]), LAST_WEEK]
    return tuple(
        YearPart(NAMES[place], *span) for place, span in zip(places, zip(begins, ends, strict=True), strict=True)
    )


def middle_part(parts: Sequence[Part]) -> Part:
    """The middle one of some parts, the earlier of two: what is found in it is looked at most closely."""
    return parts[(len(parts) - 1) // 2]


def review_week(weeks: Collection[int]) -> int:
    """The middle one of a part's scoring weeks, the earlier of two: its list is the one that is looked at closely."""
    distinct = sorted(set(weeks))
    return distinct[(len(distinct) - 1) // 2]
