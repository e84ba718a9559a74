"""The parts of a definition: quantities and conditions over records in a window, never as of when.

Their class names are part of the digests of definitions: a bundle made under another name would be refused.
"""

import operator
from dataclasses import dataclass
from functools import reduce
from typing import Literal

Aggregate = Literal[
    "count",
    "sum",
    "mean",
    "share_of_days",
    "share_of_rows",
    "distinct",
    "most",
    "least",
    "furthest",
    "days",
    "share_missed",
]
Operator = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True)
class Window:
    """A part of a school year, seen from the as-of date.

    `years_ago` 0 is the school year of the as-of date, None is that and every one before. `from_days` and `to_days`
    count a student's own school days backwards (0 is the latest one; `to_days` is exclusive, None is the whole year),
    or on from the first one where `from_start`. `this_term` leaves the days since the marking term began, and
    `earlier_only` every year before that of the as-of date.
    """

    years_ago: int | None = 0
    from_days: int = 0
    to_days: int | None = None
    from_start: bool = False
    this_term: bool = False
    earlier_only: bool = False

    def __post_init__(self) -> None:
        if (self.years_ago or 0) < 0 or self.from_days < 0:
            raise ValueError("a window cannot look past the as-of date")
        if self.years_ago is None and (self.from_days or self.to_days is not None):
            raise ValueError("days are counted within one school year")
        if self.earlier_only and self.years_ago is not None:
            raise ValueError("earlier years are several: leave years_ago open")
        if self.this_term and (self.years_ago != 0 or self.to_days is not None):
            raise ValueError("the marking term is a part of this school year")
        if self.to_days is not None and self.to_days <= self.from_days:
            raise ValueError(f"an empty window: days {self.from_days} to {self.to_days}")


THIS_YEAR = Window()
"""The school year of the as-of date."""

EVER = Window(years_ago=None)
"""The school year of the as-of date and every earlier one."""


@dataclass(frozen=True)
class Where:
    """Rows whose column holds one of these values."""

    column: str
    values: tuple[str | bool | int, ...]


class Quantity:
    """A number per student; missing where the records cannot tell."""

    def __sub__(self, other: "Quantity") -> "Combination":
        return Combination("-", self, other)

    def __add__(self, other: "Quantity") -> "Combination":
        return Combination("+", self, other)

    def __mul__(self, factor: float) -> "Scaled":
        return Scaled(self, factor)

    def __lt__(self, bound: "float | Threshold") -> "Compare":
        return Compare(self, "<", bound)

    def __le__(self, bound: "float | Threshold") -> "Compare":
        return Compare(self, "<=", bound)

    def __gt__(self, bound: "float | Threshold") -> "Compare":
        return Compare(self, ">", bound)

    def __ge__(self, bound: "float | Threshold") -> "Compare":
        return Compare(self, ">=", bound)


class Condition:
    """A yes or no per student; missing where it cannot be told."""

    def __and__(self, other: "Condition") -> "Both":
        return Both(self, other)

    def __or__(self, other: "Condition") -> "Either":
        return Either(self, other)


@dataclass(frozen=True)
class Combination(Quantity):
    """The sum or the difference of two quantities; missing where either is."""

    operator: Literal["+", "-"]
    left: Quantity
    right: Quantity


@dataclass(frozen=True)
class Scaled(Quantity):
    """A quantity times a number."""

    quantity: Quantity
    factor: float


def slope(first: Quantity, *others: Quantity) -> Quantity:
    """The change per step of a straight line through quantities, oldest first (least squares); two or more."""
    quantities = (first, *others)
    middle = (len(quantities) - 1) / 2
    spread = sum((step - middle) ** 2 for step in range(len(quantities)))
    parts = [quantity * ((step - middle) / spread) for step, quantity in enumerate(quantities) if step != middle]
    return reduce(operator.add, parts)


@dataclass(frozen=True)
class Threshold:
    """A bound with a name, by which `[outcomes.<name>]` in the settings tunes it."""

    name: str
    value: float


def threshold(name: str, value: float) -> Threshold:
    """A bound that a district may set."""
    return Threshold(name, float(value))


@dataclass(frozen=True)
class Compare(Condition):
    """Whether a quantity lies on one side of a bound."""

    quantity: Quantity
    operator: Operator
    bound: float | Threshold

    @property
    def number(self) -> float:
        """The bound's value."""
        return self.bound.value if isinstance(self.bound, Threshold) else self.bound


@dataclass(frozen=True)
class Both(Condition):
    """Whether two conditions hold; no where one does not, whatever the other."""

    left: Condition
    right: Condition


@dataclass(frozen=True)
class Judged(Condition):
    """A condition, missing where another does not hold: too few days to say."""

    condition: Condition
    only_if: Condition


@dataclass(frozen=True)
class Held(Quantity):
    """1 where a condition holds, 0 where not; `untold` where it cannot be told, which is missing by default."""

    condition: Condition
    untold: float | None = None


@dataclass(frozen=True)
class OfSchool(Quantity):
    """The mean of a quantity over the cohort's students at the student's school; missing where it is for all."""

    quantity: Quantity


@dataclass(frozen=True)
class Schoolmates(Quantity):
    """How many students of the cohort are at the student's school.

    `from_same_school`: only the others of them who were at the student's school of the year before as well; missing
    for a student of whom that year is not on record.
    """

    from_same_school: bool = False


@dataclass(frozen=True)
class SchoolWeek(Quantity):
    """The school week of the as-of date: 1 is the week that holds the district's first day of instruction."""


@dataclass(frozen=True)
class Either(Condition):
    """Whether at least one of two conditions holds."""

    left: Condition
    right: Condition
