"""Single records over HTTP: sent by the caller's own ids, taken back, and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic.json_schema import JsonSchemaValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import record_access
from serving.access.authorize import Allowed, Client, Denied, OneStudent, authorize, visible_students
from serving.api.clients import ClientWithScope
from serving.api.messages import AttendanceRow, EnrollmentRow, IncidentRow, MarkRow, SentRow
from serving.api.operation_messages import RecordError, SentRecord
from serving.api.preconditions import CHANGED, Preconditions, RecordPreconditions, tag_of
from serving.api.record_consistency import SHARES
from serving.app_context import AppContext, RequestContext
from serving.records.sent_records import KeyTaken, RecordName, find_record, send_record, take_back_record
from serving.store.cell_types import JsonObject
from serving.store.district_scope import enter_district
from serving.store.rows import SchoolRow, StudentRow
from serving.store.sent_record_rows import SentRecordRow
from serving.web.openapi import error_response
from serving.web.prepared_answer import message_answer
from serving.web.problems import Conflict, Mistake, RecordsRefused

router = APIRouter(prefix="/v1/students/{student_id}", tags=["records"])
Sender = Annotated[Client, Depends(ClientWithScope("records.write"))]
Reader = Annotated[Client, Depends(ClientWithScope("imports.read"))]
RecordId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$", description="the caller's own id of the record")
]
StudentId = Annotated[str, Path(max_length=200, description="the district's own id of the student")]
RecordTable = Literal["attendance", "marks", "incidents", "enrollments"]
TAKEN = "Another record of this student, under another id, has the same key. Change or delete that one."
RecordAction = Literal["imports.read", "records.write"]
CONFLICT: dict[int | str, JsonSchemaValue] = {409: error_response(409), **CHANGED}


@dataclass(frozen=True)
class Change:
    """A request that changes a record: who sends it, and what it asks of the record before."""

    client: Client
    context: AppContext
    preconditions: Preconditions
    response: Response


def read_change(
    client: Sender, context: RequestContext, preconditions: RecordPreconditions, response: Response
) -> Change:
    """The parts of a request that changes a record."""
    return Change(client, context, preconditions, response)


CurrentChange = Annotated[Change, Depends(read_change)]


@router.put(
    "/attendance/{record_id}",
    summary="Send an exception to being present",
    status_code=202,
    response_model=SentRecord,
    responses=CONFLICT,
)
def put_attendance(
    student_id: StudentId, record_id: RecordId, record: AttendanceRow, change: CurrentChange
) -> Response:
    """Sends the record, or what it says now. It is loaded before the next run; the same again changes nothing.

    422 by the rules of files; 409 where another record of the student has the same school, date, section and kind.
    With `If-Match` it is changed only as you know it, with `If-None-Match: *` only sent where there is none: else 412.
    """
    return put_record(change, Target(student_id, "attendance", record_id), record)


@router.put("/marks/{record_id}", summary="Send a mark", status_code=202, response_model=SentRecord, responses=CONFLICT)
def put_mark(student_id: StudentId, record_id: RecordId, record: MarkRow, change: CurrentChange) -> Response:
    """Sends the mark, or what it says now, as for attendance."""
    return put_record(change, Target(student_id, "marks", record_id), record)


@router.put(
    "/incidents/{record_id}",
    summary="Send a behavior incident",
    status_code=202,
    response_model=SentRecord,
    responses=CONFLICT,
)
def put_incident(student_id: StudentId, record_id: RecordId, record: IncidentRow, change: CurrentChange) -> Response:
    """Sends the incident, or what it says now, as for attendance."""
    return put_record(change, Target(student_id, "incidents", record_id), record)


@router.put(
    "/enrollments/{record_id}",
    summary="Send a spell of enrollment",
    status_code=202,
    response_model=SentRecord,
    responses=CONFLICT,
)
def put_enrollment(
    student_id: StudentId, record_id: RecordId, record: EnrollmentRow, change: CurrentChange
) -> Response:
    """Sends the spell, or what it says now, as for attendance. The student is already in the district's files."""
    return put_record(change, Target(student_id, "enrollments", record_id), record)


@router.get("/{table}/{record_id}", summary="What became of a record that was sent")
def get_record(
    student_id: StudentId,
    table: RecordTable,
    record_id: RecordId,
    client: Reader,
    context: RequestContext,
    response: Response,
) -> SentRecord:
    """Whether it waits, is loaded, was refused or taken back, with the load or the rule; its cells are not repeated."""
    with context.write_session() as session:
        name = open_student(session, context, client, Target(student_id, table, record_id), reading=True)
        return tagged(present_record(found_record(session, client, name)), response)


@router.delete("/{table}/{record_id}", summary="Take a record back", status_code=202, responses=CHANGED)
def delete_record(student_id: StudentId, table: RecordTable, record_id: RecordId, change: CurrentChange) -> SentRecord:
    """Takes a record back that was sent under this id; again changes nothing. What past scores saw stays.

    With `If-Match` only as you know it: else 412.
    """
    client, context = change.client, change.context
    with context.write_session() as session:
        name = open_student(session, context, client, Target(student_id, table, record_id))
        row = found_record(session, client, name, to_change=True)
        change.preconditions.check(present_record(row))
        take_back_record(session, row, subject=client.name, at=context.clock())
        return tagged(present_record(row), change.response)


