"""Authorization: who may see or do what, and why. All student data is asked for through this module."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal, get_args

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.access.scopes import WHOLE_DISTRICT, Scope
from serving.access.student_reach import at_school, on_caseload
from serving.store.database import find_once
from serving.store.district_scope import enter_district
from serving.store.roles import Role
from serving.store.rows import StudentRow
from serving.store.statements import objects_of, statement

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
    return own.where(on_caseload(subject.district_id, [subject.staff_id, *subject.covers], subject.today))
