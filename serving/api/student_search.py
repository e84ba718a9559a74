"""A search for students by name or by the district's own numbers: `POST /v1/students/search`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize, visible_students
from serving.api.clients import ClientWithScope, missing_scope
from serving.api.presenters import AcceptedLanguage, ScorePresenter
from serving.api.score_json import score_json
from serving.api.score_messages import FoundStudent, FoundStudents, PastScore, StudentSearch
from serving.app_context import RequestContext
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import listed_runs, of_runs, urgency
from serving.store.statements import objects_of, statement
from serving.store.student_names import search_students
from serving.web.prepared_answer import message_answer

router = APIRouter(prefix="/v1", tags=["students"])
SearchingClient = Annotated[Client, Depends(ClientWithScope("students.search"))]
BY_NAME = (StudentRow.last_name, StudentRow.first_name, StudentRow.student_key)


@router.post("/students/search", summary="Look for students by name or number", response_model=FoundStudents)
def post_search(
    wanted: StudentSearch,
    client: SearchingClient,
    context: RequestContext,
    language: AcceptedLanguage,
    response: Response,
) -> Response:
    """The students that the program may see with these numbers, or with this name; those of no student are left out.

    With `with_scores`, which needs the scope `scores.read` too, each comes with its scores of the newest list.
    """
    if wanted.with_scores and "scores.read" not in client.scopes:
        raise missing_scope("scores.read")
    with context.read_session() as session:
        allowed = authorize(session, client, "students.search", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        found = find_students(session, client, wanted)
        presenter = ScorePresenter(language, context.words, told="reasons.read" in client.scopes)
        scores = scores_of(session, client, found, presenter) if wanted.with_scores else {}
    log_read(
        context.engine, client, "students.search", target="student search", allowed=allowed,
        students=sorted(one.student_key for one in found), at=context.clock(),
    )  # fmt: skip
    given = [found_student(one, scores.get(one.student_key, []) if wanted.with_scores else None) for one in found]
    return message_answer(FoundStudents.model_construct(students=given), response)


def find_students(session: Session, client: Client, wanted: StudentSearch) -> list[StudentRow]:
    """The students with these numbers or this name, whom the program may see."""
    if not wanted.name:
        return objects_of(session, StudentRow, select_numbered(client, sorted(set(wanted.student_ids))))
    keys = search_students(session, visible_students(client), wanted.name)
    return list(session.scalars(visible_students(client).where(StudentRow.student_key.in_(keys)).order_by(*BY_NAME)))


@statement
def select_numbered(client: Client, numbers: list[str]) -> Select[StudentRow]:
    """The students with these numbers whom the program may see."""
    return visible_students(client).where(StudentRow.student_id.in_(numbers)).order_by(*BY_NAME)


def scores_of(
    session: Session, client: Client, found: Sequence[StudentRow], presenter: ScorePresenter
) -> dict[str, list[PastScore]]:
    """By student, the scores of the newest list, the most urgent first."""
    runs = {run.run_id: run for run in listed_runs(session, client.district_id)}
    keys = [one.student_key for one in found]
    own = select(ScoreRow).where(ScoreRow.district_id == client.district_id, ScoreRow.student_key.in_(keys))
    rows = [(score, runs[score.run_id]) for score in session.scalars(own.where(of_runs(list(runs.values()))))]
    scores: dict[str, list[PastScore]] = {}
    for score, run in sorted(rows, key=by_urgency):
        scores.setdefault(score.student_key, []).append(
            PastScore.model_validate_json(score_json(presenter, score, run))
        )
    return scores


def by_urgency(one: tuple[ScoreRow, RunRow]) -> tuple[bool, bool, float, str]:
    """What a student's scores are ordered by."""
    return urgency(*one)


def found_student(student: StudentRow, scores: list[PastScore] | None) -> FoundStudent:
    """A student as an API message."""
    return FoundStudent.model_construct(
        student_key=student.student_key,
        student_id=student.student_id,
        first_name=student.first_name,
        last_name=student.last_name,
        grade_level=student.grade_level,
        school_id=student.school_id,
        scores=scores,
    )
