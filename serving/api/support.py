"""Contacts and plans over HTTP: in from a system with a log of its own, and out to it. Restricted ones never leave."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import JsonSchemaValue
from sqlalchemy import ColumnElement, Select, and_, tuple_
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read, record_access
from serving.access.authorize import Allowed, Client, Denied, OneStudent, OwnDistrict, authorize, visible_students
from serving.api.clients import ClientWithScope
from serving.api.cursors import cursor_of, place_of
from serving.api.messages import Moment
from serving.api.support_messages import Contact, Contacts, Plan, Plans, SentContact, SentPlan
from serving.app_context import AppContext, RequestContext
from serving.store.district_scope import enter_district
from serving.store.rows import StaffRow, StudentRow
from serving.store.support_rows import ContactRow, PlanRow
from serving.support import contacts, plans
from serving.support.sent_entries import (
    SENT,
    OtherStudent,
    SentAuthor,
    withdraw_contact,
    write_contact,
    write_plan,
)
from serving.web.openapi import error_response
from serving.web.problems import Conflict, Mistake, RecordsRefused
from serving.wording.support import OWN_STRATEGIES

router = APIRouter(prefix="/v1", tags=["contacts and plans"])
Writer = Annotated[Client, Depends(ClientWithScope("supports.write"))]
Reader = Annotated[Client, Depends(ClientWithScope("supports.read"))]
Since = Annotated[Moment | None, Query(description="only those revised since this moment")]
Cursor = Annotated[str, Query(max_length=500, description="from the page before")]
KeyAsked = Annotated[str, Query(max_length=200, description="only those of this student")]
CONFLICT: dict[int | str, JsonSchemaValue] = {409: error_response(409)}
PAGE = 200
"""Entries of a page."""
EARLIEST = date(2000, 1, 1)
LONGEST = timedelta(weeks=40)
"""How long a plan may run."""


@router.post("/contacts", summary="Send a contact", status_code=201, responses=CONFLICT)
def post_contact(sent: SentContact, client: Writer, context: RequestContext, response: Response) -> Contact:
    """Logs a contact of the caller's own system, or what it says now: 201 where it is new, 200 where its id is known.

    It counts like one that people write here, from today on. 409 where the id is that of another student's contact.
    """
    today = context.today(client.district_id)
    with context.write_session() as session:
        student, _ = open_student(session, context, client, sent.student_id, target="contact")
        refuse_mistakes([*contact_mistakes(sent, today), *unknown_staff(session, client, staff_id=sent.staff_id)])
        author = SentAuthor(client.district_id, sent.staff_id, today)
        again = sent.try_again_on or contacts.weekdays_after(today, try_again_days(context, client))
        contact = contacts.Contact(
            sent.kind, sent.party, sent.day, sent.reached, sent.result, sent.next_step,
            None if sent.reached else again,
        )  # fmt: skip
        with own_ids():
            row, new = write_contact(session, author, student.student_key, sent.id, contact, at=context.clock())
        if sent.taken_back:
            withdraw_contact(session, author, row, at=context.clock())
        response.status_code = 201 if new else 200
        return present_contact(row, student)


@contextmanager
def own_ids() -> Iterator[None]:
    """Conflict where an id is that of another student's entry."""
    try:
        yield
    except OtherStudent:
        raise Conflict("This id is that of another student's entry. Use an id once.") from None


@router.get("/contacts", summary="Contacts")
def get_contacts(
    client: Reader,
    context: RequestContext,
    response: Response,
    student_key: KeyAsked = "",
    changed_since: Since = None,
    cursor: Cursor = "",
) -> Contacts:
    """Contacts of the students that the program may see, whoever logged them; the last revised last.

    Restricted ones are left out. Those taken back are there and say so.
    """
    asked = {"student_key": student_key, "changed_since": changed_since}
    found = (
        visible_students(client)
        .join(ContactRow, same_student(ContactRow))
        .add_columns(ContactRow)
        .where(~ContactRow.restricted)
    )
    shown, following = read_page(context, client, found, ContactRow, asked, cursor)
    address = next_address(response, "/v1/contacts", asked, following)
    return Contacts(
        contacts=[present_contact(row, student) for student, row in shown if isinstance(row, ContactRow)], next=address
    )


