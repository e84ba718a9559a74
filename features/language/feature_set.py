"""The language of definitions: what may be asked of a student's records, never as of when.

A definition names records, a window and a measure. Only the engine knows the as-of date, so the same
expression looks back in a feature and forward in an outcome, and none can say "tomorrow".
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, Literal

from features.language.cohorts import Cohort, enrolled
from features.language.outcome import Horizon, Outcome, end_of_next_term, end_of_year, months_later
from features.language.quantities import (
    Condition,
    Held,
    Judged,
    OfSchool,
    Quantity,
    Schoolmates,
    SchoolWeek,
    Threshold,
    slope,
    threshold,
)
from features.language.records import (
    attendance,
    completions,
    discipline,
    enrollments,
    incidents,
    marks,
    marks_not_given,
)

__all__ = [
    "Bands", "Cohort", "Condition", "Feature", "FeatureSet", "Held", "Horizon", "Indicator", "Judged", "OfSchool",
    "Outcome", "SchoolWeek", "Schoolmates", "Sign", "Strength", "Threshold", "attendance", "completions", "discipline",
    "end_of_next_term", "end_of_year", "enrolled", "enrollments", "incidents", "marks", "marks_not_given",
    "months_later", "published_rule", "slope", "threshold",
]  # fmt: skip

Direction = Literal["worse", "better", "none"]
Domain = Literal["attendance", "grades", "behavior", "mobility"]
COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Strength:
    """From which value on a feature speaks for a student, and in which words.

    `words` is a format string over the value, and over `rest`, which is 1 less the value.
    """

    words: str
    operator: Literal[">", ">=", "<", "<="]
    bound: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "bound", float(self.bound))  # 0 and 0.0 are written alike into a bundle

    def met_by(self, value: float) -> bool:
        """Whether a value speaks for the student; never one that is missing."""
        return COMPARED[self.operator](value, self.bound)


@dataclass(frozen=True)
class Feature:
    """A quantity, the sentence that a counselor reads, and which way it points.

    `because` is a format string over the value, and `one` its singular, for a value of 1. `more_is` is also the
    model's monotone constraint. Features of one `concept` say the same thing, and are one reason together. `strength`
    says when the value speaks for the student. `is_context` is what a student does not own, such as the school's own
    absence rate: kept apart, never a reason. One with a `concept` and no `because` is never a reason either.
    """

    quantity: Quantity
    because: str
    more_is: Direction = "none"
    domain: Domain = "attendance"
    can_change: bool = True
    is_context: bool = False
    concept: str = ""
    one: str = ""
    strength: Strength | None = None


def served_name(feature_set: str, rule: str) -> str:
    """What a feature set is called where another of its rules serves."""
    return f"{feature_set} by {rule}"


def unruled_name(name: str) -> str:
    """What a feature set is called whichever of its rules serves."""
    return name.partition(" by ")[0]


class FeatureSet:
    """Features of one cohort. Subclasses list them as class attributes."""

    name: ClassVar[str]
    cohort: ClassVar[Cohort]
    indicator: ClassVar["Indicator | None"] = None
    peers: ClassVar[tuple["Indicator", ...]] = ()
    """Other published rules that fit the cohort: one that is shown to find more, and has reasons, may serve."""

    @classmethod
    def ruled_by(cls, rule: "Indicator") -> "type[FeatureSet]":
        """The same features with one of the other rules as the one that serves; it is called after both."""
        others = tuple(one for one in (cls.indicator, *cls.peers) if one and one is not rule)
        own = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
        named = {"name": served_name(cls.name, rule.name), "indicator": rule, "peers": others}
        return type(cls.__name__, cls.__bases__, {**own, **named})

    @classmethod
    def rule_alone(cls) -> "type[FeatureSet]":
        """The rule that serves with the features that say in words what it counts: all that a list by it needs."""
        told = {sign.feature for sign in cls.indicator.reasons} if cls.indicator else set()
        own = {name: feature for name, feature in cls.features().items() if name in told}
        named = {"name": cls.name, "cohort": cls.cohort, "indicator": cls.indicator, "__module__": cls.__module__}
        return type(f"{cls.__name__}Rule", (FeatureSet,), {**named, **own})

    @classmethod
    def features(cls) -> dict[str, Feature]:
        """What is the student's own by name, in the order of definition: that of its bases first."""
        return {name: feature for name, feature in cls.defined().items() if not feature.is_context}

    @classmethod
    def context(cls) -> dict[str, Feature]:
        """What is known about the student's school and company: for telling a school's part from a student's."""
        return {name: feature for name, feature in cls.defined().items() if feature.is_context}

    @classmethod
    def defined(cls) -> dict[str, Feature]:
        """Features and context by name, in the order of definition."""
        parts = [vars(base) for base in (*cls.__bases__, cls)]
        return {name: value for part in parts for name, value in part.items() if isinstance(value, Feature)}


@dataclass(frozen=True)
class Sign:
    """A feature that says in words what a rule counts, and from where on; `each` unit is a signal of its own."""

    feature: str
    operator: Literal[">", ">=", "<", "<="] = ">"
    bound: float = 0.0
    each: bool = False

    def met_by(self, value: float) -> bool:
        """Whether the rule counts a student of that value; never one that is missing."""
        return COMPARED[self.operator](value, self.bound)


@dataclass(frozen=True)
class Indicator:
    """A published rule on what is known so far.

    `signals` counts what the rule holds against the student (the ranking); `flagged` is the rule itself.
    `reasons` are the features that say in words what was counted. `called` is what people call the rule.
    """

    name: str
    says: str
    signals: Quantity
    flagged: Condition
    reasons: tuple[Sign, ...]
    source: str
    called: str = ""


def published_rule(
    name: str,
    says: str,
    *signs: Condition,
    source: str,
    judged_if: Condition | None = None,
    reasons: tuple[Sign, ...] = (),
    untold: float | None = None,
    called: str = "",
) -> Indicator:
    """A rule that flags a student with one or more of some signs, and counts them.

    It says nothing of students for whom `judged_if` does not hold, and counts nobody of whom a sign cannot be told,
    unless it takes that for `untold`.
    """
    flagged = reduce(operator.or_, signs)
    signals = reduce(operator.add, (Held(sign, untold) for sign in signs))
    return Indicator(
        name=name,
        says=says,
        signals=signals,
        flagged=flagged if judged_if is None else Judged(flagged, judged_if),
        reasons=reasons,
        source=source,
        called=called,
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
