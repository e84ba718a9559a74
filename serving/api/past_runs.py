"""Scoring runs, and all scores of one as a stream of lines: `GET /v1/scoring-runs`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from models.verdict import GateVerdict
from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize
from serving.api.clients import ClientWithScope
from serving.api.cursors import cursor_of, place_of
from serving.api.known_outcomes import refuse_unknown_outcome
from serving.api.line_messages import RunLine
from serving.api.line_texts import facts_of
from serving.api.presenters import links_of
from serving.api.run_lines import CSV, NDJSON, RunLines
from serving.api.score_messages import RunLinks, ScoringRun, ScoringRuns
from serving.app_context import RequestContext
from serving.store.rows import RunRow
from serving.web.problems import RecordsRefused, parameter_mistake

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
    response: Response,
    outcome: Annotated[str | None, Query(max_length=200, description="one outcome")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="runs of a page")] = 50,
    cursor: Annotated[str, Query(max_length=500, description="from the page before")] = "",
) -> ScoringRuns:
    """The district's scoring runs, one of each outcome and list, the newest first; `next` and `Link` lead on."""
    with context.read_session() as session:
        if isinstance(authorize(session, client, "scores.read", OwnDistrict()), Denied):
            raise HTTPException(404)
        refuse_unknown_outcome(session, client, context, outcome)
        own = select(RunRow).where(RunRow.district_id == client.district_id)
        found = own.where(RunRow.outcome == outcome) if outcome else own
        if cursor:
            found = found.where(earlier_than(place_of(cursor, {"outcome": outcome}, 3)))
        newest = found.order_by(RunRow.as_of.desc(), RunRow.created_at.desc(), RunRow.run_id).limit(limit + 1)
        runs = [present_run(run) for run in session.scalars(newest)]
    following = next_runs(outcome, limit, runs[limit - 1]) if len(runs) > limit else None
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return ScoringRuns.model_construct(runs=runs[:limit], next=following)


def earlier_than(place: Sequence[str]) -> ColumnElement[bool]:
    """Runs after a place in their order; RecordsRefused for a cursor that has no such place."""
    try:
        as_of, created_at = date.fromisoformat(place[0]), datetime.fromisoformat(place[1])
    except ValueError:
        raise RecordsRefused([parameter_mistake("cursor", "expected a cursor as a page gave it")]) from None
    same_day = RunRow.as_of == as_of
    return or_(
        RunRow.as_of < as_of,
        and_(same_day, RunRow.created_at < created_at),
        and_(same_day, RunRow.created_at == created_at, RunRow.run_id > place[2]),
    )


def next_runs(outcome: str | None, limit: int, last: ScoringRun) -> str:
    """The address of the runs after the last one of a page."""
    place = last.as_of.isoformat(), last.created_at.isoformat(), last.run_id
    asked = {"outcome": outcome} if outcome else {}
    cursor = cursor_of({"outcome": outcome}, place)
    return f"/v1/scoring-runs?{urlencode({**asked, 'limit': limit, 'cursor': cursor})}"


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
