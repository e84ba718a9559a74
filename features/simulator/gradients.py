"""Published steps of graduation by what is known in grades 8 and 9, and how many could graduate if all of them held."""

from dataclasses import dataclass

import pandas as pd

NEAR = 0.10
"""How far from a share that is published for one city and time a simulated one may be."""

ROUNDING = 0.005
"""Shares are compared in whole hundredths."""


@dataclass(frozen=True)
class Step:
    """A group of students, those from `least` to below `below`, and the share of them published as graduating."""

    who: str
    least: float
    below: float
    published: float | None = None

    def has(self, values: "pd.Series[float]") -> "pd.Series[bool]":
        """Whether each value lies in the group."""
        return (values >= self.least) & (values < self.below)

    @property
    def most(self) -> float:
        """The highest share that counts as near."""
        return 1.0 if self.published is None else min(1.0, self.published + NEAR + ROUNDING)


@dataclass(frozen=True)
class Gradient:
    """Groups that leave nobody out, from those who graduate most often to those who do least."""

    by: str
    steps: tuple[Step, ...]

    def most_graduating(self, values: "pd.Series[float]") -> float:
        """The largest share of all students that could graduate with every published step near, at these group sizes.

        Groups without a published share may graduate as often as the one before them could, the first one always.
        """
        total, most = 0.0, 1.0
        for step in self.steps:
            most = min(most, step.most)
            total += most * float(step.has(values).mean())
        return total


AVERAGES = Gradient(
    "grade average of grade 9",
    (
        Step("those with an A average in grade 9", 4, 5),
        Step("those with a B average in grade 9", 3, 4, 0.93),
        Step("those with a C average in grade 9", 2, 3, 0.72),
        Step("those with a D average in grade 9", 1, 2, 0.28),
        Step("those with an F average in grade 9", 0, 1),
    ),
)
"""Chicago, Allensworth and Easton 2007; averages rounded to a whole mark."""

ABSENCES = Gradient(
    "days missed in the fall of grade 9",
    (
        Step("those who missed 0 to 4 days in the fall of grade 9", 0, 5, 0.87),
        Step("those who missed 5 to 9 days in the fall of grade 9", 5, 10, 0.63),
        Step("those who missed 10 to 14 days in the fall of grade 9", 10, 15, 0.40),
        Step("those who missed 15 days or more in the fall of grade 9", 15, 1000),
    ),
)
"""Chicago, Allensworth and Easton 2007; days missed in a semester."""

FLAGS = Gradient(
    "San Francisco's two flags in grade 8",
    (
        Step("those with 0 of San Francisco's two flags in grade 8", 0, 1, 0.84),
        Step("those with 1 of San Francisco's two flags in grade 8", 1, 2, 0.43),
        Step("those with 2 of San Francisco's two flags in grade 8", 2, 3, 0.15),
    ),
)
"""San Francisco, Gurantz 2011: an average under 2.0, attendance under 87.5 %."""
