"""Scoring runs, and all scores of one as a stream of lines: `GET /v1/scoring-runs`."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from models.verdict import GateVerdict
from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize
from serving.api.clients import ClientWithScope
from serving.api.known_outcomes import refuse_unknown_outcome
from serving.api.line_messages import RunLine
from serving.api.line_texts import facts_of
from serving.api.presenters import links_of
from serving.api.run_lines import CSV, NDJSON, RunLines
from serving.api.score_messages import RunLinks, ScoringRun, ScoringRuns
from serving.app_context import RequestContext
from serving.store.rows import RunRow

router = APIRouter(prefix="/v1", tags=["scores"])
LINES = (
    "a `RunLine` in each line of NDJSON; in CSV the same as columns: `reasons` has codes, `reason_values` a JSON list"
    " and `evidence` table:records:windows of each, in one order"
)


class LinesResponse(StreamingResponse):
    """Lines as they are read."""

    media_type = NDJSON


ReadingClient = Annotated[Client, Depends(ClientWithScope("scores.read"))]


@router.get("/scoring-runs", summary="The newest scoring runs")
def get_runs(
    client: ReadingClient,
    context: RequestContext,
    outcome: Annotated[str | None, Query(max_length=200, description="one outcome")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ScoringRuns:
    """The district's scoring runs, one of each outcome and list, the newest first."""
    with context.read_session() as session:
        if isinstance(authorize(session, client, "scores.read", OwnDistrict()), Denied):
            raise HTTPException(404)
        refuse_unknown_outcome(session, client, context, outcome)
        own = select(RunRow).where(RunRow.district_id == client.district_id)
        found = own.where(RunRow.outcome == outcome) if outcome else own
        newest = found.order_by(RunRow.as_of.desc(), RunRow.created_at.desc(), RunRow.run_id).limit(limit)
        runs = [present_run(run) for run in session.scalars(newest)]
    return ScoringRuns.model_construct(runs=runs)


@router.get(
    "/scoring-runs/{run_id}/scores",
    summary="Every score of a run, as lines",
    response_class=LinesResponse,
    responses={200: {"model": list[RunLine], "description": LINES, "content": {CSV: {"schema": {"type": "string"}}}}},
)
def get_run_lines(
    run_id: str,
    request: Request,
    client: ReadingClient,
    context: RequestContext,
    form: Annotated[
        Literal["ndjson", "csv"] | None, Query(alias="format", description="else by the `Accept` header")
    ] = None,
) -> LinesResponse:
    """The scores of a run of the students that the program may see, by key: NDJSON, or CSV with `Accept: text/csv`.

    A stream of any length. A line has what the JSON of a score has, but for sentences: reasons are codes, values and
    evidence. What is the same for the run stands in each line.
    """
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.read", OwnDistrict())
        run = find_run(session, client, run_id)
        if isinstance(allowed, Denied) or run is None:
            raise HTTPException(404)
        lines = RunLines(context.engine, client, facts_of(run, context.words.of(run).tables))
    log_read(
        context.engine, client, "scores.read", target=f"scores of run {run_id}", allowed=allowed, students=[],
        at=context.clock(),
    )  # fmt: skip
    if form == "csv" or (form is None and CSV in request.headers.get("accept", "")):
        return LinesResponse(lines.csv(), media_type=f"{CSV}; charset=utf-8", headers={"Vary": "Accept"})
    return LinesResponse(lines.ndjson(), headers={"Vary": "Accept"})


def find_run(session: Session, client: Client, run_id: str) -> RunRow | None:
    """The run of that id in the program's district."""
    return session.get(RunRow, (client.district_id, run_id))


def present_run(run: RunRow) -> ScoringRun:
    """A run as an API message."""
    links = links_of(run.bundle_digest)
    return ScoringRun.model_construct(
        run_id=run.run_id,
        list_id=run.list_id,
        outcome=run.outcome,
        as_of=run.as_of,
        data_as_of=run.data_through,
        created_at=run.created_at,
        scorer=cast(Literal["model", "rule"], run.scorer),
        verdict=cast(GateVerdict, run.verdict),
        model_version=run.model_version,
        release=run.release_id,
        students=run.students,
        flagged=run.flagged,
        unscored=run.unscored,
        capacity=run.capacity,
        links=RunLinks(card=links.card, audit=links.audit, scores=f"/v1/scoring-runs/{run.run_id}/scores"),
    )
