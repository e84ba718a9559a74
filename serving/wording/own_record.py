"""A student's own record of this school year beside the student's own past: days missed, and marks by course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from serving.store.cell_types import JsonRow
from serving.wording.letter_marks import MARK_POINTS

RECENT_WEEKS = 4
"""School weeks that are set beside the weeks before them: about 20 school days."""
CORE = ("ela", "math", "science", "social_science")
FIRST_MONTH = 7
"""A school year runs from July 1 to June 30, and is named by the year in which it ends."""


@dataclass(frozen=True)
class DaysMissed:
    """So many of so many school days missed."""

    missed: float = 0.0
    days: int = 0

    @property
    def share(self) -> float:
        """The share of the days missed; 0 without a day."""
        return self.missed / self.days if self.days else 0.0


@dataclass(frozen=True)
class CourseMark:
    """A course's latest mark of this year; `before` is last year's latest mark in the same core subject."""

    course: str
    subject: str
    mark: str
    points: int
    before: str = ""

    @property
    def gain(self) -> int:
        """Letters gained since last year; below 0 for letters lost, 0 without a mark to compare with."""
        return self.points - MARK_POINTS[self.before] if self.before else 0


@dataclass(frozen=True)
class OwnRecord:
    """Days missed this year, in the latest weeks and in those before, and marks; an average is None without marks."""

    year: DaysMissed = DaysMissed()
    recent: DaysMissed = DaysMissed()
    earlier: DaysMissed = DaysMissed()
    courses: tuple[CourseMark, ...] = ()
    average: float | None = None
    average_before: float | None = None

    @property
    def rise_in_absence(self) -> float:
        """By how much the share of days missed is higher in the latest weeks than in those before, 0 to 1."""
        return max(0.0, self.recent.share - self.earlier.share) if self.earlier.days else 0.0

    @property
    def fall_in_marks(self) -> float:
        """By how much the average mark is lower than last year's, as a share of the scale, 0 to 1."""
        if self.average is None or self.average_before is None:
            return 0.0
        return max(0.0, self.average_before - self.average) / max(MARK_POINTS.values())


def own_record(history: Mapping[str, Sequence[JsonRow]], as_of: date) -> OwnRecord:
    """The record of a stored history, as of a date."""
    weeks, this_year = history.get("attendance", ()), school_year_of(as_of)
    marks = [row for row in history.get("marks", ()) if letter_of(row)]
    now = [row for row in marks if row.get("school_year") == this_year]
    past = [row for row in marks if row.get("school_year") == this_year - 1]
    courses = latest_marks(now, past)
    return OwnRecord(
        year=days_missed(weeks),
        recent=days_missed(weeks[-RECENT_WEEKS:]),
        earlier=days_missed(weeks[:-RECENT_WEEKS]),
        courses=courses,
        average=average([one.points for one in courses]),
        average_before=average([MARK_POINTS[letter_of(row)] for row in finals(past)]),
    )


def school_year_of(day: date) -> int:
    """The school year of a day."""
    return day.year + (day.month >= FIRST_MONTH)


def days_missed(weeks: Sequence[JsonRow]) -> DaysMissed:
    """The days of some weeks."""
    missed = sum(float(week["missed"] or 0) for week in weeks)
    return DaysMissed(missed / 100, sum(int(week["days"] or 0) for week in weeks))


def letter_of(row: JsonRow) -> str:
    """The letter of a mark, without its sign; empty for a mark that is no letter."""
    letter = str(row.get("mark") or "").rstrip("+-−")
    return letter if letter in MARK_POINTS else ""


def finals(marks: Sequence[JsonRow]) -> list[JsonRow]:
    """The final marks; all of them where there is none."""
    return [row for row in marks if row.get("mark_kind") == "final"] or list(marks)


def latest_marks(now: Sequence[JsonRow], past: Sequence[JsonRow]) -> tuple[CourseMark, ...]:
    """Each course's latest mark of this year, lowest first."""
    before = latest_by(finals(past), "subject")
    found = latest_by(now, "course_name")
    marks = [
        CourseMark(
            course=name,
            subject=str(row["subject"]),
            mark=letter_of(row),
            points=MARK_POINTS[letter_of(row)],
            before=letter_of(before[str(row["subject"])])
            if row["subject"] in CORE and row["subject"] in before
            else "",
        )
        for name, row in found.items()
    ]
    return tuple(sorted(marks, key=lambda one: (one.points, one.subject not in CORE, one.course)))


def latest_by(marks: Sequence[JsonRow], column: str) -> dict[str, JsonRow]:
    """The mark that became known last, for each value of a column; rows without one are left out."""
    ordered = sorted(marks, key=lambda row: (str(row.get("known_on")), str(row.get("term_id"))))
    return {str(row[column]): row for row in ordered if row.get(column)}


def average(points: Sequence[int]) -> float | None:
    """The average of some marks; None without one."""
    return sum(points) / len(points) if points else None
