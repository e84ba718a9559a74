"""The language of definitions: what may be asked of a student's records, never as of when.

A definition names records, a window and a measure. Only the engine knows the as-of date, so the same
expression looks back in a feature and forward in an outcome, and none can say "tomorrow".
"""

import operator
from dataclasses import dataclass, field
from functools import reduce
from typing import ClassVar, Literal

from features.quantities import Condition, Held, Judged, Quantity, slope
from features.records import attendance, discipline, enrollments, incidents, marks, marks_not_given

__all__ = [
    "Bands", "Cohort", "Feature", "FeatureSet", "Held", "Indicator", "Judged", "Outcome", "attendance", "discipline",
    "enrolled", "enrollments", "incidents", "marks", "marks_not_given", "published", "slope",
]  # fmt: skip

Direction = Literal["worse", "better", "none"]
Domain = Literal["attendance", "grades", "behavior", "mobility"]


@dataclass(frozen=True)
class Cohort:
    """Students enrolled in one of some grades on the as-of date, first-time ones only where so said."""

    grade_levels: tuple[int, ...]
    first_time: bool = False


def enrolled(*grade_levels: int, first_time: bool = False) -> Cohort:
    """The students enrolled in one of these grades on the as-of date."""
    return Cohort(grade_levels, first_time)


@dataclass(frozen=True)
class Feature:
    """A quantity, the sentence that a counselor reads, and which way it points.

    `because` is a format string over the value. `more_is` is also the model's monotone constraint.
    """

    quantity: Quantity
    because: str
    more_is: Direction = "none"
    domain: Domain = "attendance"
    can_change: bool = True


class FeatureSet:
    """Features of one cohort. Subclasses list them as class attributes."""

    name: ClassVar[str]
    cohort: ClassVar[Cohort]
    indicator: ClassVar["Indicator | None"] = None

    @classmethod
    def features(cls) -> dict[str, Feature]:
        """The features by name, in the order of definition: those of its bases first, in the order of these."""
        parts = [vars(base) for base in (*cls.__bases__, cls)]
        return {name: value for part in parts for name, value in part.items() if isinstance(value, Feature)}


@dataclass(frozen=True)
class Indicator:
    """A published rule on what is known so far.

    `signals` counts what the rule holds against the student (the ranking); `flagged` is the rule itself.
    `reasons` names the features that say in words what was counted.
    """

    name: str
    says: str
    signals: Quantity
    flagged: Condition
    reasons: tuple[str, ...]
    source: str


def published(
    name: str,
    says: str,
    *signs: Condition,
    source: str,
    judged_if: Condition | None = None,
    reasons: tuple[str, ...] = (),
) -> Indicator:
    """A rule that flags a student with one or more of some signs, and counts them.

    It says nothing of students for whom `judged_if` does not hold.
    """
    flagged = reduce(operator.or_, signs)
    signals = reduce(operator.add, (Held(sign) for sign in signs))
    return Indicator(
        name=name,
        says=says,
        signals=signals,
        flagged=flagged if judged_if is None else Judged(flagged, judged_if),
        reasons=reasons,
        source=source,
    )


@dataclass(frozen=True)
class Bands:
    """A quantity cut at published bounds: a student at a bound belongs to the band that begins there."""

    name: str
    says: str
    quantity: Quantity
    bounds: tuple[float, ...]
    names: tuple[str, ...]
    source: str

    @property
    def number(self) -> Quantity:
        """The place of the student's band in `names`, from 0."""
        return reduce(operator.add, (Held(self.quantity >= bound) for bound in self.bounds))


@dataclass(frozen=True)
class Outcome:
    """What a student may end as by a horizon, and for whom it can be said.

    The horizon is `posting_days` after the last school day of the as-of date's school year: by then the
    final marks are in. A label is missing while it is unfinished and for students who went elsewhere.
    """

    name: str
    says: str
    source: str
    cohort: Cohort
    off_track: Condition
    posting_days: int = 30
    censored_exits: tuple[str, ...] = ("transferred", "deceased", "unknown")
    grade_band: str = field(default="9", kw_only=True)
