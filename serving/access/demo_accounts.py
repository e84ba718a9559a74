"""Accounts for the demo: fresh passwords for somebody of each role in each district, and a key for a program."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from features.collaborative_settings import OFFICE
from serving.access.accounts import create_password
from serving.access.api_keys import Grant, create_api_key
from serving.access.new_passwords import NewPassword, new_password
from serving.access.people import NewPerson, add_guest, add_person
from serving.access.role_assignments import give_role, roles_of
from serving.access.scopes import SCOPES
from serving.store.district_scope import enter_district
from serving.store.rows import ApiKeyRow, CaseloadRow, ScoreRow, StaffRow, StudentRow

MIDDLE_GRADES, HIGH_GRADES = range(6, 9), range(9, 13)
BOARD_MEMBER = "board"


@dataclass(frozen=True)
class DemoAccount:
    """How one person signs in, and in which roles."""

    district_id: str
    role: str
    email: str
    password: str


def demo_accounts(
    session: Session, district_id: str, at: datetime, drawn: Callable[[], NewPassword] = new_password
) -> list[DemoAccount]:
    """Somebody of each role, each with a new password.

    The counselors with most students of the middle and of the high school grades, the principal of the latter; the
    data lead, who is of the data team too; and another principal, who is the privacy officer too, and of the data team,
    so that somebody can confirm a release that the lead proposes. Last a board member, who sees totals and no student.
    """
    enter_district(session, district_id)
    counselors = [busiest_counselor(session, district_id, grades) for grades in (MIDDLE_GRADES, HIGH_GRADES)]
    principal, officer = two_principals(session, district_id, counselors[-1])
    lead = data_lead(session, district_id)
    for staff, role in ((lead, "data_team"), (officer, "privacy_officer"), (officer, "data_team")):
        if staff is not None:
            give_role(session, district_id, staff.staff_id, role, "", at)
    found = dict.fromkeys([*counselors, principal, lead, officer, board_member(session, district_id)])
    return [
        DemoAccount(district_id, roles, staff.email, create_password(session, district_id, staff.staff_id, drawn))
        for staff in found
        if staff is not None and staff.email is not None
        for roles in [", ".join(dict.fromkeys(one.role for one in roles_of(session, staff)))]
    ]


def demo_guests(
    session: Session,
    guests: Mapping[str, str],
    members: Sequence[str],
    drawn: Callable[[], NewPassword] = new_password,
) -> list[DemoAccount]:
    """Somebody of a collaborative's office, and of each of some members without records here; new passwords too."""
    found = []
    for district_id in (OFFICE, *members):
        office = district_id == OFFICE
        role, who = ("collaborative_office", "office") if office else ("collaborative_member", "member")
        enter_district(session, district_id)
        if session.get(StaffRow, (district_id, who)) is None:
            add_guest(session, guests, district_id, NewPerson(who, "Ana", "Ruiz", f"{who}@{district_id}.example", role))
        password = create_password(session, district_id, who, drawn)
        found.append(DemoAccount(district_id, role, f"{who}@{district_id}.example", password))
    return found


def board_member(session: Session, district_id: str) -> StaffRow:
    """A board member, whom no records name; added at the first start."""
    there = session.get(StaffRow, (district_id, BOARD_MEMBER))
    new = NewPerson(BOARD_MEMBER, "Rosa", "Bell", f"{BOARD_MEMBER}@{district_id}.example", "observer")
    return there or add_person(session, district_id, new)


def two_principals(
    session: Session, district_id: str, counselor: StaffRow | None
) -> tuple[StaffRow | None, StaffRow | None]:
    """The principal of a counselor's school, and the first of another; None where there is none."""
    found = select(StaffRow).where(StaffRow.district_id == district_id, StaffRow.role == "principal")
    people = list(session.scalars(found.order_by(StaffRow.staff_id)))
    own = next((one for one in people if counselor and one.school_id == counselor.school_id), None)
    return own, next((one for one in people if one is not own), None)


def demo_key(session: Session, district_id: str) -> str:
    """A new API key with every scope; the one of an earlier start stops working."""
    enter_district(session, district_id)
    session.execute(delete(ApiKeyRow).where(ApiKeyRow.district_id == district_id, ApiKeyRow.name == "demo"))
    return create_api_key(session, district_id, "demo", Grant(SCOPES), now=datetime.now(UTC))


def busiest_counselor(session: Session, district_id: str, grades: Sequence[int]) -> StaffRow | None:
    """Of the counselors with students of some grades on a list, the one with most of these grades; None without one.

    How many are on the caseload is in the records. Who is listed hangs on draws where risks tie, and on keys, which are
    new with each database: another count of them would be another person's at the next build.
    """
    own = (CaseloadRow.district_id == StudentRow.district_id) & (CaseloadRow.student_key == StudentRow.student_key)
    listed = exists().where(
        ScoreRow.district_id == StudentRow.district_id, ScoreRow.student_key == StudentRow.student_key, ScoreRow.flagged
    )
    students = (
        select(CaseloadRow.staff_id)
        .join(StudentRow, own)
        .where(CaseloadRow.district_id == district_id, StudentRow.grade_level.in_(grades))
        .group_by(CaseloadRow.staff_id)
    )
    with_listed = students.where(listed)
    most = students.where(CaseloadRow.staff_id.in_(with_listed)).order_by(func.count().desc(), CaseloadRow.staff_id)
    first = session.scalars(most.limit(1)).first()
    return session.get(StaffRow, (district_id, first)) if first else None


def data_lead(session: Session, district_id: str) -> StaffRow | None:
    """The first of the district's own staff, None where there is none."""
    people = select(StaffRow).where(StaffRow.district_id == district_id, StaffRow.role == "district")
    return session.scalars(people.order_by(StaffRow.staff_id).limit(1)).first()
