"""The schools of a simulated district."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.simulator.names import SCHOOL_NAMES
from features.simulator.plan import Floats, Ints, Plan
from features.simulator.planted_bias import Planted

FIRST_HIGH_GRADE = 9


@dataclass(frozen=True)
class Schools:
    """Middle schools first, then high schools; `effect` is each school's push on engagement."""

    middle: int
    high: int
    two_tracks: bool
    effect: Floats
    late: int
    """The school that records attendance late and forgets days, where that is planted."""

    planted: Planted

    @property
    def count(self) -> int:
        """How many schools there are."""
        return self.middle + self.high

    @property
    def ids(self) -> list[str]:
        """The district's ids; every simulated district counts 10, 20, 30."""
        return [str(10 * (n + 1)) for n in range(self.count)]

    def track_count(self, school: int) -> int:
        """How many calendar tracks a school has."""
        return 2 if self.two_tracks and school < self.middle else 1

    def place(self, previous: Ints, grade: Ints) -> Ints:
        """The school of the grade's level that a student of a previous school, or a random number, goes on to."""
        is_high = grade >= FIRST_HIGH_GRADE
        return np.where(is_high, self.middle + previous % self.high, previous % self.middle)


def schools_of(plan: Plan) -> Schools:
    """The district's schools: about 4 middle and 3 high schools per 8,500 students, at least one of each."""
    rng = plan.generator(0)
    middle, high = (max(1, round(plan.students * share / 8500)) for share in (4, 3))
    late = middle + high - 1 if high > 1 else 0
    effect = np.where(plan.planted.schools_differ, rng.normal(0, 0.2, middle + high), 0.0)
    return Schools(middle, high, plan.two_tracks, effect, late, plan.planted)


def school_rows(schools: Schools, known_on: np.datetime64) -> pd.DataFrame:
    """The table of schools."""
    names = [name_of(n, schools.middle) for n in range(schools.count)]
    level = ["middle"] * schools.middle + ["high"] * schools.high
    return pd.DataFrame({"school_id": schools.ids, "name": names, "level": level, "known_on": known_on})


def name_of(school: int, middle: int) -> str:
    """What people call a school; names begin again, numbered, when they run out."""
    again, place = divmod(school, len(SCHOOL_NAMES))
    number = f" {again + 1}" if again else ""
    return f"{SCHOOL_NAMES[place]}{number} {'Middle' if school < middle else 'High'} School"
