"""The roles in which a person works: that of the district's records, those given by hand, and the one chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from features.collaborative_settings import OFFICE
from features.errors import Refused
from serving.store.district_scope import enter_district
from serving.store.roles import Role
from serving.store.rows import SchoolRow, StaffRow
from serving.store.statements import statement
from serving.store.support_rows import RoleAssignmentRow, RoleChoiceRow

ROLES: tuple[Role, ...] = get_args(Role)
IN_A_SCHOOL: frozenset[Role] = frozenset({"principal"})
"""Roles that reach as far as one school."""


class RoleRefused(Refused):
    """A role or school that does not exist, or somebody who is not in the district's staff. Exit code 2."""

    exit_code = 2


@dataclass(frozen=True)
class RoleAssignment:
    """A role, and the school in which it is held; None where it is held in the whole district."""

    role: Role
    school_id: str | None

    @property
    def code(self) -> str:
        """How a form names it."""
        return f"{self.role}:{self.school_id or ''}"


def roles_of(session: Session, staff: StaffRow) -> tuple[RoleAssignment, ...]:
    """The roles that a person holds: that of the district's records first, then those given by hand."""
    rows = session.execute(*select_roles(staff.district_id, staff.staff_id))
    given = [RoleAssignment(role, school_id or None) for role, school_id in rows if role in ROLES]
    return tuple(dict.fromkeys([RoleAssignment(cast(Role, staff.role), staff.school_id), *given]))


def roles_of_each(session: Session, district_id: str, people: Sequence[StaffRow]) -> dict[str, list[RoleAssignment]]:
    """The same of several people of a district, by their ids, in one query."""
    held = {one.staff_id: [RoleAssignment(cast(Role, one.role), one.school_id)] for one in people}
    given = select(RoleAssignmentRow).where(
        RoleAssignmentRow.district_id == district_id, RoleAssignmentRow.staff_id.in_(list(held))
    )
    for row in session.scalars(given.order_by(RoleAssignmentRow.given_at, RoleAssignmentRow.role)):
        if row.role in ROLES:
            held[row.staff_id].append(RoleAssignment(row.role, row.school_id or None))
    return {staff_id: list(dict.fromkeys(roles)) for staff_id, roles in held.items()}


@statement
def select_roles(district_id: str, staff_id: str) -> Select[str, str]:
    """The roles and schools given to a person by hand, in the order in which they were."""
    found = select(RoleAssignmentRow.role, RoleAssignmentRow.school_id).where(
        RoleAssignmentRow.district_id == district_id, RoleAssignmentRow.staff_id == staff_id
    )
    return found.order_by(RoleAssignmentRow.given_at, RoleAssignmentRow.role)


def chosen_role(session: Session, staff: StaffRow, held: Sequence[RoleAssignment]) -> RoleAssignment | None:
    """The role that a person works in: the only one, or the one chosen last; None where one is to be chosen."""
    if len(held) == 1:
        return held[0]
    choice = session.get(RoleChoiceRow, (staff.district_id, staff.staff_id))
    chosen = RoleAssignment(cast(Role, choice.role), choice.school_id or None) if choice else None
    return chosen if chosen in held else None


def choose_role(session: Session, staff: StaffRow, chosen: RoleAssignment, at: datetime) -> None:
    """Keeps the role that a person works in from now on, in every session, until they choose another."""
    session.merge(
        RoleChoiceRow(
            district_id=staff.district_id,
            staff_id=staff.staff_id,
            role=chosen.role,
            school_id=chosen.school_id or "",
            chosen_at=at,
        )
    )
    session.flush()


def give_role(session: Session, district_id: str, staff_id: str, role: str, school_id: str, at: datetime) -> None:
    """Gives a person a role besides that of the district's records; a no-op where they hold it."""
    refuse_impossible(session, district_id, staff_id, role, school_id)
    key = (district_id, staff_id, role, school_id)
    row = session.get(RoleAssignmentRow, key)
    if row is not None:
        row.provider = None
    else:
        session.add(
            RoleAssignmentRow(district_id=district_id, staff_id=staff_id, role=role, school_id=school_id, given_at=at)
        )
        session.flush()


def take_role(session: Session, district_id: str, staff_id: str, role: str, school_id: str) -> None:
    """Takes a role given by hand; it holds no longer from the person's next request on."""
    refuse_impossible(session, district_id, staff_id, role, school_id)
    row = session.get(RoleAssignmentRow, (district_id, staff_id, role, school_id))
    if row is not None:
        session.delete(row)


def refuse_elsewhere(district_id: str, role: str) -> None:
    """Raises RoleRefused for the role of a collaborative's office in a district, and any other in the office."""
    if (role == "collaborative_office") != (district_id == OFFICE):
        raise RoleRefused(
            f"role {role} in '{district_id}': in '{OFFICE}' people are collaborative_office, and there only"
        )


def refuse_impossible(session: Session, district_id: str, staff_id: str, role: str, school_id: str) -> None:
    """Raises RoleRefused where there is no such person, role or school, or the school is missing or too many."""
    enter_district(session, district_id)
    if role not in ROLES:
        raise RoleRefused(f"unknown role {role}; expected one of {', '.join(ROLES)}")
    refuse_elsewhere(district_id, role)
    if session.get(StaffRow, (district_id, staff_id)) is None:
        raise RoleRefused(f"district '{district_id}' has no staff '{staff_id}'; score the district first")
    if (role in IN_A_SCHOOL) != bool(school_id):
        what = "needs --school: it is held in one" if role in IN_A_SCHOOL else "takes no --school"
        raise RoleRefused(f"role {role} {what}")
    if school_id and session.get(SchoolRow, (district_id, school_id)) is None:
        raise RoleRefused(f"district '{district_id}' has no school '{school_id}'; see schools.csv")
