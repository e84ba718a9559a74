"""A student's scores of past runs over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OneStudent, authorize
from serving.api.clients import ClientWithScope
from serving.api.presenters import AcceptedLanguage, ScorePresenter
from serving.api.score_json import list_text, object_text, score_json, text_of
from serving.api.score_messages import Scores
from serving.app_context import RequestContext
from serving.store.run_queries import select_told_history
from serving.web.prepared_answer import prepared_answer

router = APIRouter(prefix="/v1", tags=["scores"])
ReadingClient = Annotated[Client, Depends(ClientWithScope("scores.read"))]


@router.get("/students/{student_key}/scores", summary="A student's scores, latest first", response_model=Scores)
def get_scores(
    student_key: str, client: ReadingClient, context: RequestContext, language: AcceptedLanguage, response: Response
) -> Response:
    """Every score of the student in the key's district, with reasons. 404 where there is no such student."""
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.read", OneStudent(student_key))
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        history = session.execute(*select_told_history(client.district_id, student_key))
        presenter = ScorePresenter(language, context.words, told="reasons.read" in client.scopes)
        scores = [score_json(presenter, score, run) for score, run in history]
    log_read(
        context.engine, client, "scores.read", target="scores", allowed=allowed, students=[student_key],
        at=context.clock(),
    )  # fmt: skip
    content = object_text({"student_key": text_of(student_key), "scores": list_text(scores)})
    return prepared_answer(content, response)
