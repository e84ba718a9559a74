"""How marks come about and who leaves school: as in the demo, or with study habits that last as those of real students.

What is published of real students beside each: the page of the simulation in the reference.
"""

from dataclasses import dataclass

import numpy as np

from features.simulator.calendars import QUARTERS
from features.simulator.plan import Floats, Ints
from features.simulator.schools import FIRST_HIGH_GRADE

HABIT_MEMORY = 0.985
"""How much of a student's study habits goes on from one quarter to the next, over summers too."""


@dataclass(frozen=True)
class Schooling:
    """What differs between a district whose marks turn anew each year and one whose marks last.

    `edges` are the least scores for a D, C, B and A, and `level` is added to every score, with `easier` in all grades
    but 9. `most_owed` semester courses may a graduate have failed and not made up. `leaving` is the base share of
    students of grades 10 to 12 who leave school in a year, to the log of which each day missed in the year before adds
    `away_tells`. `habits` is what habits that last are worth in a score, None where they begin anew each year.
    """

    edges: tuple[float, float, float, float]
    level: float
    easier: float
    most_owed: int
    leaving: float
    away_tells: float
    habits: float | None

    def worth(self, habits: Floats | None) -> Floats | None:
        """What habits add to scores; None where they do not last."""
        return None if habits is None or self.habits is None else self.habits * habits

    def score(self, grade: Ints) -> Floats:
        """What is added to the scores of students of these grades."""
        return np.asarray(self.level + np.where(grade == FIRST_HIGH_GRADE, 0.0, self.easier), dtype=np.float64)


USUAL = Schooling(
    edges=(-1.3, -0.85, -0.12, 0.7),
    level=0.42,
    easier=0.0,
    most_owed=7,
    leaving=0.0004,
    away_tells=0.11,
    habits=None,
)
"""What the demo and every district has, unless its plan says otherwise."""

LASTING = Schooling(
    edges=(-1.3, -1.0, -0.4, 0.7),
    level=0.5,
    easier=0.4,
    most_owed=3,
    leaving=0.00015,
    away_tells=0.15,
    habits=0.75,
)
"""Habits that last; fewer Ds and more Bs, and fewer who graduate after many failed courses or days missed."""


def habit_paths(start: Floats, rng: np.random.Generator) -> Floats:
    """Habits per roster row and quarter, going on from where the last year ended, with a variance of 1."""
    path = np.empty((len(start), QUARTERS))
    value = start
    for quarter in range(QUARTERS):
        value = HABIT_MEMORY * value + rng.normal(0, np.sqrt(1 - HABIT_MEMORY**2), len(start))
        path[:, quarter] = value
    return path
