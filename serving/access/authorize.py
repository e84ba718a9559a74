"""Authorization: who may see or do what, and why. All student data is asked for through this module."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal, NamedTuple, get_args

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select
from sqlalchemy.orm import Session

from serving.access.scopes import WHOLE_DISTRICT, Scope
from serving.access.student_reach import at_school, may_be_near
from serving.store.caseload_rows import CoverRow
from serving.store.database import find_once
from serving.store.district_scope import enter_district
from serving.store.roles import Role
from serving.store.rows import CaseloadRow, StaffRow, StudentRow
from serving.store.statements import objects_of, rows_of, statement
from serving.store.support_rows import RoleAssignmentRow

Action = (
    Literal[
        "see", "list", "export", "write", "answer", "report_problem", "answer_problem",
        "see_restricted", "write_restricted", "audit_access", "see_totals", "see_audit", "sign_audit", "see_models",
        "release_model", "see_people", "manage_people",
        "purge", "see_collaborative", "transfer",
    ]
    | Scope
)  # fmt: skip
ReasonCode = Literal["caseload", "school", "district", "api_key", "client", "cover", "consent"]
ProgramKind = Literal["api_key", "client"]
REASONS: dict[Role, ReasonCode] = {
    "counselor": "caseload", "principal": "school", "district": "district", "data_team": "district",
    "privacy_officer": "district", "observer": "district", "records_clerk": "district",
    "collaborative_office": "district", "collaborative_member": "district",
}  # fmt: skip
EVERYBODY: frozenset[Action] = frozenset({"see", "list", "export", "report_problem"})
IN_SCHOOLS: frozenset[Action] = EVERYBODY | {"write", "answer"}
TOTALS: frozenset[Action] = frozenset({"see_totals", "see_audit"})
TOGETHER: frozenset[Action] = frozenset({"see_collaborative"})
ROLE_ACTIONS: Mapping[Role, frozenset[Action]] = {
    "counselor": IN_SCHOOLS, "principal": IN_SCHOOLS | TOTALS,
    "district": EVERYBODY | TOTALS | TOGETHER | {"answer_problem", "sign_audit", "see_models"},
    "data_team": TOTALS | TOGETHER | {"see", "list", "report_problem", "answer_problem", "see_models", "release_model"},
    "privacy_officer": frozenset({"audit_access", "see_people", "purge"}),
    "observer": TOTALS | TOGETHER,
    "records_clerk": frozenset({"answer_problem"}),
    "collaborative_office": TOGETHER, "collaborative_member": TOGETHER,
}  # fmt: skip
"""What each role may do. Counselors and principals work with students; the district's own staff keeps the records.

The data team takes no file along. A privacy officer sees who has seen a student's records, and not the records, and
purges what the policy no longer keeps. An observer, such as a superintendent or a board member, sees totals and no
student; a records clerk answers data problems.
The office of a collaborative, and people of a member whose records are elsewhere, see what districts share, no more.
"""
DISTRICT_WIDE: frozenset[Role] = frozenset({"district", "data_team", "privacy_officer"})
"""Roles that reach as far as the district."""

Permission = Literal["restricted_notes", "administration"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
PERMISSION_ACTIONS: Mapping[Permission, frozenset[Action]] = {
    "restricted_notes": frozenset({"see_restricted", "write_restricted"}),
    "administration": frozenset({"see_people", "manage_people"}),
}
"""What somebody may do besides who was given a permission by hand."""


@dataclass(frozen=True)
class Educator:
    """A person signed in, on a local date, with the permissions that they were given by hand.

    `covers` are the colleagues who are away and whose caseloads a counselor sees today.
    """

    VALUES: ClassVar = ("district_id", "staff_id", "school_id", "today", "covers")

    district_id: str
    staff_id: str
    role: Role
    school_id: str | None
    today: date
    permissions: frozenset[Permission] = frozenset()
    covers: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """How the access log calls them."""
        return f"staff:{self.staff_id}"


@dataclass(frozen=True)
class Client:
    """A program of a district, with an API key or a token; of all schools where none are named."""

    VALUES: ClassVar = ("district_id", "key_id", "schools")

    district_id: str
    key_id: str
    scopes: frozenset[str]
    schools: frozenset[str] | None = None
    kind: ProgramKind = "api_key"

    @property
    def name(self) -> str:
        """How the access log calls it."""
        return f"{self.kind}:{self.key_id}"


@dataclass(frozen=True)
class Transfer:
    """The agreement of a district by which records go to another one; nobody is signed in by it."""

    district_id: str
    receiver: str

    @property
    def name(self) -> str:
        """How the access log calls it."""
        return f"transfer:{self.receiver}"


Subject = Educator | Client


@dataclass(frozen=True)
class OneStudent:
    """One student of the subject's own district."""

    student_key: str


