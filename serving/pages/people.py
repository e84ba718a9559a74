"""People: who may sign in, in which roles, what each sees, and where capacity and retention are set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.errors import Refused
from serving.access.access_log import record_access
from serving.access.accounts import create_password
from serving.access.authorize import Allowed, Denied, Educator, OwnDistrict, authorize, reason_for
from serving.access.covers import covered_by
from serving.access.people import end_access
from serving.access.permissions import permissions_of, permissions_of_each
from serving.access.role_assignments import RoleAssignment, roles_of, roles_of_each
from serving.pages.caseload import scope_of
from serving.pages.caseload_counts import ListFacts
from serving.pages.caseload_line import school_names
from serving.pages.caseload_query import count_visible
from serving.pages.caseload_view import count_students
from serving.pages.current_user import SignedForm
from serving.pages.places import places_of
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import StaffRow
from serving.support.purge import policy_of
from serving.wording.locale import Language
from serving.wording.scores import ROLES

router = APIRouter(include_in_schema=False)
MOST_PEOPLE = 50
"""Lines of a page."""


@dataclass(frozen=True)
class PersonLine:
    """Somebody of the district: name, roles in words, permissions, and whether they may sign in."""

    staff_id: str
    name: str
    email: str
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class SeenByRole:
    """What somebody sees in one of their roles: pages of the header, how many students, how many on lists."""

    role: str
    pages: tuple[str, ...]
    students: int
    on_lists: int


@router.get("/people")
def get_people(visit: CurrentVisit) -> Response:
    """Everybody, those who may sign in first."""
    return people_page(visit)


@router.post("/people")
def post_people(visit: CurrentVisit, fields: SignedForm) -> Response:
    """Those whose name or address is looked for, which stands in no address of a page."""
    return people_page(visit, searched=fields.get("q", "").strip()[:100])


def people_page(
    visit: Visit, *, searched: str = "", password: str = "", named: str = "", refused: str = "", status: int = 200
) -> Response:
    """The page; with a new password, which is shown this once."""
    with visit.context.read_session() as session:
        if isinstance(authorize(session, visit.educator, "see_people", OwnDistrict()), Denied):
            raise HTTPException(404)
        lines = person_lines(session, visit, find_people(session, visit.educator.district_id, searched))
    return visit.page(
        "people.html",
        status=status,
        lines=lines[:MOST_PEOPLE],
        more=len(lines) > MOST_PEOPLE,
        most=MOST_PEOPLE,
        searched=searched,
        may_manage=reason_for(visit.educator, "manage_people") is not None,
        may_purge=reason_for(visit.educator, "purge") is not None,
        settings=visit.context.settings,
        support=visit.support,
        policy=policy_of(visit.support, visit.today),
        password=password,
        named=named,
        refused=refused,
    )


def find_people(session: Session, district_id: str, searched: str) -> list[StaffRow]:
    """Those who may sign in first, then by name: one more than the page shows where there are more."""
    found = select(StaffRow).where(StaffRow.district_id == district_id)
    for word in searched.replace(",", " ").split():
        named = (StaffRow.last_name, StaffRow.first_name, StaffRow.email)
        found = found.where(or_(*(one.icontains(word, autoescape=True) for one in named)))
    order = (StaffRow.password_hash.is_(None), StaffRow.last_name, StaffRow.first_name, StaffRow.staff_id)
    return list(session.scalars(found.order_by(*order).limit(MOST_PEOPLE + 1)))


def person_lines(session: Session, visit: Visit, people: Sequence[StaffRow]) -> list[PersonLine]:
    """People in lines; their roles and permissions are two queries, however many they are."""
    district_id = visit.educator.district_id
    schools = school_names(session, district_id)
    roles = roles_of_each(session, district_id, people)
    given = permissions_of_each(session, district_id, [one.staff_id for one in people])
    return [
        person_line(one, roles[one.staff_id], given.get(one.staff_id, []), visit.language, schools) for one in people
    ]


def person_line(
    row: StaffRow, roles: Sequence[RoleAssignment], given: Sequence[str], language: Language, schools: dict[str, str]
) -> PersonLine:
    """Somebody in a line."""
    held = [
        ", ".join(filter(None, (language.translate(ROLES[one.role]), schools.get(one.school_id or ""))))
        for one in roles
    ]
    state = "ended" if row.ended_at else "may" if row.password_hash else "never"
    return PersonLine(
        row.staff_id, f"{row.last_name}, {row.first_name}", row.email or "", tuple(held), tuple(given), state
    )


@router.get("/people/{staff_id}")
def get_person(staff_id: str, visit: CurrentVisit) -> Response:
    """What somebody sees in each of their roles; no student is shown."""
    with visit.context.read_session() as session:
        row = find_person(session, visit, staff_id)
        seen = [seen_in(session, visit, row, one) for one in educators_of(session, visit, row)]
    return visit.page("person.html", person=row, seen=seen)


def educators_of(session: Session, visit: Visit, row: StaffRow) -> list[Educator]:
    """Somebody as they would be signed in, in each role, with whom they cover for today."""
    given = permissions_of(session, row.district_id, row.staff_id)
    away = covered_by(session, row.district_id, row.staff_id, visit.today)
    return [
        Educator(row.district_id, row.staff_id, one.role, one.school_id, visit.today, given, away)
        for one in roles_of(session, row)
    ]


def seen_in(session: Session, visit: Visit, row: StaffRow, one: Educator) -> SeenByRole:
    """What somebody sees in a role."""
    places = places_of(replace(one), visit.context.settings)
    pages = tuple(visit.language.translate(place.words) for place in places)
    role = visit.language.translate(ROLES[one.role])
    if reason_for(one, "see") is None:
        return SeenByRole(role, pages, 0, 0)
    scope = scope_of(session, one, visit.context)
    if not scope.runs:
        return SeenByRole(role, pages, count_visible(session, one), 0)
    known = ListFacts(session, scope)
    on_lists = count_students(known.groups).all
    return SeenByRole(role, pages, max(on_lists, known.visible()), on_lists)


@router.post("/people/{staff_id}/password")
def post_password(staff_id: str, visit: CurrentVisit, _fields: SignedForm) -> Response:
    """A new password for somebody, shown once; what they had before stops working."""
    with visit.context.write_session() as session:
        row = managed_person(session, visit, staff_id, "new password")
        named = f"{row.first_name} {row.last_name}"
        try:
            password = create_password(session, row.district_id, staff_id)
        except Refused as refusal:
            password, refused = "", str(refusal)
        else:
            refused = ""
    return people_page(visit, password=password, named=named, refused=refused, status=422 if refused else 200)


@router.post("/people/{staff_id}/end")
def post_end(staff_id: str, visit: CurrentVisit, _fields: SignedForm) -> Response:
    """Ends what somebody may do; nobody ends their own access."""
    with visit.context.write_session() as session:
        managed_person(session, visit, staff_id, "end of access")
        if staff_id == visit.educator.staff_id:
            raise HTTPException(422)
        end_access(session, visit.educator.district_id, staff_id, visit.now)
    return people_page(visit)


def find_person(session: Session, visit: Visit, staff_id: str) -> StaffRow:
    """Somebody of the visitor's district; 404 where the visitor may not see people, or there is nobody."""
    allowed = authorize(session, visit.educator, "see_people", OwnDistrict())
    row = session.get(StaffRow, (visit.educator.district_id, staff_id))
    if isinstance(allowed, Denied) or row is None:
        raise HTTPException(404)
    return row


def managed_person(session: Session, visit: Visit, staff_id: str, what: str) -> StaffRow:
    """Somebody whose access the visitor changes, which the access log keeps; 404 where they may not."""
    allowed = authorize(session, visit.educator, "manage_people", OwnDistrict())
    row = session.get(StaffRow, (visit.educator.district_id, staff_id))
    if not isinstance(allowed, Allowed) or row is None:
        raise HTTPException(404)
    target = f"{what}: staff:{staff_id}"
    record_access(session, visit.educator, "manage_people", target=target, allowed=allowed, students=[], at=visit.now)
    return row
