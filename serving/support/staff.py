"""The people of a district, by name."""

from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from serving.access.authorize import DISTRICT_WIDE, Educator
from serving.store.rows import StaffRow, StudentRow
from serving.store.statements import statement


def colleagues_of(session: Session, educator: Educator, student: StudentRow) -> dict[str, str]:
    """Who may be asked to do something for a student, by staff id: those of the student's school, and oneself."""
    found = select(StaffRow).where(
        StaffRow.district_id == educator.district_id,
        StaffRow.role.not_in(DISTRICT_WIDE),
        or_(StaffRow.school_id == student.school_id, StaffRow.staff_id == educator.staff_id),
    )
    people = session.scalars(found.order_by(StaffRow.last_name, StaffRow.first_name, StaffRow.staff_id))
    return {row.staff_id: f"{row.first_name} {row.last_name}" for row in people}


def staff_names(session: Session, district_id: str, ids: Collection[str | None]) -> dict[str, str]:
    """The names of people of a district, by staff id."""
    asked = {one for one in ids if one}
    if not asked:
        return {}
    found = session.execute(*select_names(district_id, sorted(asked)))
    return {staff_id: f"{first} {last}" for staff_id, first, last in found}


@statement
def select_names(district_id: str, ids: list[str]) -> Select[str, str, str]:
    """The query for them."""
    names = select(StaffRow.staff_id, StaffRow.first_name, StaffRow.last_name)
    return names.where(StaffRow.district_id == district_id, StaffRow.staff_id.in_(ids))
