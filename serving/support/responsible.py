"""Who is responsible for a student: one person of the team, until somebody says another."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.access.authorize import DISTRICT_WIDE, Educator
from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import StaffRow
from serving.store.statements import rows_of, statement


def make_responsible(
    session: Session, author: Educator, students: Iterable[str], staff_id: str, *, at: datetime
) -> None:
    """Puts one person in charge of some students, in place of who was."""
    for key in students:
        session.merge(
            ResponsibleRow(
                district_id=author.district_id,
                student_key=key,
                staff_id=staff_id,
                assigned_by=author.staff_id,
                assigned_at=at,
            )
        )
    session.flush()


def responsible_for(session: Session, district_id: str, students: Collection[str]) -> dict[str, str]:
    """The name of who is responsible, by student."""
    found = rows_of(session, select_responsible(district_id, list(students)))
    return {key: f"{first} {last}" for key, first, last in found}


@statement
def select_responsible(district_id: str, students: list[str]) -> Select[str, str, str]:
    """The query for them."""
    return (
        select(ResponsibleRow.student_key, StaffRow.first_name, StaffRow.last_name)
        .join(
            StaffRow,
            (StaffRow.district_id == ResponsibleRow.district_id) & (StaffRow.staff_id == ResponsibleRow.staff_id),
        )
        .where(ResponsibleRow.district_id == district_id, ResponsibleRow.student_key.in_(students))
    )


def team_of(session: Session, educator: Educator) -> dict[str, str]:
    """Who may be made responsible, by staff id: the people of the educator's school, and oneself."""
    found = rows_of(session, select_team(educator))
    return {staff_id: f"{first} {last}" for staff_id, first, last in found}


@statement
def select_team(educator: Educator) -> Select[str, str, str]:
    """The people of the educator's school, and oneself, by name."""
    found = select(StaffRow.staff_id, StaffRow.first_name, StaffRow.last_name).where(
        StaffRow.district_id == educator.district_id,
        StaffRow.role.not_in(DISTRICT_WIDE),
        (StaffRow.school_id == educator.school_id) | (StaffRow.staff_id == educator.staff_id),
    )
    return found.order_by(StaffRow.last_name, StaffRow.first_name, StaffRow.staff_id)
