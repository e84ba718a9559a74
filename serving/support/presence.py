"""Which tables hold anything about a student: one question in place of one of each, of which most hold nothing."""

from sqlalchemy import CompoundSelect, exists, literal, select, union_all
from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RosterSupportRow
from serving.store.statements import rows_of, statement
from serving.store.support_rows import (
    ContactRow,
    DataProblemRow,
    FlagAnswerRow,
    FollowUpRow,
    NoteRow,
    PlanRow,
    SnoozeRow,
)
from serving.support.own_students import own_keys

AboutStudent = type[
    PlanRow
    | ContactRow
    | NoteRow
    | RosterSupportRow
    | ResponsibleRow
    | FollowUpRow
    | DataProblemRow
    | FlagAnswerRow
    | SnoozeRow
]
TABLES: tuple[AboutStudent, ...] = (
    PlanRow, ContactRow, NoteRow, RosterSupportRow, ResponsibleRow, FollowUpRow, DataProblemRow, FlagAnswerRow,
)  # fmt: skip
"""The tables of what people do about a student; each finds a student's rows by an index."""
OF_WEEK: tuple[AboutStudent, ...] = (PlanRow, ContactRow, RosterSupportRow, ResponsibleRow, FollowUpRow, SnoozeRow)
"""Those of what My week asks about all students of an educator."""


def tables_about(session: Session, district_id: str, student_key: str) -> frozenset[AboutStudent]:
    """The tables that have a row about a student, in whatever state; a table that is left out need not be asked."""
    named = {one.__tablename__: one for one in TABLES}
    return frozenset(named[str(name)] for (name,) in rows_of(session, select_tables(district_id, student_key)))


@statement
def select_tables(district_id: str, student_key: str) -> CompoundSelect[str]:
    """The names of these tables."""
    return union_all(
        *(
            select(literal(one.__tablename__)).where(
                exists().where(one.district_id == district_id, one.student_key == student_key)
            )
            for one in TABLES
        )
    )


def tables_of_week(session: Session, educator: Educator) -> frozenset[AboutStudent]:
    """Of the tables that My week asks, those with a row about one of the educator's students; others need no asking."""
    named = {one.__tablename__: one for one in OF_WEEK}
    return frozenset(named[str(name)] for (name,) in rows_of(session, select_tables_of_week(educator)))


@statement
def select_tables_of_week(educator: Educator) -> CompoundSelect[str]:
    """The names of these tables; of one that is empty in the whole district nothing else is asked."""
    return union_all(
        *(
            select(literal(one.__tablename__)).where(
                exists().where(one.district_id == educator.district_id),
                exists().where(one.district_id == educator.district_id, one.student_key.in_(own_keys(educator))),
            )
            for one in OF_WEEK
        )
    )
