"""Queries for a caseload: whom a person sees, filtered, searched and in order."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, NamedTuple

from sqlalchemy import ColumnElement, Select, String, Subquery, and_, cast, exists, func, or_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from serving.access.authorize import Educator, Subject, visible_students
from serving.pages.caseload_filter import CaseloadFilter
from serving.pages.last_contacts import latest_contacts
from serving.signal_words import SignalCache
from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.statements import Values, rows_of, statement
from serving.store.support_rows import PlanRow
from serving.student_groups import GroupCache, Groups, StudentGroup


class StudentScore(NamedTuple):
    """What a line says of a student and of the score, besides the score's words; all None of who has no score."""

    student_key: str
    student_id: str
    first_name: str
    last_name: str
    grade_level: int
    school_id: str
    run_id: str | None
    band: str | None
    flagged: bool | None
    at_random: bool | None


LineSelect = Select[str, str, str, str, int, str, str | None, str | None, bool | None, bool | None]
LINE_COLUMNS = (
    StudentRow.student_key, StudentRow.student_id, StudentRow.first_name, StudentRow.last_name, StudentRow.grade_level,
    StudentRow.school_id, ScoreRow.run_id, ScoreRow.band, ScoreRow.flagged, ScoreRow.at_random,
)  # fmt: skip
"""The same as columns; the words of a score are kept, and the rest of it is large and stays where it is."""


def student_lines(session: Session, asked: tuple[LineSelect, Values]) -> list[StudentScore]:
    """What lines say of the students of a query."""
    return [StudentScore(*row) for row in rows_of(session, asked)]


@dataclass(frozen=True)
class CaseloadScope:
    """Whose students are asked for, in the runs of which list, and from when on a contact is of this school year.

    `signals` keeps the words of scores, `groups` counts.
    """

    subject: Subject
    runs: Sequence[RunRow]
    year_began: date
    today: date
    signals: SignalCache
    groups: GroupCache = field(default_factory=GroupCache)

    @property
    def staff_id(self) -> str:
        """Who asks; empty for a program."""
        return self.subject.staff_id if isinstance(self.subject, Educator) else ""

    def run_ids(self, outcome: str = "") -> list[str]:
        """The runs, of one outcome where it is named."""
        return [run.run_id for run in self.runs if outcome in ("", run.outcome)]


def select_scored(subject: Subject, runs: list[str], outcome: str = "") -> Select[StudentRow, ScoreRow]:
    """The subject's students with their most urgent score in some runs; of one outcome, with that of it."""
    of_student = (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key)
    found = visible_students(subject).join(ScoreRow, of_student).where(ScoreRow.run_id.in_(runs)).add_columns(ScoreRow)
    return found if outcome else found.where(ScoreRow.place.is_not(None))


def select_other(subject: Subject, runs: list[str], outcome: str = "") -> Select[StudentRow, ScoreRow]:
    """The subject's students whom no list is about, as who repeats a grade of which first-timers alone are judged."""
    of_student = (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key)
    placed = [] if outcome else [ScoreRow.place.is_not(None)]
    found = visible_students(subject).outerjoin(ScoreRow, and_(of_student, ScoreRow.run_id.in_(runs), *placed))
    return found.where(ScoreRow.student_key.is_(None)).add_columns(ScoreRow)


def count_visible(session: Session, subject: Subject) -> int:
    """How many students a subject sees, on a list or not."""
    return session.scalar(*select_visible_count(subject)) or 0


@statement
def select_visible_count(subject: Subject) -> Select[int]:
    """The query for it."""
    return visible_students(subject).with_only_columns(func.count())


@statement
def select_found(subject: Subject, runs: list[str], students: list[str]) -> LineSelect:
    """Some of the subject's students by key, with their most urgent score where they have one."""
    of_student = and_(
        ScoreRow.district_id == StudentRow.district_id,
        ScoreRow.student_key == StudentRow.student_key,
        ScoreRow.place.is_not(None),
        ScoreRow.run_id.in_(runs),
    )
    found = visible_students(subject).outerjoin(ScoreRow, of_student)
    return found.where(StudentRow.student_key.in_(students)).with_only_columns(*LINE_COLUMNS)


@dataclass(frozen=True)
class FilteredStudents:
    """The students whom a filter leaves of a scope; its page does not count."""

    VALUES: ClassVar = ("subject", "runs", "staff_id", "year_began", "today")

    asked: CaseloadFilter
    subject: Subject
    runs: list[str]
    staff_id: str
    year_began: date
    today: date


def filtered_students(scope: CaseloadScope, asked: CaseloadFilter) -> FilteredStudents:
    """The students whom a filter leaves."""
    runs = scope.run_ids(asked.outcome)
    return FilteredStudents(asked.of_page(1), scope.subject, runs, scope.staff_id, scope.year_began, scope.today)


@statement
def select_page(of: FilteredStudents, first: int, most: int | None) -> LineSelect:
    """So many of the students whom a filter leaves, in its order, of scores only what a line needs; all for None."""
    contacts = latest_contacts(of.subject.district_id)
    found = select_filtered(of, contacts).order_by(*order_of(of.asked, contacts)).with_only_columns(*LINE_COLUMNS)
    return found if most is None else found.offset(first).limit(most)


@statement
def select_count(of: FilteredStudents) -> Select[int]:
    """How many students a filter leaves."""
    found = select_filtered(of, latest_contacts(of.subject.district_id))
    return found.with_only_columns(func.count())


