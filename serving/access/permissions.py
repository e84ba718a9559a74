"""Permissions that people are given by hand, beyond what their role in the district's own records says."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from features.errors import Refused
from serving.access.authorize import PERMISSIONS, Permission
from serving.store.rows import StaffRow
from serving.store.statements import statement
from serving.store.support_rows import StaffGrantRow


class PermissionRefused(Refused):
    """A permission that does not exist, or for somebody who is not in the district's staff. Exit code 2."""

    exit_code = 2


def permissions_of(session: Session, district_id: str, staff_id: str) -> frozenset[Permission]:
    """The permissions that a person has; one of an earlier version that is not known any more is none."""
    given = set(session.scalars(*select_permissions(district_id, staff_id)))
    return frozenset(permission for permission in PERMISSIONS if permission in given)


def permissions_of_each(session: Session, district_id: str, staff_ids: Sequence[str]) -> dict[str, list[str]]:
    """The same of several people of a district, by their ids and in order, in one query; nobody who has none."""
    found = select(StaffGrantRow.staff_id, StaffGrantRow.permission).where(
        StaffGrantRow.district_id == district_id, StaffGrantRow.staff_id.in_(staff_ids)
    )
    held: dict[str, list[str]] = {}
    for staff_id, permission in session.execute(found.order_by(StaffGrantRow.permission)):
        if permission in PERMISSIONS:
            held.setdefault(staff_id, []).append(permission)
    return held


@statement
def select_permissions(district_id: str, staff_id: str) -> Select[str]:
    """The query for them."""
    found = select(StaffGrantRow.permission)
    return found.where(StaffGrantRow.district_id == district_id, StaffGrantRow.staff_id == staff_id)


def give_permission(session: Session, district_id: str, staff_id: str, permission: str, at: datetime) -> None:
    """Gives a person a permission; a no-op where they have it."""
    refuse_unknown(session, district_id, staff_id, permission)
    if session.get(StaffGrantRow, (district_id, staff_id, permission)) is None:
        session.add(StaffGrantRow(district_id=district_id, staff_id=staff_id, permission=permission, given_at=at))


def take_permission(session: Session, district_id: str, staff_id: str, permission: str) -> None:
    """Takes a permission from a person; it holds no longer from their next request on."""
    refuse_unknown(session, district_id, staff_id, permission)
    row = session.get(StaffGrantRow, (district_id, staff_id, permission))
    if row is not None:
        session.delete(row)


def refuse_unknown(session: Session, district_id: str, staff_id: str, permission: str) -> None:
    """Raises PermissionRefused where there is no such person or permission."""
    if permission not in PERMISSIONS:
        raise PermissionRefused(f"unknown permission {permission}; expected one of {', '.join(PERMISSIONS)}")
    if session.get(StaffRow, (district_id, staff_id)) is None:
        raise PermissionRefused(f"district '{district_id}' has no staff '{staff_id}'; score the district first")