@dataclass(frozen=True)
class Target:
    """Which record a request is about, as its address says it."""

    student_id: str
    table: RecordTable
    record_id: str


def put_record(change: Change, target: Target, record: SentRow) -> Response:
    """Keeps a record for the next load, and says so; RecordsRefused where it breaks a rule by itself."""
    from features.ingest.parsing.single_record import broken_rule  # with DuckDB and Ibis: a server starts without

    client, context = change.client, change.context
    today = context.today(client.district_id)
    cells = {"student_id": target.student_id, "known_on": today.isoformat(), **cells_of(record)}
    with context.read_session() as session:
        visible_student(session, client, target, "records.write")
        mistakes = [*share_mistakes(record), *unknown_school(session, client, cells)]
    rule = broken_rule(target.table, cells, context.settings.district(client.district_id).policies, today)
    if rule is not None:
        mistakes += [Mistake(pointer=f"#/{column}", detail=rule.expected) for column in rule.columns]
    if mistakes:
        raise RecordsRefused(mistakes)
    content: JsonObject = {**cells}
    with context.write_session() as session:
        name = open_student(session, context, client, target)
        known = find_record(session, client.district_id, name, to_change=True)
        change.preconditions.check(present_record(known) if known else None)
        try:
            row = send_record(
                session, client.district_id, name, content, subject=client.name, at=context.clock()
            )  # fmt: skip
        except KeyTaken:
            raise Conflict(TAKEN) from None
        sent = tagged(present_record(row), change.response)
    return message_answer(sent, change.response, 202)


def tagged(record: SentRecord, response: Response) -> SentRecord:
    """The record, with its tag on the answer."""
    response.headers["ETag"] = tag_of(record)
    return record


def visible_student(
    session: Session, client: Client, target: Target, action: RecordAction
) -> tuple[StudentRow, Allowed]:
    """The student of an address, and why the client may act on the student's records; 404 where it may not."""
    enter_district(session, client.district_id)
    found = session.scalars(visible_students(client).where(StudentRow.student_id == target.student_id)).first()
    allowed = authorize(session, client, action, OneStudent(found.student_key)) if found else Denied()
    if found is None or isinstance(allowed, Denied):
        raise HTTPException(404)
    return found, allowed


def open_student(
    session: Session, context: AppContext, client: Client, target: Target, *, reading: bool = False
) -> RecordName:
    """The record's name, by the key of a student whom the client may see; notes the access, 404 where it may not."""
    action: RecordAction = "imports.read" if reading else "records.write"
    found, allowed = visible_student(session, client, target, action)
    record_access(
        session, client, action, target=f"record of {target.table}", allowed=allowed, students=[found.student_key],
        at=context.clock(),
    )  # fmt: skip
    return RecordName(found.student_key, target.table, target.record_id)


def found_record(session: Session, client: Client, name: RecordName, *, to_change: bool = False) -> SentRecordRow:
    """A record that was sent; 404 where none was under this id."""
    row = find_record(session, client.district_id, name, to_change=to_change)
    if row is None:
        raise HTTPException(404)
    return row


def cells_of(record: SentRow) -> dict[str, str]:
    """A record's cells as a file of our own shape has them."""
    cells = record.model_dump(mode="json", exclude_none=True)
    return {name: str(cell).lower() if isinstance(cell, bool) else str(cell) for name, cell in cells.items()}


def share_mistakes(record: SentRow) -> Iterator[Mistake]:
    """A share of a day that does not fit what was recorded."""
    if isinstance(record, AttendanceRow):
        least, most = SHARES[record.kind]
        if not least <= record.absent_hundredths <= most:
            expected = f"expected {least} to {most} where kind is {record.kind}"
            yield Mistake(pointer="#/absent_hundredths", detail=expected)


def unknown_school(session: Session, client: Client, cells: dict[str, str]) -> Iterator[Mistake]:
    """A school that the district never sent."""
    if session.get(SchoolRow, (client.district_id, cells["school_id"])) is None:
        schools = select(SchoolRow.school_id).where(SchoolRow.district_id == client.district_id)
        known = ", ".join(sorted(session.scalars(schools))[:20])
        yield Mistake(pointer="#/school_id", detail=f"expected a school that the district sent; there are {known}")


def present_record(row: SentRecordRow) -> SentRecord:
    """A record as the API says it."""
    waits = row.revision > row.settled
    state = "waiting" if waits else "refused" if row.errors else "taken_back" if row.deleted else "loaded"
    return SentRecord.model_validate(
        {
            "record_id": row.record_id,
            "table": row.table_name,
            "state": state,
            "deleted": row.deleted,
            "revision": row.revision,
            "sent_at": row.sent_at,
            "load_id": row.load_id,
            "errors": [
                RecordError.model_validate({name: one[name] for name in RecordError.model_fields}) for one in row.errors
            ],
        }
    )
