"""The rest of a drawn school year: finals, courses and days that are still to come, found by plain loops.

Made without the way back's own reckoning.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import duckdb
import pandas as pd

from features.language.outcome import Outcome
from features.snapshots.labels import label_outcome
from features.snapshots.outcome_periods import outcome_period
from features.warehouse.reader import Reader

CORE = ("ela", "math", "science", "social_science")
NEW_COURSES = (*((subject, 50) for subject in CORE), ("other", 50), ("other", 500))
Row = dict[str, object]


@dataclass(frozen=True)
class Final:
    """A final that is still to come."""

    course: str
    subject: str
    term: str
    known_on: date
    credit: int
    has_points: bool

    @property
    def is_core(self) -> bool:
        """Whether its course is a core one."""
        return self.subject in CORE


@dataclass(frozen=True)
class Given:
    """The mark that a final gets."""

    final: Final
    letter: str
    points: int

    def row(self, student: str, school: str, school_year: int) -> Row:
        """The mark as a row."""
        passed = self.letter not in ("F", "NP")
        final = self.final
        return {
            "student_key": student, "school_id": school, "school_year": school_year, "term_id": final.term,
            "course_id": final.course, "course_name": final.course, "subject": final.subject, "mark_kind": "final",
            "mark": self.letter, "points_hundredths": self.points if final.has_points else None,
            "credits_attempted_hundredths": final.credit, "credits_earned_hundredths": final.credit * passed,
            "known_on": final.known_on,
        }  # fmt: skip


@dataclass(frozen=True)
class Future:
    """What one student's rest of the year holds."""

    marks: tuple[Given, ...] = ()
    days_missed: int = 0
    suspensions: int = 0


