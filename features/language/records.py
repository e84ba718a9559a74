"""The words of a definition: which of a student's records, in which window, measured how."""

from dataclasses import dataclass, replace
from typing import Self

from features.language.quantities import EVER, THIS_YEAR, Aggregate, Quantity, Where, Window


@dataclass(frozen=True)
class Records:
    """Rows of one canonical table in a window of time."""

    table: str
    window: Window = THIS_YEAR
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

    def this_term(self) -> Self:
        """Since the marking term of the as-of date began."""
        return replace(self, window=Window(this_term=True))

    def earlier_years(self) -> Self:
        """Every school year on record before that of the as-of date."""
        return replace(self, window=Window(years_ago=None, earlier_only=True))

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

    def days_since_first(self) -> "Measure":
        """School days since the first one in the window; missing where there is none."""
        return Measure("furthest", self, "days_ago")


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

    def cuts(self) -> Self:
        """Classes missed on a day of which the student was there for a part; needs attendance by section."""
        return self.only("is_cut", True)

    def days_expected(self) -> Measure:
        """School days enrolled on which attendance was taken."""
        return Measure("days", self)

    def share_at_edge_of_week(self) -> Measure:
        """Share of absences on a Monday or a Friday (0-1); missing where there was none."""
        missed = self.only("kind", "absent", "partial")
        return Measure("share_of_rows", missed.only("edge_of_week", True), among=missed.where)

    def longest_run(self) -> Measure:
        """The most school days missed one after the other."""
        return Measure("most", replace(self, table="days_missed"), "run_days")

    def current_run(self) -> Measure:
        """School days missed one after the other up to the latest one: days since the student was last there."""
        missed = replace(self, table="days_missed")
        return Measure("most", missed.only("in_current_run", True), "run_days")


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

    def regular(self) -> Self:
        """Those of no summer term."""
        return self.only("is_summer", False)

    def high_school(self) -> Self:
        """Those of grades 9 to 12."""
        return self.only("grade_level", 9, 10, 11, 12)

    def of_term(self, *, ago: int = 0) -> Self:
        """Final marks of the latest term that has any, or of one so many such terms before it."""
        return self.final().only("terms_ago", ago)

    def latest(self) -> Self:
        """The latest mark of each course of this school year."""
        if self.window != THIS_YEAR:
            raise ValueError("the latest marks are those of this school year")
        return replace(self, table="latest_marks")

    def failing(self) -> Measure:
        """How many F or no-pass marks; missing where no mark was given."""
        return Measure("count", self.only("mark", "F", "NP"), among=self.where)

    def unrecovered(self) -> Self:
        """Those whose course the student has not passed since."""
        return self.only("is_recovered", False)

    def share_low(self) -> Measure:
        """Share of marks that are D, F or no pass (0-1)."""
        return Measure("share_of_rows", self.only("mark", "D", "F", "NP"), among=self.where)

    def low(self) -> Measure:
        """How many are D, F or no pass; missing where no mark was given."""
        return Measure("count", self.only("mark", "D", "F", "NP"), among=self.where)

    def gpa(self) -> Measure:
        """Mean grade points on the 4-point scale."""
        return Measure("mean", self, "points_hundredths")

    def credits_earned(self) -> Measure:
        """Credits earned."""
        return Measure("sum", self, "credits_earned_hundredths")

    def a_g_credits(self) -> Measure:
        """Credits of courses of the A-G requirements with a C or better; missing where no mark was given."""
        met = self.only("a_g", *"abcdefg").only("mark", "A", "B", "C", "P")
        return Measure("sum", met, "credits_earned_hundredths", among=self.where)

    def credits_attempted(self) -> Measure:
        """Credits tried for."""
        return Measure("sum", self, "credits_attempted_hundredths")


@dataclass(frozen=True)
class MarksNotGiven(Records):
    """Courses with a line on the report, and no mark in it. Not an F."""

    table: str = "marks_not_given"


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

    def out_of_school(self) -> Self:
        """Suspension out of school, and expulsion."""
        return self.only("action", "out_of_school_suspension", "expulsion")

    def in_school(self) -> Self:
        """Suspension within school."""
        return self.only("action", "in_school_suspension")

    def suspensions(self) -> Self:
        """Suspension in or out of school, and expulsion."""
        return self.only("action", "in_school_suspension", "out_of_school_suspension", "expulsion")

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

    def in_grades(self, *grade_levels: int) -> Self:
        """Spells in one of these grades."""
        return self.only("grade_level", *grade_levels)

    def last_ended(self, *exit_kinds: str) -> Measure:
        """1 where the student's last spell of all ended like that, else 0."""
        return self.ever().only("is_last", True).only("exit_kind", *exit_kinds).count()

    def school_years(self) -> Measure:
        """How many different school years."""
        return Measure("distinct", self, "school_year")

    def new_school(self) -> Measure:
        """Schools of the window in which the student had not been in an earlier year."""
        return Measure("distinct", self.only("is_new_school", True), "school_id")

    def repeated_years(self) -> Measure:
        """School years in a grade in which the student had been before."""
        return Measure("distinct", self.only("repeats_grade", True), "school_year")

    def days_late(self) -> Measure:
        """School days of the year before the student's first one."""
        return Measure("least", self, "days_before")


@dataclass(frozen=True)
class Completions(Records):
    """Diplomas and other ways of finishing, in every year on record."""

    table: str = "completions"
    window: Window = EVER

    def diplomas(self) -> Self:
        """Diplomas only."""
        return self.only("kind", "diploma")


attendance = Attendance()
marks = Marks()
incidents = Incidents()
discipline = DisciplineActions()
enrollments = Enrollments()
completions = Completions()
marks_not_given = MarksNotGiven()
