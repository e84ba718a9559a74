"""Futures that do exactly what a way back asks, or break one step of it: the records of the rest of a school year.

Made without the way back's own reckoning: what is left of the year is found here again, by plain loops.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from math import ceil

import duckdb
import pandas as pd

from features.language.outcome import Outcome
from features.snapshots.labels import label_outcome, outcome_period
from features.warehouse.reader import Reader
from features.way_back.way_back import WayBack, WayBackStep

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


def worst(past: Past, student: str) -> Future:
    """Nothing passed, no day there, suspended every day."""
    marks = tuple(Given(final, "F" if final.has_points else "NP", 0) for final in past.finals_to_be(student))
    days = len(past.days_to_come(student))
    return Future(marks, days, days)


def best(past: Past, student: str) -> Future:
    """Straight As, every day there."""
    return Future(tuple(Given(final, "A" if final.has_points else "P", 400) for final in past.finals_to_be(student)))


def asked(past: Past, student: str, way: WayBack, broken: str = "") -> Future:
    """Exactly what the steps ask and no more, but for one that is broken by the least there is."""
    steps = {step.code: step for step in way.steps}
    finals = past.finals_to_be(student)
    days = past.days_to_come(student)
    of_days = steps.get("absences_at_most") or steps.get("unexcused_at_most")
    missed = limit(of_days, "days", broken, otherwise=len(days))
    suspended = limit(steps.get("no_suspension"), "may", broken, otherwise=len(days))
    if any("gpa" in name for name in past.outcome.thresholds):
        return Future(tuple(with_points(finals, steps, broken)), missed, suspended)
    return Future(tuple(with_passes(finals, steps, broken)), missed, suspended)


def limit(step: WayBackStep | None, name: str, broken: str, *, otherwise: int) -> int:
    """As many as a step allows, or one more; as many as can be where there is no such step."""
    return otherwise if step is None else int(step.values[name]) + (broken == step.code)


def with_points(finals: list[Final], steps: Mapping[str, WayBackStep], broken: str) -> Iterator[Given]:
    """Marks whose points come to what the average asks; a D only where that is what is broken."""
    pointed = [final for final in finals if final.has_points]
    total = points_asked(steps.get("average"), len(pointed)) - (broken == "average")
    each, more = divmod(total, max(len(pointed), 1))
    points = {id(final): each + (place < more) for place, final in enumerate(pointed)}
    low = {code.removeprefix("no_df_") for code in [broken] if code.startswith("no_df_")}
    for final in finals:
        letter = "D" if final.subject in low else "C" if final.subject in ("ela", "math") else "F"
        low -= {final.subject}
        yield Given(final, letter if final.has_points else "P", points.get(id(final), 0))


def points_asked(step: WayBackStep | None, marks: int) -> int:
    """The hundredths of points that all marks to come must have together."""
    if step is None:
        return 0
    if "points" in step.values:
        return round(100 * step.values["points"])
    return ceil(round(100 * step.values["least"] * marks, 6))


def with_passes(finals: list[Final], steps: Mapping[str, WayBackStep], broken: str) -> Iterator[Given]:
    """Marks of which as few pass as the steps allow: as few credits as can be, and then as few core courses."""
    groups = defaultdict[tuple[bool, int], list[Final]](list)
    for final in finals:
        groups[final.is_core, final.credit].append(final)
    passes = chosen(groups, steps, broken)
    for key, group in groups.items():
        for place, final in enumerate(group):
            passed = place < passes[key]
            letter = ("C" if passed else "F") if final.has_points else ("P" if passed else "NP")
            yield Given(final, letter, 200 * passed)


Groups = Mapping[tuple[bool, int], Sequence[Final]]


def chosen(groups: Groups, steps: Mapping[str, WayBackStep], broken: str) -> Mapping[tuple[bool, int], int]:
    """How many pass of each group of finals alike."""
    core = sum(len(group) for (is_core, _), group in groups.items() if is_core)
    least_core = core - int(steps["pass_core"].values["may"]) if "pass_core" in steps else 0
    need = round(100 * steps["earn_credits"].values["credits"]) if "earn_credits" in steps else 0
    ways = [dict(zip(groups, counts, strict=True)) for counts in product(*(range(len(g) + 1) for g in groups.values()))]
    told = [(sum(n * credit for (_, credit), n in way.items()), cores(way), way) for way in ways]
    if broken == "pass_core":
        return max((one for one in told if one[1] == least_core - 1), key=lambda one: one[:2])[2]
    if broken == "earn_credits":
        return max((one for one in told if one[0] < need), key=lambda one: one[:2])[2]
    return min((one for one in told if one[0] >= need and one[1] >= least_core), key=lambda one: one[:2])[2]


def cores(way: Mapping[tuple[bool, int], int]) -> int:
    """How many core finals pass."""
    return sum(count for (is_core, _), count in way.items() if is_core)


def broken_promises(past: Past, ways: Mapping[str, WayBack]) -> list[str]:
    """Every student, as `student: state, step`, whose label is another one than the way back says; none if exact.

    Who does exactly what is asked ends on track, and off track with one step less; whom nothing can bring back ends off
    track with straight As, and who has met the rule on track whatever comes.
    """
    made = {"reachable": asked, "not_reachable": lambda past, key, _: best(past, key)}
    kept = {
        key: made[way.state](past, key, way) if way.state in made else worst(past, key) for key, way in ways.items()
    }
    found = past.labels(kept)
    wrong = [
        f"{key}: {way.state}" for key, way in ways.items() if not told_as(found[key], off=way.state == "not_reachable")
    ]
    for code in sorted({step.code for way in reachable(ways) for step in way.steps}):
        some = {key: way for key, way in ways.items() if way.state == "reachable" and code in codes(way)}
        found = past.labels({key: asked(past, key, way, code) for key, way in some.items()})
        wrong += [f"{key}: without {code}" for key in some if not told_as(found[key], off=True)]
    return wrong


def told_as(label: object, *, off: bool) -> bool:
    """Whether a label says just that; one that is missing does not."""
    return label is not pd.NA and bool(label) is off


def reachable(ways: Mapping[str, WayBack]) -> Iterable[WayBack]:
    """The ways that can still be gone."""
    return (way for way in ways.values() if way.state == "reachable")


def codes(way: WayBack) -> set[str]:
    """The codes of its steps."""
    return {step.code for step in way.steps}
