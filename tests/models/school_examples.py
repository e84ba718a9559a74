"""Made-up years of a district whose schools differ, in a way that a student's own records show only from week 11 on."""

import numpy as np
import pandas as pd

from models.examples import Examples
from models.feature_dictionary import Entry, FeatureDictionary

DICTIONARY = FeatureDictionary((Entry("absences", more_is="worse", domain="attendance"), Entry("school_week")))
MARKS = 11
"""The school week from which a student's own records tell what the school does."""


def drawn_year(year: int, students: int = 1200, *, seed: int = 0, harder: float = 1.0) -> Examples:
    """A year with a list in weeks 5 and 14; at school "hard" the odds of ending off track are higher by that much."""
    rng = np.random.default_rng([seed, year])
    school = rng.choice(["hard", "mild"], students, p=[0.3, 0.7])
    absences, effect = rng.normal(size=students), harder * (school == "hard")
    label = rng.random(students) < 1 / (1 + np.exp(1.6 - absences - effect))
    twice, week = np.tile(np.arange(students), 2), np.repeat([5, 14], students)
    seen = absences[twice] + effect[twice] * (week >= MARKS)
    return Examples(
        dictionary=DICTIONARY,
        features=pd.DataFrame({"absences": seen, "school_week": week.astype(np.float64)}),
        label=label[twice],
        student=np.array([f"{year} student {number}" for number in twice]),
        time=np.full(2 * students, year),
        school=school[twice],
        week=week,
    )


def rows_of_school(n: int, off_track: int, name: str = "70") -> Examples:
    """A school's students in week 5, so many of whom ended off track."""
    return Examples(
        dictionary=DICTIONARY,
        features=pd.DataFrame({"absences": np.zeros(n), "school_week": np.full(n, 5.0)}),
        label=np.arange(n) < off_track,
        student=np.array([f"{name} student {number}" for number in range(n)]),
        time=np.full(n, 2025),
        school=np.full(n, name),
        week=np.full(n, 5),
    )
