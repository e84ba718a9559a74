"""People who are added by hand, and whose access ends: a superintendent, a board member, the data team."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from features.collaborative_settings import OFFICE
from serving.access.accounts import UnknownStaff
from serving.access.api_keys import UnknownDistrict
from serving.access.role_assignments import RoleRefused, refuse_elsewhere
from serving.store.district_scope import enter_district
from serving.store.roles import Role
from serving.store.rows import DistrictRow, SessionRow, StaffRow
from serving.store.sign_in_rows import LinkedIdentityRow, RecoveryCodeRow, SecondFactorRow
from serving.store.support_rows import RoleAssignmentRow, StaffGrantRow

BY_HAND: tuple[Role, ...] = (
    "observer", "records_clerk", "data_team", "privacy_officer", "collaborative_office", "collaborative_member",
)  # fmt: skip
"""Roles of people who are not in the district's records: none of them is a school's."""

HELD = (
    SessionRow, StaffGrantRow, RoleAssignmentRow, LinkedIdentityRow, SecondFactorRow, RecoveryCodeRow,
)  # fmt: skip
"""What goes when somebody's access ends."""


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be added; `role` is one of BY_HAND."""

    staff_id: str
    first_name: str
    last_name: str
    email: str
    role: str


def add_guest(session: Session, guests: Mapping[str, str], district_id: str, new: NewPerson) -> StaffRow:
    """Somebody of a guest of this installation (`Settings.guests`), without a password; raises as `add_person`.

    A guest has no records here, so its people see what the collaborative shares and nothing else.
    """
    expected = "collaborative_office" if district_id == OFFICE else "collaborative_member"
    if new.role != expected:
        raise RoleRefused(f"role {new.role} in '{district_id}', which has no records here: expected {expected}")
    enter_district(session, district_id)
    if session.get(DistrictRow, district_id) is None:
        session.add(DistrictRow(district_id=district_id, name=guests[district_id]))
        session.flush()
    return add_person(session, district_id, new)


def add_person(session: Session, district_id: str, new: NewPerson) -> StaffRow:
    """Somebody who is not in the district's records, without a password.

    Raises UnknownDistrict for a district that was never scored, UnknownStaff for an id or address somebody has, and
    RoleRefused for a role that follows from the records.
    """
    enter_district(session, district_id)
    if new.role not in BY_HAND:
        raise RoleRefused(f"role {new.role}: expected one of {', '.join(BY_HAND)}; others come with the staff records")
    refuse_elsewhere(district_id, new.role)
    if session.get(DistrictRow, district_id) is None:
        raise UnknownDistrict(f"district '{district_id}' is not in the service yet; score it first")
    same = or_(StaffRow.staff_id == new.staff_id, func.lower(StaffRow.email) == new.email.strip().lower())
    if session.scalars(select(StaffRow).where(StaffRow.district_id == district_id, same)).first() is not None:
        raise UnknownStaff(f"district '{district_id}' has somebody with the id or address of '{new.staff_id}' already")
    person = StaffRow(
        district_id=district_id,
        staff_id=new.staff_id,
        first_name=new.first_name.strip(),
        last_name=new.last_name.strip(),
        email=new.email.strip(),
        role=new.role,
        added=True,
    )
    session.add(person)
    session.flush()
    return person


def end_access(session: Session, district_id: str, staff_id: str, at: datetime) -> None:
    """Ends what somebody may do: sessions, password, roles given by hand, permissions; UnknownStaff for nobody."""
    enter_district(session, district_id)
    person = session.get(StaffRow, (district_id, staff_id))
    if person is None:
        raise UnknownStaff(f"district '{district_id}' has no staff '{staff_id}'")
    person.ended_at, person.password_hash = at, None
    for table in HELD:
        session.execute(delete(table).where(table.district_id == district_id, table.staff_id == staff_id))
