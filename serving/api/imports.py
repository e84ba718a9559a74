"""Imports over HTTP: files in, and the rows that wait in quarantine out."""

import csv
import io
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from features.errors import MachineRefused, Refused
from features.ingest.findings import DataRefused
from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize
from serving.api.clients import ClientWithScope
from serving.api.operation_messages import Operation, QuarantinedRow, QuarantinedRows
from serving.api.operations import accepted, enter, find_operation, present_operation
from serving.app_context import AppContext, RequestContext
from serving.operations.multipart_files import MultipartFiles
from serving.operations.operations import ask_for, new_operation_id
from serving.operations.quarantine import COLUMNS, every_row, quarantine_part
from serving.operations.uploads import UploadFolder, UploadRefused, upload_folder
from serving.store.cell_types import JsonCell
from serving.web.openapi import error_response
from serving.web.problems import Mistake, problem_response

router = APIRouter(prefix="/v1", tags=["imports"])
Sender = Annotated[Client, Depends(ClientWithScope("records.write"))]
Reader = Annotated[Client, Depends(ClientWithScope("imports.read"))]
FORMULA = ("=", "+", "-", "@")
ZIP_TYPES = ("application/zip", "application/x-zip-compressed")
BODY: Mapping[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    "required": ["files"],
                }
            },
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "/imports", summary="Import the district's files", status_code=202, response_model=Operation,
    openapi_extra=dict(BODY), responses={415: error_response(415), 503: error_response(503)},
)  # fmt: skip
async def post_import(
    request: Request,
    response: Response,
    client: Sender,
    context: RequestContext,
    prefer: Annotated[str, Header(description="respond-async is always honoured")] = "",
) -> Operation | Response:
    """Takes files as `multipart/form-data`, or one `application/zip`, which the worker loads as `ontrack ingest` would.

    The mapping is that of `ontrack.toml`. Nothing is loaded yet when this answers: `Location` says where to ask. The
    same files as in the latest load change nothing.
    """
    operation_id = new_operation_id("import")
    most = context.settings.service.largest_import_mb * 1024 * 1024
    place = upload_folder(context.settings, client.district_id, operation_id)
    folder = await anyio.to_thread.run_sync(UploadFolder, place, most)
    try:
        await receive_files(request, folder)
        operation = await anyio.to_thread.run_sync(begin_import, context, client, operation_id, folder)
    except BaseException as error:
        await anyio.to_thread.run_sync(folder.discard)
        refused = problem_of_upload(error)
        if refused is None:
            raise
        return refused
    return accepted(operation, response, prefer)


async def receive_files(request: Request, folder: UploadFolder) -> None:
    """Writes the body's files into a folder as they arrive."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() in ZIP_TYPES:
        folder.begin("import.zip")
        async for content in chunks(request):
            await anyio.to_thread.run_sync(folder.write, content)
        folder.end()
        return
    parts = MultipartFiles(folder, kind)
    async for content in chunks(request):
        await anyio.to_thread.run_sync(parts.feed, content)
    parts.close()


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of a quarter of a mebibyte or more, so that not every packet is a thread's work."""
    held = bytearray()
    async for content in request.stream():
        held += content
        if len(held) >= 1 << 18:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def begin_import(context: AppContext, client: Client, operation_id: str, folder: UploadFolder) -> Operation:
    """Adds the operation once the files are on disk; DataRefused for unsafe archives and for files of no table."""
    from features.ingest.load.workspace import delivery_in  # with the adapters and Ibis: a server starts without

    place = folder.seal()
    delivery_in(context.settings.district(client.district_id), place)
    with context.write_session() as session:
        enter(session, client, "records.write")
        row = ask_for(
            session, client.district_id, operation_id, kind="import", subject=client.name,
            request={"files": len(folder.names), "bytes": folder.written}, at=context.clock(),
        )  # fmt: skip
        return present_operation(session, row)


def problem_of_upload(error: BaseException) -> Response | None:
    """The problem of files that cannot be taken; None for an error of another kind."""
    if isinstance(error, UploadRefused):
        return problem_response(error.status, str(error), errors=[error.mistake])
    if isinstance(error, DataRefused):
        mistakes = [Mistake(pointer="#/files", detail=str(finding)) for finding in error.findings]
        return problem_response(422, "These files cannot be taken; nothing was changed.", errors=mistakes)
    if isinstance(error, Refused) and not isinstance(error, MachineRefused):
        return problem_response(422, "These files cannot be taken; nothing was changed.")
    if isinstance(error, OSError | MachineRefused):
        return problem_response(503, "The files could not be written to disk. Nothing was changed; try again later.")
    return None


@router.get(
    "/imports/{operation_id}/quarantine",
    summary="Rows of an import that wait in quarantine",
    response_model=QuarantinedRows,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def get_quarantine(
    operation_id: str,
    client: Reader,
    context: RequestContext,
    accept: Annotated[str, Header(description="text/csv for every row as a file")] = "application/json",
    part: Annotated[int, Query(ge=0, le=100, description="which thousand, from 0")] = 0,
) -> QuarantinedRows | Response:
    """Where each row is, which rule it breaks in which columns, and what was expected, as JSON or CSV.

    Values and student ids are masked unless the scope `imports.values` is there too.
    """
    values = "imports.values" in client.scopes
    with context.read_session() as session:
        allowed = authorize(session, client, "imports.read", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        find_operation(session, client, operation_id)
        rows, more = quarantine_part(session, client.district_id, operation_id, part, values=values)
    log_read(
        context.engine, client, "imports.read", target="quarantine", allowed=allowed, students=[], at=context.clock()
    )
    if "text/csv" in accept.lower():
        return StreamingResponse(csv_lines(context, client, operation_id, values=values), media_type="text/csv")
    following = f"/v1/imports/{operation_id}/quarantine?part={part + 1}" if more else None
    return QuarantinedRows(rows=[QuarantinedRow.model_validate(row) for row in rows], next=following)


def csv_lines(context: AppContext, client: Client, operation_id: str, *, values: bool) -> Iterator[str]:
    """Every row as lines of a CSV file, a thousand in memory at a time."""
    yield csv_line(COLUMNS)
    with context.read_session() as session:
        enter(session, client, "imports.read")
        for row in every_row(session, client.district_id, operation_id, values=values):
            yield csv_line([row[name] for name in COLUMNS])


def csv_line(cells: Sequence[JsonCell]) -> str:
    """One line of a CSV file; a cell that a spreadsheet would compute stays text."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if str(cell)[:1] in FORMULA else cell for cell in cells])
    return line.getvalue()
