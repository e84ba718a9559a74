"""Scoring runs over HTTP: a list that the worker makes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from starlette.exceptions import HTTPException

from serving.access.authorize import Client
from serving.api.clients import ClientWithScope
from serving.api.operation_messages import Operation, ScoringRunRequest
from serving.api.operations import accepted, enter, present_operation
from serving.app_context import RequestContext
from serving.operations.operations import ask_for, new_operation_id

router = APIRouter(prefix="/v1", tags=["scores"])
Asker = Annotated[Client, Depends(ClientWithScope("scores.write"))]


@router.post("/scoring-runs", summary="Score the district", status_code=202)
def post_scoring_run(
    asked: ScoringRunRequest,
    response: Response,
    client: Asker,
    context: RequestContext,
    prefer: Annotated[str, Header(description="respond-async is always honoured")] = "",
) -> Operation:
    """Asks the worker for the district's list of a date, with the records as they are then.

    Changes that were sent before are loaded first. `Location` says where to ask for it. The same date, records and
    releases are the same list, which is made once.
    """
    if client.schools is not None:
        raise HTTPException(404)  # a list is of the whole district
    as_of = asked.as_of or context.today(client.district_id)
    with context.write_session() as session:
        enter(session, client, "scores.write")
        row = ask_for(
            session, client.district_id, new_operation_id("scoring_run"), kind="scoring_run", subject=client.name,
            request={"as_of": as_of.isoformat()}, at=context.clock(),
        )  # fmt: skip
        return accepted(present_operation(session, row), response, prefer)