def select_filtered(of: FilteredStudents, contacts: Subquery) -> Select[StudentRow, ScoreRow]:
    """The students whom a filter leaves; last contacts are looked for only where it asks of them."""
    select_base = select_other if of.asked.show == "other" else select_scored
    found = select_base(of.subject, of.runs, of.asked.outcome)
    if of.asked.contact or of.asked.sort == "contact":
        found = found.outerjoin(contacts, contacts.c.student_key == StudentRow.student_key)
    return found.where(*conditions(of, contacts))


def conditions(of: FilteredStudents, contacts: Subquery) -> list[SQLCoreOperations[bool]]:
    """What a filter asks of a student."""
    asked = of.asked
    asks = (
        (asked.show == "week", ScoreRow.flagged),
        (asked.school, StudentRow.school_id == asked.school),
        (asked.grade, StudentRow.grade_level == int(asked.grade or 0)),
        (asked.band, ScoreRow.band == asked.band),
        (asked.contact == "none", or_(contacts.c.day.is_(None), contacts.c.day < of.year_began)),
        (asked.plan == "due", running_plan(of.today)),
        (asked.plan == "none", ~running_plan()),
        (asked.responsible == "me", responsible_person(of.staff_id)),
        (asked.responsible == "nobody", ~responsible_person()),
    )
    return [condition for wanted, condition in asks if wanted]


def running_plan(due_by: date | None = None) -> ColumnElement[bool]:
    """Whether a student has a plan that runs, and is to be decided on by a day where one is named."""
    return exists().where(
        PlanRow.district_id == StudentRow.district_id,
        PlanRow.student_key == StudentRow.student_key,
        PlanRow.ended_on.is_(None),
        *([PlanRow.planned_end <= due_by] if due_by is not None else []),
    )


def responsible_person(staff_id: str | None = None) -> ColumnElement[bool]:
    """Whether somebody is responsible for a student; where one is named, that person."""
    return exists().where(
        ResponsibleRow.district_id == StudentRow.district_id,
        ResponsibleRow.student_key == StudentRow.student_key,
        *([ResponsibleRow.staff_id == staff_id] if staff_id is not None else []),
    )


def order_of(asked: CaseloadFilter, contacts: Subquery) -> tuple[SQLCoreOperations[object], ...]:
    """The order that a filter asks for; students who are alike in it stand in the order of the list."""
    by_name = (StudentRow.last_name, StudentRow.first_name)
    moved = ScoreRow.risk - ScoreRow.previous_risk
    first = {
        "list": (),
        "name": by_name,
        "change": (moved.is_(None), moved.desc()),
        "contact": (contacts.c.day.is_not(None), contacts.c.day),
    }[asked.sort]
    place = ScoreRow.list_position if asked.outcome else ScoreRow.place
    unplaced = () if asked.show == "week" else (place.is_(None),)  # who is listed has a place: an index has the order
    return (*first, *unplaced, place, *by_name, StudentRow.student_key)


def student_groups(session: Session, scope: CaseloadScope) -> Groups:
    """The subject's students on the list, counted once for all that stands above it."""
    subject = scope.subject
    if not isinstance(subject, Educator) or subject.role != "counselor":
        return count_groups(session, scope)
    lists = tuple((run.district_id, run.run_id, run.created_at) for run in scope.runs)
    return scope.groups.of((lists, digest_of_students(session, subject)), lambda: count_groups(session, scope))


def count_groups(session: Session, scope: CaseloadScope) -> Groups:
    """The same, counted."""
    return tuple(StudentGroup(*row) for row in rows_of(session, select_groups(scope.subject, scope.run_ids())))


def digest_of_students(session: Session, subject: Subject) -> bytes:
    """A digest of the keys of the students whom a subject sees."""
    ((keys,),) = rows_of(session, select_keys(subject))
    return hashlib.sha256((keys or "").encode()).digest()


@statement
def select_keys(subject: Subject) -> Select[str | None]:
    """The keys as one text: to make a value of each takes longer than to find it."""
    return visible_students(subject).with_only_columns(func.aggregate_strings(StudentRow.student_key, "\n"))


@statement
def select_groups(subject: Subject, runs: list[str]) -> Select[str, int, str, int, int, int]:
    """The query for them."""
    by = (StudentRow.school_id, StudentRow.grade_level, ScoreRow.run_id)
    counted = (func.count(), func.count().filter(ScoreRow.flagged), func.count().filter(ScoreRow.risk.is_(None)))
    return select_scored(subject, runs).with_only_columns(*by, *counted).group_by(*by)


def list_track_records(session: Session, scope: CaseloadScope) -> list[tuple[str, str, str | None]]:
    """Each band, run and track record (as JSON) of the subject's listed students, every one once."""
    return [
        (band, run, record)
        for band, run, record in rows_of(session, select_track_records(scope.subject, scope.run_ids()))
    ]


@statement
def select_track_records(subject: Subject, runs: list[str]) -> Select[str, str, str | None]:
    """The query for them."""
    listed = select_scored(subject, runs).where(ScoreRow.flagged, ScoreRow.at_random.is_not(True))
    columns = (ScoreRow.band, ScoreRow.run_id, cast(ScoreRow.track_record, String))
    return listed.with_only_columns(*columns).distinct()
