"""Which tables hold anything about a student: one question in place of one of each, of which most hold nothing."""

from sqlalchemy import Executable, exists, literal, select, union_all
from sqlalchemy.orm import Session

from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RosterSupportRow
from serving.store.statements import statement
from serving.store.support_rows import ContactRow, DataProblemRow, FollowUpRow, NoteRow, PlanRow

TABLES = (PlanRow, ContactRow, NoteRow, RosterSupportRow, ResponsibleRow, FollowUpRow, DataProblemRow)
"""The tables of what people do about a student; each finds a student's rows by an index."""
AboutStudent = type[PlanRow | ContactRow | NoteRow | RosterSupportRow | ResponsibleRow | FollowUpRow | DataProblemRow]


def tables_about(session: Session, district_id: str, student_key: str) -> frozenset[AboutStudent]:
    """The tables that have a row about a student, in whatever state; a table that is left out need not be asked."""
    named = {one.__tablename__: one for one in TABLES}
    return frozenset(named[str(name)] for name in session.scalars(*select_tables(district_id, student_key)))


@statement
def select_tables(district_id: str, student_key: str) -> Executable:
    """The names of these tables."""
    return union_all(
        *(
            select(literal(one.__tablename__)).where(
                exists().where(one.district_id == district_id, one.student_key == student_key)
            )
            for one in TABLES
        )
    )
