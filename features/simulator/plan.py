"""What to simulate: a district, how many students, up to which day."""

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from features.simulator.planted_bias import USUAL, Planted

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
"""Local dates, `datetime64[D]`."""

NEVER = np.datetime64("NaT", "D")
"""The missing date."""

GRADES = range(6, 13)
FIRST_MONTH = 7
"""A school year runs from July 1 to June 30."""


@dataclass(frozen=True)
class Plan:
    """One district to simulate: `students` at a time over `years` school years, the last in progress on `today`.

    `two_tracks` gives its middle schools a second calendar track; with `by_section`, its high schools take attendance
    in every class. School begins `opens_late` days after the usual Monday, and `kinder_marks` is added to the score
    behind every mark. With `marks_last`, study habits go on from quarter to quarter and year to year. `planted` is
    what its records hide.
    """

    district_id: str
    students: int
    today: date = date(2026, 11, 20)
    years: int = 6
    seed: int = 7
    two_tracks: bool = False
    by_section: bool = False
    opens_late: int = 0
    kinder_marks: float = 0.0
    marks_last: bool = False
    planted: Planted = USUAL

    @property
    def school_years(self) -> range:
        """The school years simulated, each named by the calendar year in which it ends."""
        last = self.today.year + (self.today.month >= FIRST_MONTH)
        return range(last - self.years + 1, last + 1)

    def generator(self, part: int) -> np.random.Generator:
        """The random numbers of one part of the district: a school year, or 0 for what does not change."""
        return np.random.default_rng([self.seed, zlib.crc32(self.district_id.encode()), part])


def demo_plans(students: int, today: date) -> tuple[Plan, Plan]:
    """The demo's two districts, `harbor` with about 85 % of the students and `mesa` with the rest."""
    large = round(0.85 * students)
    return Plan("harbor", large, today), Plan("mesa", students - large, today, two_tracks=True)


def state_plans(students: int, districts: int, *, today: date, years: int, seed: int) -> tuple[Plan, ...]:
    """So many districts of a collaborative, from large to small; every third has two tracks or sections."""
    weight = np.array([1 / (place + 1.5) for place in range(districts)])
    sizes = np.maximum(np.round(students * weight / weight.sum()), 50).astype(np.int64)
    return tuple(
        Plan(
            f"district{place + 1:02d}", int(size), today, years, seed,
            two_tracks=place % 3 == 1, by_section=place % 3 == 2,
        )
        for place, size in enumerate(sizes)
    )  # fmt: skip


def day(text: str) -> np.datetime64:
    """The day written as YYYY-MM-DD."""
    return np.datetime64(text, "D")


def days_after(dates: Days, days: Ints) -> Days:
    """Each date moved by its own number of days."""
    moved: Days = dates + days.astype("timedelta64[D]")
    return moved
