"""Live scores over HTTP: for the records in the body, of one student or of several."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize
from serving.api.clients import ClientWithScope
from serving.api.known_outcomes import refuse_unknown_outcome
from serving.api.messages import SentForScores, SentRecords
from serving.api.presenters import AcceptedLanguage
from serving.api.score_messages import InsufficientData, LiveScore, LiveScores
from serving.app_context import AppContext, RequestContext
from serving.store.rows import RunRow
from serving.store.run_queries import listed_runs
from serving.web.prepared_answer import message_answer

router = APIRouter(prefix="/v1", tags=["scores"])
WritingClient = Annotated[Client, Depends(ClientWithScope("scores.write"))]


@router.post(
    "/scores",
    summary="Score the records of a student, or of several",
    response_model=LiveScore | InsufficientData | LiveScores,
)
def post_scores(
    records: SentForScores,
    client: WritingClient,
    context: RequestContext,
    language: AcceptedLanguage,
    response: Response,
    outcome: Annotated[str, Query(description="which outcome; else the first served one that a student is of")] = "",
) -> Response:
    """Risk, band and reasons for the records sent, which are not kept; or why there is no score.

    The school's calendar is that of the district's last run, and so is the date the score looks from. The outcome is
    the one asked for, or the first that the district serves for students like this one.

    Several students are sent as `{"students": [...]}`, at most 500, and each is answered by itself. 422 for rows of one
    student that contradict themselves, each other, or that date; of several students, only the one is `refused`.
    """
    from serving.api.live_scoring import LiveScoring  # with pandas and Ibis, which nothing else here needs

    with context.read_session() as session:
        allowed = authorize(session, client, "scores.write", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        refuse_unknown_outcome(session, client, context, outcome)
        runs = [one for one in served_runs(session, client, context) if outcome in ("", one.outcome)]
        scoring = LiveScoring(session, context, runs, language, told="reasons.read" in client.scopes)
        answer = scoring.one(records) if isinstance(records, SentRecords) else scoring.several(records.students)
    log_read(
        context.engine, client, "scores.write", target="live score", allowed=allowed, students=[], at=context.clock()
    )
    return message_answer(answer, response)


def served_runs(session: Session, client: Client, context: AppContext) -> list[RunRow]:
    """The runs of the district's newest list, in the order in which ontrack.toml names their outcomes."""
    served = context.outcomes_of(client.district_id)
    runs = listed_runs(session, client.district_id)
    return sorted(runs, key=lambda run: served.index(run.outcome) if run.outcome in served else len(served))