@dataclass(frozen=True)
class Past:
    """A district as it was known on the as-of date, attendance taken on all days to come, and what is left of the year.

    The reader's warehouse holds nothing that became known later.
    """

    reader: Reader
    as_of: date
    outcome: Outcome

    @cached_property
    def period(self) -> tuple[date, date, int, date | None]:
        """The last day that counts, when its records are in, the school year, and the first day of a term to come."""
        period = outcome_period(self.reader, self.outcome, self.as_of)
        assert period is not None
        return period.through, period.known_by, period.school_year, period.term_from

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        return self.reader.connection.execute(sql).fetchall()

    @cached_property
    def terms(self) -> list[tuple[str, date, date]]:
        """Semesters whose finals can still come."""
        through, _, year, term_from = self.period
        found = self.rows(
            f"SELECT DISTINCT term_id, start_date, end_date FROM terms WHERE kind = 'semester' AND school_year = {year}"
        )
        posting = timedelta(days=self.outcome.horizon.posting_days)
        terms = [(str(term), as_day(start), as_day(end)) for term, start, end in found]
        to_come = [one for one in terms if one[2] + posting >= self.as_of]
        return [one for one in to_come if term_from is None or term_from <= one[1] <= through]

    @cached_property
    def finals(self) -> dict[str, list[Final]]:
        """The finals to come of each student who has a course on record."""
        _, _, year, _ = self.period
        lines = self.rows(
            "SELECT student_key, course_id, subject, term_id, mark_kind, mark, points_hundredths, "
            f"credits_attempted_hundredths FROM marks WHERE school_year = {year} ORDER BY ALL"
        )
        of_course = defaultdict(list)
        for line in lines:
            of_course[str(line[0]), str(line[1]), str(line[2])].append(line[3:])
        found = defaultdict[str, list[Final]](list)
        for (student, course, subject), marks in of_course.items():
            found[student] += self.finals_of(course, subject, marks)
        return found

    def finals_of(self, course: str, subject: str, marks: Sequence[Sequence[object]]) -> Iterator[Final]:
        """The finals to come of one course of a student."""
        given = [points for _, _, mark, points, _ in marks if mark is not None]
        has_points = not given or any(points is not None for points in given)
        credit = max(int(str(one)) for *_, one in marks)
        posted = {term for term, kind, *_ in marks if kind == "final"}
        for term, _, end in self.terms:
            if term not in posted:
                yield Final(course, subject, term, max(end, self.as_of + timedelta(days=1)), credit, has_points)

    def finals_to_be(self, student: str) -> list[Final]:
        """The finals that the student gets: those of the courses on record, else those of made-up ones.

        One of these is worth a year's credits: a newcomer may bring some.
        """
        if student in self.finals:
            return self.finals[student]
        return [
            Final(f"new{place}", subject, term, max(end, self.as_of + timedelta(days=1)), credit, has_points=True)
            for place, (subject, credit) in enumerate(NEW_COURSES)
            for term, _, end in self.terms
            if end > self.as_of
        ]

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """School and track of each student."""
        _, _, year, _ = self.period
        found = self.rows(
            f"SELECT student_key, school_id, track FROM enrollments WHERE school_year = {year} "
            f"AND entry_date <= DATE '{self.as_of}' ORDER BY entry_date, known_on"
        )
        return {str(student): (str(school), str(track)) for student, school, track in found}

    @cached_property
    def days(self) -> dict[tuple[str, str], list[date]]:
        """School days to come of each school and track."""
        through = self.period[0]
        found = self.rows(
            f"SELECT DISTINCT school_id, track, date FROM calendar_days WHERE in_session "
            f"AND date > DATE '{self.as_of}' AND date <= DATE '{through}' ORDER BY date"
        )
        days = defaultdict(list)
        for school, track, day in found:
            days[str(school), str(track)].append(as_day(day))
        return days

    @cached_property
    def planned(self) -> set[tuple[str, date]]:
        """Days to come on which a student is known to miss a part already."""
        found = self.rows(f"SELECT student_key, date FROM attendance WHERE date > DATE '{self.as_of}'")
        return {(str(student), as_day(day)) for student, day in found}

    def days_to_come(self, student: str) -> list[date]:
        """The school days to come of a student, those on which nothing is known yet first."""
        return sorted(self.days[self.places[student]], key=lambda day: ((student, day) in self.planned, day))

    def labels(self, futures: Mapping[str, Future]) -> "pd.Series[bool]":
        """How these futures end: off track, or not, or missing."""
        connection = self.reader.connection
        connection.execute("BEGIN")
        try:
            for table, rows in self.records(futures).items():
                append(connection, table, rows)
            return label_outcome(self.reader, self.outcome, self.as_of, observed_on=self.period[1]).off_track
        finally:
            connection.execute("ROLLBACK")

    def records(self, futures: Mapping[str, Future]) -> dict[str, list[Row]]:
        """The rows of every student's future."""
        year, tables = self.period[2], defaultdict[str, list[Row]](list)
        for student, future in futures.items():
            school, days = self.places[student][0], self.days_to_come(student)
            tables["marks"] += [given.row(student, school, year) for given in future.marks]
            tables["attendance"] += [absence(student, school, day) for day in days[: future.days_missed]]
            tables["discipline_actions"] += [
                suspension(student, school, days[place % len(days)], place) for place in range(future.suspensions)
            ]
        return tables


def as_day(value: object) -> date:
    """A date, of whatever DuckDB gives for one."""
    return date.fromisoformat(str(value)[:10])


def absence(student: str, school: str, day: date) -> Row:
    """A whole day missed."""
    return {
        "student_key": student, "school_id": school, "date": day, "section_id": "ahead", "kind": "absent",
        "absent_hundredths": 100, "excused": False, "known_on": day,
    }  # fmt: skip


def suspension(student: str, school: str, day: date, place: int) -> Row:
    """A suspension."""
    return {
        "student_key": student, "school_id": school, "date": day, "incident_id": f"ahead{place}",
        "action": "in_school_suspension", "days_removed_hundredths": 100, "known_on": day,
    }  # fmt: skip


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """More rows in a table."""
    if not rows:
        return
    frame = pd.DataFrame(rows).assign(district_id="north", load_id=9, superseded_by_load=None, withdrawn=False)
    if "points_hundredths" in frame:
        frame["points_hundredths"] = frame["points_hundredths"].astype("Int64")
    frame["superseded_by_load"] = frame["superseded_by_load"].astype("Int64")
    connection.register("to_come", frame)
    connection.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM to_come')
    connection.unregister("to_come")