@router.post("/plans", summary="Send a plan", status_code=201, responses=CONFLICT)
def post_plan(sent: SentPlan, client: Writer, context: RequestContext, response: Response) -> Plan:
    """Begins a plan of the caller's own system, or changes it: 201 where it is new, 200 where its id is known.

    With an `outcome` it ends. 409 where the id is that of another student's plan.
    """
    today = context.today(client.district_id)
    with context.write_session() as session:
        student, _ = open_student(session, context, client, sent.student_id, target="plan")
        people = unknown_staff(session, client, staff_id=sent.staff_id, champion=sent.champion)
        refuse_mistakes([*plan_mistakes(sent, strategies_of(context, client)), *people])
        plan = plans.Plan(
            sent.goal, sent.strategy, sent.champion, sent.start_date, sent.planned_end, sent.sessions_a_week
        )
        author = SentAuthor(client.district_id, sent.staff_id, today)
        with own_ids():
            row, new = write_plan(
                session, author, student.student_key, sent.id, plan, outcome=sent.outcome or "", at=context.clock()
            )
        response.status_code = 201 if new else 200
        return present_plan(row, student)


@router.get("/plans", summary="Plans")
def get_plans(
    client: Reader,
    context: RequestContext,
    response: Response,
    student_key: KeyAsked = "",
    changed_since: Since = None,
    cursor: Cursor = "",
) -> Plans:
    """Plans of the students that the program may see, whoever began them; the last revised last."""
    asked = {"student_key": student_key, "changed_since": changed_since}
    found = visible_students(client).join(PlanRow, same_student(PlanRow)).add_columns(PlanRow)
    shown, following = read_page(context, client, found, PlanRow, asked, cursor)
    address = next_address(response, "/v1/plans", asked, following)
    return Plans(plans=[present_plan(row, student) for student, row in shown if isinstance(row, PlanRow)], next=address)


Entries = type[ContactRow] | type[PlanRow]


def same_student(table: Entries) -> ColumnElement[bool]:
    """What joins an entry to its student."""
    return and_(table.district_id == StudentRow.district_id, table.student_key == StudentRow.student_key)


def read_page(
    context: AppContext,
    client: Client,
    found: Select[StudentRow, ContactRow] | Select[StudentRow, PlanRow],
    table: Entries,
    asked: Mapping[str, object],
    cursor: str,
) -> tuple[list[tuple[StudentRow, ContactRow | PlanRow]], tuple[str, str] | None]:
    """A page of entries with their students, and the place of the last where more follow; notes who was read of."""
    entry_id = ContactRow.contact_id if table is ContactRow else PlanRow.plan_id
    if asked["student_key"]:
        found = found.where(StudentRow.student_key == asked["student_key"])
    if asked["changed_since"]:
        found = found.where(table.revised_at >= asked["changed_since"])
    if cursor:
        moment, last = place_of(cursor, asked, 2)
        found = found.where(tuple_(table.revised_at, entry_id) > (datetime.fromisoformat(moment), last))
    with context.read_session() as session:
        allowed = authorize(session, client, "supports.read", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        rows = [
            (student, row)
            for student, row in session.execute(found.order_by(table.revised_at, entry_id).limit(PAGE + 1))
        ]
        session.expunge_all()
    shown = rows[:PAGE]
    log_read(
        context.engine, client, "supports.read", target=table.__tablename__, allowed=allowed,
        students=sorted({student.student_key for student, _ in shown}), at=context.clock(),
    )  # fmt: skip
    if len(rows) <= PAGE:
        return shown, None
    last_row = shown[-1][1]
    return shown, (last_row.revised_at.isoformat(), id_of(last_row))


Place = tuple[str, str]


def next_address(response: Response, path: str, asked: Mapping[str, object], after: Place | None) -> str | None:
    """The address of the next page, which `Link` says too; None where there is none."""
    if after is None:
        return None
    query = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asked.items() if value
    }
    address = f"{path}?{urlencode({**query, 'cursor': cursor_of(asked, after)})}"
    response.headers["Link"] = f'<{address}>; rel="next"'
    return address


