"""A counselor's students on a list, read once: who they are, in the order of the list, and what is counted of them.

They are a few hundred. To count them and to find the fifty of a page were two questions that each looked them all up.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from serving.access.authorize import Educator, Subject
from serving.pages.caseload_filter import CaseloadFilter
from serving.pages.caseload_query import LINE_COLUMNS, CaseloadScope, StudentGroup, StudentScore, select_scored
from serving.store.rows import ScoreRow
from serving.store.statements import rows_of, statement


class OwnStudent(NamedTuple):
    """What a line says of a student, as StudentScore has it, and whether too little is on record for a risk."""

    student_key: str
    student_id: str
    first_name: str
    last_name: str
    grade_level: int
    school_id: str
    run_id: str
    band: str
    flagged: bool
    at_random: bool | None
    too_little: bool

    @property
    def line(self) -> StudentScore:
        """What a line says."""
        return StudentScore(*self[:-1])


def own_students(session: Session, scope: CaseloadScope) -> list[OwnStudent] | None:
    """A counselor's students in the order of the list; None for who sees a school or a district."""
    subject = scope.subject
    if not isinstance(subject, Educator) or subject.role != "counselor":
        return None
    return list(map(OwnStudent._make, rows_of(session, select_own(subject, scope.run_ids()))))


@statement
def select_own(
    subject: Subject, runs: list[str]
) -> Select[str, str, str, str, int, str, str | None, str | None, bool | None, bool | None, bool]:
    """The query for them."""
    found = select_scored(subject, runs).with_only_columns(*LINE_COLUMNS, ScoreRow.risk.is_(None))
    return found.order_by(ScoreRow.place)


def groups_of(students: Sequence[OwnStudent]) -> list[StudentGroup]:
    """The students by school, grade and run: how many, how many listed, and of how many too little is on record."""
    groups = [(one.school_id, one.grade_level, one.run_id) for one in students]
    listed = Counter(group for group, one in zip(groups, students, strict=True) if one.flagged)
    too_little = Counter(group for group, one in zip(groups, students, strict=True) if one.too_little)
    return [StudentGroup(*group, many, listed[group], too_little[group]) for group, many in Counter(groups).items()]


def students_left(students: Sequence[OwnStudent], asked: CaseloadFilter) -> list[OwnStudent] | None:
    """The students whom a filter leaves; None where it asks what is not known of them."""
    if asked.outcome or asked.contact or asked.plan or asked.responsible:
        return None
    if not asked.narrows and asked.show == "all":
        return list(students)
    return [
        one
        for one in students
        if (asked.show != "week" or one.flagged)
        and asked.school in ("", one.school_id)
        and (not asked.grade or int(asked.grade) == one.grade_level)
        and asked.band in ("", one.band)
    ]
