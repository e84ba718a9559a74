"""Who may see a student, and why: the people of a district by the nearest reason that each has."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select
from sqlalchemy.orm import Session

from serving.access.authorize import DISTRICT_WIDE, ReasonCode
from serving.access.student_reach import may_be_near
from serving.store.caseload_rows import CoverRow
from serving.store.roles import Role
from serving.store.rows import CaseloadRow, StaffRow, StudentRow
from serving.store.statements import rows_of, statement
from serving.store.support_rows import RoleAssignmentRow


class Person(NamedTuple):
    """The name of somebody of a district."""

    first_name: str
    last_name: str


def people_with_access(session: Session, student: StudentRow, today: date) -> list[tuple[Person, ReasonCode]]:
    """The people who may see a student on a day, each with the reason: by caseload, then school, then district."""
    asked = select_people(student.district_id, student.student_key, student.school_id, today)
    return [(Person(first, last), ACCESS_ORDER[at]) for first, last, at in rows_of(session, asked)]


@statement
def select_people(district_id: str, student_key: str, school_id: str, today: date) -> Select[str, str, int]:
    """The people who may see a student, and the place of the reason in its order."""
    rank = access_order(student_key, school_id, today)
    named, of_district = rank.label("nearest"), StaffRow.district_id == district_id
    near = may_be_near(district_id, student_key, school_id, DISTRICT_WIDE, today)
    people = select(StaffRow.first_name, StaffRow.last_name, named).where(of_district, near, rank.is_not(None))
    return people.order_by(named, StaffRow.last_name, StaffRow.first_name, StaffRow.staff_id)


ACCESS_ORDER: tuple[ReasonCode, ...] = ("caseload", "cover", "school", "district")
"""The reasons why people see a student, the nearest first."""


def access_order(student_key: str, school_id: str, today: date) -> ColumnElement[int]:
    """The place in that order of the nearest reason why a person may see a student; none for who may not."""
    caseload = exists().where(
        CaseloadRow.district_id == StaffRow.district_id,
        CaseloadRow.student_key == student_key,
        CaseloadRow.start_date <= today,
        or_(CaseloadRow.end_date.is_(None), CaseloadRow.end_date >= today),
    )
    own = caseload.where(CaseloadRow.staff_id == StaffRow.staff_id)
    scopes: dict[ReasonCode, ColumnElement[bool]] = {
        "caseload": holds_role("counselor") & own,
        "cover": holds_role("counselor") & caseload.where(CaseloadRow.staff_id.in_(absent_colleagues(today))),
        "school": holds_role("principal", school_id),
        "district": or_(holds_role("district"), holds_role("data_team")),
    }
    return case(*((scopes[reason], at) for at, reason in enumerate(ACCESS_ORDER)))


def absent_colleagues(today: date) -> Select[str]:
    """Those for whom a person covers on a day, as a part of a query for people."""
    found = select(CoverRow.absent_id).where(
        CoverRow.district_id == StaffRow.district_id,
        CoverRow.staff_id == StaffRow.staff_id,
        CoverRow.start_date <= today,
        CoverRow.end_date >= today,
        CoverRow.ended_at.is_(None),
    )
    return found.correlate(StaffRow)  # two queries deep, SQLAlchemy would ask for any person's cover


def holds_role(role: Role, school_id: str | None = None) -> ColumnElement[bool]:
    """Whether a person holds a role by the district's records or by hand, in a school where one is named."""
    given = exists().where(
        RoleAssignmentRow.district_id == StaffRow.district_id,
        RoleAssignmentRow.staff_id == StaffRow.staff_id,
        RoleAssignmentRow.role == role,
        *([RoleAssignmentRow.school_id == school_id] if school_id is not None else []),
    )
    own = and_(StaffRow.role == role, *([StaffRow.school_id == school_id] if school_id is not None else []))
    return or_(own, given)