def open_student(
    session: Session, context: AppContext, client: Client, student_id: str, *, target: str
) -> tuple[StudentRow, Allowed]:
    """A student whom the client may see, by the district's own id; notes the access, 404 where it may not."""
    enter_district(session, client.district_id)
    found = session.scalars(visible_students(client).where(StudentRow.student_id == student_id)).first()
    allowed = authorize(session, client, "supports.write", OneStudent(found.student_key)) if found else Denied()
    if found is None or isinstance(allowed, Denied):
        raise HTTPException(404)
    record_access(
        session, client, "supports.write", target=target, allowed=allowed, students=[found.student_key],
        at=context.clock(),
    )  # fmt: skip
    return found, allowed


def refuse_mistakes(mistakes: Sequence[Mistake]) -> None:
    """RecordsRefused where there are any."""
    if mistakes:
        raise RecordsRefused(mistakes)


def contact_mistakes(sent: SentContact, today: date) -> Iterator[Mistake]:
    """Days of a contact that cannot be."""
    if not EARLIEST <= sent.day <= today:
        yield Mistake(pointer="#/day", detail=f"expected a day from {EARLIEST} to {today}")
    if sent.try_again_on is not None and (sent.reached or sent.try_again_on < sent.day):
        yield Mistake(pointer="#/try_again_on", detail="expected a day after `day`, where `reached` is false only")


def plan_mistakes(sent: SentPlan, strategies: Collection[str]) -> Iterator[Mistake]:
    """Days of a plan that cannot be, and a way of support that the district does not offer."""
    if not sent.start_date <= sent.planned_end <= sent.start_date + LONGEST:
        yield Mistake(pointer="#/planned_end", detail="expected a day within 40 weeks after start_date")
    if sent.strategy not in strategies:
        yield Mistake(pointer="#/strategy", detail=f"expected one of {', '.join(sorted(strategies))}")


def unknown_staff(session: Session, client: Client, **people: str) -> Iterator[Mistake]:
    """People whom the district never sent, by the field that names them."""
    for field, staff_id in people.items():
        if session.get(StaffRow, (client.district_id, staff_id)) is None:
            yield Mistake(pointer=f"#/{field}", detail="expected somebody of the district's staff, by their id there")


def strategies_of(context: AppContext, client: Client) -> Collection[str]:
    """The ways of support that the district offers, by code."""
    declared = context.settings.district(client.district_id).support.strategies
    return {one.code for one in declared} or set(OWN_STRATEGIES)


def try_again_days(context: AppContext, client: Client) -> int:
    """Weekdays until a contact that was only tried comes back."""
    return context.settings.district(client.district_id).support.try_again_days


def id_of(row: ContactRow | PlanRow) -> str:
    """The id of an entry in the service."""
    return row.contact_id if isinstance(row, ContactRow) else row.plan_id


def present_contact(row: ContactRow, student: StudentRow) -> Contact:
    """A contact as the API says it."""
    return Contact.model_validate(
        {
            "id": row.contact_id.removeprefix(SENT), "sent": row.contact_id.startswith(SENT),
            "student_key": row.student_key, "student_id": student.student_id, "staff_id": row.staff_id,
            "kind": row.kind, "party": row.party, "day": row.day, "reached": row.reached, "result": row.result,
            "next_step": row.next_step, "try_again_on": row.try_again_on, "taken_back": row.withdrawn,
            "revision": row.revision, "revised_at": row.revised_at,
        }
    )  # fmt: skip


def present_plan(row: PlanRow, student: StudentRow) -> Plan:
    """A plan as the API says it."""
    return Plan.model_validate(
        {
            "id": row.plan_id.removeprefix(SENT), "sent": row.plan_id.startswith(SENT),
            "student_key": row.student_key, "student_id": student.student_id, "staff_id": row.staff_id,
            "goal": row.goal, "strategy": row.strategy, "champion": row.champion, "start_date": row.start_date,
            "planned_end": row.planned_end, "sessions_a_week": row.sessions_a_week, "ended_on": row.ended_on,
            "outcome": row.outcome or None, "revision": row.revision, "revised_at": row.revised_at,
        }
    )  # fmt: skip
