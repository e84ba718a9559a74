"""Operations over HTTP: how far long work is, what became of it, and its end before time."""

import base64
import binascii
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.authorize import Action, Client, Denied, OwnDistrict, authorize
from serving.api.clients import ClientWithScope
from serving.api.operation_messages import Operation, OperationKind, OperationLinks, Operations
from serving.app_context import RequestContext
from serving.operations.operations import cancel, newest_operations
from serving.store.operation_rows import ImportQuarantineRow, OperationRow
from serving.web.nul_characters import replace_nul
from serving.web.openapi import error_response
from serving.web.problems import Conflict

router = APIRouter(prefix="/v1", tags=["operations"])
Reader = Annotated[Client, Depends(ClientWithScope("imports.read"))]
Canceller = Annotated[Client, Depends(ClientWithScope("records.write"))]
PAGE = 50


@router.get("/operations", summary="Operations of the district, the newest first")
def get_operations(
    client: Reader,
    context: RequestContext,
    response: Response,
    kind: Annotated[OperationKind | None, Query(description="only these")] = None,
    cursor: Annotated[str, Query(max_length=200, description="as the answer before gave it")] = "",
) -> Operations:
    """Fifty at a time: imports, scoring runs and changes of records that programs asked for."""
    with context.read_session() as session:
        enter(session, client, "imports.read")
        before = read_cursor(cursor) if cursor else None
        rows = newest_operations(session, client.district_id, kind=kind or "", before=before, limit=PAGE + 1)
        found = [present_operation(session, row) for row in rows[:PAGE]]
    more = f"/v1/operations?cursor={write_cursor(rows[PAGE - 1])}" if len(rows) > PAGE else None
    following = f"{more}&kind={kind}" if more and kind else more
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return Operations(operations=found, next=following)


@router.get("/operations/{operation_id}", summary="How far an operation is, and what became of it")
def get_operation(operation_id: str, client: Reader, context: RequestContext, response: Response) -> Operation:
    """State, progress, result and errors. While it goes on, `Retry-After` says when to ask again."""
    with context.read_session() as session:
        enter(session, client, "imports.read")
        found = present_operation(session, find_operation(session, client, operation_id))
    if found.ended_at is None:
        response.headers["Retry-After"] = "1"
    return found


@router.post(
    "/operations/{operation_id}/cancel", summary="Cancel an operation", status_code=202,
    responses={409: error_response(409)},
)  # fmt: skip
def post_cancel(operation_id: str, client: Canceller, context: RequestContext) -> Operation:
    """What waits is cancelled at once; what runs stops before its next step, with nothing changed.

    409 where it has ended.
    """
    with context.write_session() as session:
        enter(session, client, "records.write")
        row = find_operation(session, client, operation_id)
        if not cancel(row, context.clock()):
            raise Conflict("This operation has ended; there is nothing to cancel.")
        session.flush()
        return present_operation(session, row)


def enter(session: Session, client: Client, action: Action) -> None:
    """Lets the session see the client's district; 404 where it may not act there as a whole."""
    if isinstance(authorize(session, client, action, OwnDistrict()), Denied):
        raise HTTPException(404)


def find_operation(session: Session, client: Client, operation_id: str) -> OperationRow:
    """An operation of the client's district; 404 where there is none."""
    row = session.get(OperationRow, (client.district_id, operation_id))
    if row is None:
        raise HTTPException(404)
    return row


def present_operation(session: Session, row: OperationRow) -> Operation:
    """An operation as the API says it."""
    address = f"/v1/operations/{row.operation_id}"
    waits = session.get(ImportQuarantineRow, (row.district_id, row.operation_id, 0)) is not None
    links = OperationLinks(
        self=address,
        cancel=None if row.ended_at else f"{address}/cancel",
        quarantine=f"/v1/imports/{row.operation_id}/quarantine" if waits else None,
    )
    return Operation.model_validate(
        {
            "id": row.operation_id,
            "kind": row.kind,
            "state": row.state,
            "progress": row.progress,
            "created_at": row.created_at,
            "ended_at": row.ended_at,
            "result": row.result or None,
            "errors": row.errors,
            "links": links,
        }
    )


def accepted(row: Operation, response: Response, prefer: str) -> Operation:
    """The answer to a request that began an operation: where to ask, and that `Prefer: respond-async` was heard."""
    response.headers["Location"] = row.links.self
    response.headers["Retry-After"] = "1"
    if "respond-async" in prefer.lower():
        response.headers["Preference-Applied"] = "respond-async"
    return row


def write_cursor(row: OperationRow) -> str:
    """A place in the list of operations."""
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()}|{row.operation_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """The place that a cursor names; 404 for one that we did not make."""
    try:
        moment, _, operation_id = (
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("utf-8").partition("|")
        )
        return datetime.fromisoformat(moment), replace_nul(operation_id)
    except (binascii.Error, ValueError):
        raise HTTPException(404) from None
