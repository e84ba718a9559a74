"""The language of definitions: what may be asked of a student's records, never as of when.

A definition names records, a window and a measure. Only the engine knows the as-of date, so the same
expression looks back in a feature and forward in an outcome, and none can say "tomorrow".
"""

import operator
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import ClassVar, Literal, Self

Aggregate = Literal["count", "sum", "mean", "share_of_days", "share_of_rows", "distinct", "most", "least"]
Direction = Literal["worse", "better", "none"]
Operator = Literal["<", "<=", ">", ">="]
Domain = Literal["attendance", "grades", "behavior", "mobility"]


@dataclass(frozen=True)
class Window:
    """A part of a school year, seen from the as-of date.

    `years_ago` 0 is the school year of the as-of date, None is that and every one before. `from_days` and `to_days`
    count a student's own school days backwards (0 is the latest one; `to_days` is exclusive, None is the whole year),
    or on from the first one where `from_start`.
    """

    years_ago: int | None = 0
    from_days: int = 0
    to_days: int | None = None
    from_start: bool = False

    def __post_init__(self) -> None:
        if (self.years_ago or 0) < 0 or self.from_days < 0:
            raise ValueError("a window cannot look past the as-of date")
        if self.years_ago is None and (self.from_days or self.to_days is not None):
            raise ValueError("days are counted within one school year")
        if self.to_days is not None and self.to_days <= self.from_days:
            raise ValueError(f"an empty window: days {self.from_days} to {self.to_days}")


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

    def __lt__(self, bound: float) -> "Compare":
        return Compare(self, "<", bound)

    def __le__(self, bound: float) -> "Compare":
        return Compare(self, "<=", bound)

    def __gt__(self, bound: float) -> "Compare":
        return Compare(self, ">", bound)

    def __ge__(self, bound: float) -> "Compare":
        return Compare(self, ">=", bound)


class Condition:
    """A yes or no per student; missing where it cannot be told."""

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
class Compare(Condition):
    """Whether a quantity lies on one side of a bound."""

    quantity: Quantity
    operator: Operator
    bound: float


@dataclass(frozen=True)
class Either(Condition):
    """Whether at least one of two conditions holds."""

    left: Condition
    right: Condition


@dataclass(frozen=True)
class Records:
    """Rows of one canonical table in a window of time."""

    table: str
    window: Window = Window()
    where: tuple[Where, ...] = ()

    def last(self, *, school_days: int, before: int = 0) -> Self:
        """The student's last school days of this school year, ending `before` school days ago."""
        return replace(self, window=Window(0, before, before + school_days))

    def previous_year(self) -> Self:
        """The school year before that of the as-of date."""
        return replace(self, window=Window(years_ago=1))

    def first(self, *, school_days: int) -> Self:
        """The student's first school days of this school year."""
        return replace(self, window=Window(to_days=school_days, from_start=True))

    def ever(self) -> Self:
        """This school year and every one before that is on record."""
        return replace(self, window=Window(years_ago=None))

    def only(self, column: str, *values: str | bool | int) -> Self:
        """Rows whose column holds one of these values."""
        return replace(self, where=(*self.where, Where(column, values)))

    def count(self) -> "Measure":
        """How many rows; 0 for a student who was enrolled and has none."""
        return Measure("count", self)

    def days_since(self) -> "Measure":
        """School days since the latest one; missing where there is none in the window."""
        return Measure("least", self, "days_ago")


@dataclass(frozen=True)
class Measure(Quantity):
    """One number per student from records. Hundredths become units at the last division."""

    aggregate: Aggregate
    records: Records
    column: str = ""
    among: tuple[Where, ...] = ()


@dataclass(frozen=True)
class Attendance(Records):
    """Exceptions to being present."""

    table: str = "attendance"

    def excused(self) -> Self:
        """Excused ones."""
        return self.only("excused", True)

    def unexcused(self) -> Self:
        """Unexcused ones."""
        return self.only("excused", False)

    def tardies(self) -> Self:
        """Late arrivals."""
        return self.only("kind", "tardy")

    def partial(self) -> Self:
        """Parts of days missed."""
        return self.only("kind", "partial")

    def share_absent(self) -> Measure:
        """Days missed over school days enrolled on which attendance was taken (0-1)."""
        return Measure("share_of_days", self, "absent_hundredths")

    def days_absent(self) -> Measure:
        """Days missed."""
        return Measure("sum", self, "absent_hundredths")

    def share_at_edge_of_week(self) -> Measure:
        """Share of absences on a Monday or a Friday (0-1); missing where there was none."""
        missed = self.only("kind", "absent", "partial")
        return Measure("share_of_rows", missed.only("edge_of_week", True), among=missed.where)

    def longest_run(self) -> Measure:
        """The most school days missed one after the other."""
        return Measure("most", self, "run_days")

    def current_run(self) -> Measure:
        """School days missed one after the other up to the latest one: days since the student was last there."""
        return Measure("most", self.only("in_current_run", True), "run_days")


@dataclass(frozen=True)
class Marks(Records):
    """Marks of courses. A mark that was not given is missing, not an F."""

    table: str = "marks"

    def core(self) -> Self:
        """English, math, science and social science."""
        return self.only("subject", "ela", "math", "science", "social_science")

    def subject(self, subject: str) -> Self:
        """One subject area."""
        return self.only("subject", subject)

    def final(self) -> Self:
        """Final marks, from which credit follows."""
        return self.only("mark_kind", "final")

    def latest(self) -> Self:
        """The latest mark of each course."""
        return self.only("is_latest", True)

    def failing(self) -> Measure:
        """How many F or no-pass marks; missing where no mark was given."""
        return Measure("count", self.only("mark", "F", "NP"), among=self.where)

    def unrecovered(self) -> Self:
        """Those whose course the student has not passed since."""
        return self.only("is_recovered", False)

    def share_low(self) -> Measure:
        """Share of marks that are D, F or no pass (0-1)."""
        return Measure("share_of_rows", self.only("mark", "D", "F", "NP"), among=self.where)

    def gpa(self) -> Measure:
        """Mean grade points on the 4-point scale."""
        return Measure("mean", self, "points_hundredths")

    def credits_earned(self) -> Measure:
        """Credits earned."""
        return Measure("sum", self, "credits_earned_hundredths")


@dataclass(frozen=True)
class Incidents(Records):
    """Behavior incidents."""

    table: str = "incidents"

    def major(self) -> Self:
        """Serious ones."""
        return self.only("severity", "major")


@dataclass(frozen=True)
class DisciplineActions(Records):
    """What followed incidents."""

    table: str = "discipline_actions"

    def days_removed(self) -> Measure:
        """School days taken away."""
        return Measure("sum", self, "days_removed_hundredths")


@dataclass(frozen=True)
class Enrollments(Records):
    """Spells of enrollment."""

    table: str = "enrollments"

    def schools(self) -> Measure:
        """How many different schools."""
        return Measure("distinct", self, "school_id")

    def repeated_years(self) -> Measure:
        """School years in a grade in which the student had been before."""
        return Measure("distinct", self.only("repeats_grade", True), "school_year")

    def days_late(self) -> Measure:
        """School days of the year before the student's first one."""
        return Measure("least", self, "days_before")


attendance = Attendance()
marks = Marks()
incidents = Incidents()
discipline = DisciplineActions()
enrollments = Enrollments()


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