@dataclass(frozen=True)
class OwnDistrict:
    """Something of the subject's district that is not one student's: a list, a live score."""


Object = OneStudent | OwnDistrict


@dataclass(frozen=True)
class Allowed:
    """Yes, and why."""

    reason: ReasonCode


@dataclass(frozen=True)
class Denied:
    """No. The answer is a 404, as if there were nothing."""


def authorize(session: Session, subject: Subject, action: Action, target: Object) -> Allowed | Denied:
    """Whether the subject may take the action on the target, and why; the transaction then sees its district only."""
    enter_district(session, subject.district_id)
    reason = reason_for(subject, action)
    if reason is None:
        return Denied()
    if isinstance(target, OneStudent):
        if not in_scope(session, subject, action, target):
            return Denied()
        return Allowed("cover") if is_covered(session, subject, target) else Allowed(reason)
    return Denied() if leads_beyond_schools(subject, action) else Allowed(reason)


def allowed_actions(
    session: Session, subject: Subject, actions: frozenset[Action], student: OneStudent
) -> frozenset[Action]:
    """Which of some actions on a student who is seen the subject may take; the student is looked up once for all.

    `answer_problem` reaches further than what is seen, and is asked for by `authorize` alone.
    """
    given = frozenset(action for action in actions - {"answer_problem"} if reason_for(subject, action))
    enter_district(session, subject.district_id)
    return given if given and can_see(session, subject, student) else frozenset()


def reason_for(subject: Subject, action: Action) -> ReasonCode | None:
    """The reason why the subject may do this at all; None where it may not."""
    if isinstance(subject, Client):
        return subject.kind if action in subject.scopes else None
    given = (PERMISSION_ACTIONS[permission] for permission in subject.permissions)
    return REASONS[subject.role] if action in ROLE_ACTIONS[subject.role].union(*given) else None


def leads_beyond_schools(subject: Subject, action: Action) -> bool:
    """Whether the action is about a whole district, and the subject is a program of some of its schools."""
    return isinstance(subject, Client) and subject.schools is not None and action in WHOLE_DISTRICT


def in_scope(session: Session, subject: Subject, action: Action, student: OneStudent) -> bool:
    """Whether the subject may take an action on the student whom it is about.

    Who answers data problems does so for every student of the district, and need not see the student's page for it.
    """
    if action == "answer_problem":
        return session.get(StudentRow, (subject.district_id, student.student_key)) is not None
    return can_see(session, subject, student)


def can_see(session: Session, subject: Subject, student: OneStudent) -> bool:
    """Whether the student is among those the subject can see."""
    return find_visible(session, subject, student) is not None


def find_visible(session: Session, subject: Subject, student: OneStudent) -> StudentRow | None:
    """The student, if the subject can see them; a session that only reads looks it up once, in its one state."""
    query = select_visible(subject, student.student_key)
    return find_once(session, (subject, student), lambda: next(iter(objects_of(session, StudentRow, query)), None))


@statement
def select_visible(subject: Subject, student_key: str) -> Select[StudentRow]:
    """The student of a key, if the subject can see them."""
    return visible_students(subject).where(StudentRow.student_key == student_key)


def is_covered(session: Session, subject: Subject, student: OneStudent) -> bool:
    """Whether a counselor sees a student only in place of a colleague who is away."""
    if not isinstance(subject, Educator) or not subject.covers or subject.role != "counselor":
        return False
    return not can_see(session, replace(subject, covers=frozenset()), student)


def visible_students(subject: Subject) -> Select[StudentRow]:
    """The students of the subject's district that are in its scope."""
    own = select(StudentRow).where(StudentRow.district_id == subject.district_id)
    if isinstance(subject, Client):
        return own if subject.schools is None else own.where(StudentRow.school_id.in_(subject.schools))
    if subject.role in DISTRICT_WIDE:
        return own
    if subject.role == "principal":
        return own.where(at_school(subject.district_id, subject.school_id))
    return own.where(on_caseload(subject))


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


def on_caseload(counselor: Educator) -> ColumnElement[bool]:
    """Whether a student is on the counselor's caseload today.

    The keys are looked up first, a few hundred of them: asked of each student, the whole district would be read.
    """
    keys = select(CaseloadRow.student_key).where(
        CaseloadRow.district_id == counselor.district_id,
        CaseloadRow.staff_id.in_([counselor.staff_id, *counselor.covers]),
        CaseloadRow.start_date <= counselor.today,
        or_(CaseloadRow.end_date.is_(None), CaseloadRow.end_date >= counselor.today),
    )
    return StudentRow.student_key.in_(keys)
