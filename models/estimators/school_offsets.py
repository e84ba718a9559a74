"""School offsets: what a school adds to the log odds of its students, beside what their own records say.

Before the first marks a model knows a student by the records of another school. Whether more end off track at the
school of now is known from its earlier years. An offset is part of the calibration and never of the trees, of the risk
and never of the order: it gives no reason, and nobody is listed for the school they are at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.examples import Booleans, Examples, Floats, Integers, Places, Texts

PRIOR_SPREAD = 0.2
"""Standard deviation of the normal prior on an offset, in log odds: a small school leans to the district."""
LEAST_STUDENTS = 30
"""Student years of a school in a part of the year, fewer of which give it no offset."""
MOST_STEPS, PRECISE = 50, 1e-10
"""Newton's steps at most, and the step after which an offset no longer moves."""


@dataclass(frozen=True)
class SchoolOffsets:
    """What is added to the log odds of each school's students, one number for each part of the year.

    `begins` are the school weeks with which the parts after the first begin. A school that is not in `by_school`, and a
    row without a school or a school week, has 0. Raises ValueError where the numbers are not finite or not as many as
    the parts.
    """

    begins: tuple[int, ...] = ()
    by_school: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rising = all(np.diff(self.begins) > 0)
        told = all(len(one) == len(self.begins) + 1 and np.isfinite(one).all() for one in self.by_school.values())
        if not (rising and told):
            raise ValueError(
                "school offsets need rising school weeks, and of each school a finite number for each part"
            )

    def of(self, school: Texts, week: Floats) -> Floats:
        """The offset of each row of these schools and school weeks."""
        nothing = (0.0,) * (len(self.begins) + 1)
        part = np.searchsorted(self.begins, week, side="right") if self.begins else np.zeros(len(week), dtype=np.int64)
        found = np.array(
            [self.by_school.get(name, nothing)[at] for name, at in zip(map(str, school), part, strict=True)]
        )
        return np.where(np.isnan(week), 0.0, found) if len(found) else np.zeros(0)


NO_OFFSETS = SchoolOffsets()
"""Of a model that was fitted without schools, or before there were offsets."""


def offsets_from(values: object) -> SchoolOffsets:
    """The offsets in JSON values; ValueError where they are none."""
    if not isinstance(values, dict) or set(values) != {"begins", "by_school"}:
        raise ValueError("school offsets have exactly: begins, by_school")
    by_school = {str(name): tuple(map(float, told)) for name, told in values["by_school"].items()}
    return SchoolOffsets(tuple(map(int, values["begins"])), by_school)


def fit_school_offsets(log_odds: Floats, examples: Examples, begins: tuple[int, ...]) -> SchoolOffsets:
    """The offsets of these rows' schools, most likely under the prior, none where rows have no school or school week.

    `log_odds` are the calibrated ones of models that did not see the labels. A student's rows of one year count as one
    student within each part of the year.
    """
    if examples.school is None or examples.week is None:
        return NO_OFFSETS
    part = np.searchsorted(begins, examples.week, side="right")
    weight = weight_within(examples, part)
    held = {
        str(name): [np.flatnonzero((examples.school == name) & (part == at)) for at in range(len(begins) + 1)]
        for name in np.unique(examples.school)
    }
    return SchoolOffsets(
        begins,
        {
            name: tuple(offset_of(log_odds, examples.label, weight, places) for places in cells)
            for name, cells in held.items()
        },
    )


def weight_within(examples: Examples, part: Integers) -> Floats:
    """What each row counts: a student's rows of one year within a part of it as much as one student."""
    rows = pd.DataFrame({"student": examples.student, "time": examples.time, "part": part})
    return np.asarray(1 / rows.groupby(["student", "time", "part"])["part"].transform("size"), dtype=np.float64)


def offset_of(log_odds: Floats, label: Booleans, weight: Floats, places: Places) -> float:
    """The offset of some rows, by Newton's method; 0 where too few students stand behind it."""
    odds, ended, counts = log_odds[places], label[places], weight[places]
    if counts.sum() < LEAST_STUDENTS:
        return 0.0
    offset = 0.0
    for _ in range(MOST_STEPS):
        risk = np.exp(-np.logaddexp(0, -odds - offset))
        slope = counts @ (ended - risk) - offset / PRIOR_SPREAD**2
        step = float(slope / (counts @ (risk * (1 - risk)) + 1 / PRIOR_SPREAD**2))
        offset += step
        if abs(step) < PRECISE:
            break
    return offset
