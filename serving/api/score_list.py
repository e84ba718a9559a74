"""The scores of one list, in pages: `GET /v1/scores`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Select, and_, case, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, defer
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize, visible_students
from serving.api.clients import ClientWithScope
from serving.api.cursors import cursor_of, place_of
from serving.api.messages import Day, Moment
from serving.api.presenters import AcceptedLanguage, ScorePresenter, score_fields
from serving.api.score_messages import ListedScore, ScorePage
from serving.app_context import RequestContext
from serving.scoring.bands import Band
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import current_runs

router = APIRouter(prefix="/v1", tags=["scores"])
ReadingClient = Annotated[Client, Depends(ClientWithScope("scores.read"))]
PAGE, MOST = 100, 500


@dataclass(frozen=True)
class ScoreFilter:
    """Which scores are asked for; everything that is not None must hold."""

    outcome: Annotated[str | None, Query(max_length=200, description="one outcome")] = None
    school: Annotated[str | None, Query(max_length=200, description="the school where the students are now")] = None
    grade: Annotated[int | None, Query(ge=-1, le=13, description="the grade in which they are now")] = None
    band: Annotated[Band | None, Query(description="few, some, many or unknown")] = None
    as_of: Annotated[Day | None, Query(description="the list of this date; else the newest")] = None
    changed_since: Annotated[
        Moment | None,
        Query(description="only where risk, band or listing is not what it was at this moment"),
    ] = None

    def asked(self) -> dict[str, object]:
        """What was asked, as a query has it."""
        return {name: value for name, value in vars(self).items() if value is not None}


@router.get("/scores", summary="The scores of a list, in pages")
def get_score_page(
    client: ReadingClient,
    context: RequestContext,
    language: AcceptedLanguage,
    response: Response,
    wanted: Annotated[ScoreFilter, Depends()],
    limit: Annotated[int, Query(ge=1, le=MOST, description="scores of a page")] = PAGE,
    cursor: Annotated[str | None, Query(max_length=1000, description="from the page before")] = None,
) -> ScorePage:
    """The scores of the newest list, or of a date's, of the students that the program may see.

    All pages are of one whole list, also where a newer one is published while they are read: the cursor keeps it.
    The next page's address is in `next` and in the `Link` header.
    """
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.read", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        place = place_of(cursor, wanted.asked(), 3) if cursor else ("", "", "")
        runs = wanted_runs(session, client, wanted, place[0])
        rows = session.execute(select_page(session, client, runs, wanted, place[1:]).limit(limit + 1)).all()
        presenter = ScorePresenter(language, context.words, told="reasons.read" in client.scopes)
        shown = [listed_score(presenter, *row, runs) for row in rows[:limit]]
    log_read(
        context.engine, client, "scores.read", target="scores", allowed=allowed,
        students=sorted({one.student_key for one in shown}), at=context.clock(),
    )  # fmt: skip
    more = len(rows) > limit
    following = next_page(wanted, limit, runs[0], shown[-1]) if more else None
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return ScorePage.model_construct(as_of=runs[0].as_of if runs else None, scores=shown, next=following)


def wanted_runs(session: Session, client: Client, wanted: ScoreFilter, list_id: str) -> list[RunRow]:
    """The runs of the list that is asked for: that of the cursor, of a date, or the newest."""
    runs = current_runs(session, client.district_id) if not list_id and wanted.as_of is None else ()
    if list_id or wanted.as_of is not None:
        own = select(RunRow).where(RunRow.district_id == client.district_id)
        named = RunRow.list_id == list_id if list_id else RunRow.as_of == wanted.as_of
        found = session.scalars(own.where(named).order_by(RunRow.created_at.desc(), RunRow.outcome)).all()
        runs = tuple(run for run in found if run.list_id == found[0].list_id)
    return [run for run in runs if wanted.outcome in (None, run.outcome)]


def select_page(
    session: Session, client: Client, runs: Sequence[RunRow], wanted: ScoreFilter, after: Sequence[str]
) -> Select[StudentRow, ScoreRow]:
    """The students and scores of these runs after a place, in the order of run and key."""
    same = and_(ScoreRow.district_id == StudentRow.district_id, ScoreRow.student_key == StudentRow.student_key)
    found = visible_students(client).join(ScoreRow, same).add_columns(ScoreRow).options(defer(ScoreRow.history))
    found = found.where(ScoreRow.run_id.in_([run.run_id for run in runs]))
    conditions = (
        (wanted.school, StudentRow.school_id == wanted.school),
        (wanted.grade, StudentRow.grade_level == wanted.grade),
        (wanted.band, ScoreRow.band == wanted.band),
    )
    found = found.where(*(condition for value, condition in conditions if value is not None))
    if wanted.changed_since is not None:
        found = changed_only(found, runs, runs_before(session, client, runs, wanted.changed_since))
    if any(after):
        found = found.where(tuple_(ScoreRow.run_id, ScoreRow.student_key) > tuple_(*after))
    return found.order_by(ScoreRow.run_id, ScoreRow.student_key)


def runs_before(session: Session, client: Client, runs: Sequence[RunRow], moment: datetime) -> dict[str, str]:
    """By run, the newest of the same outcome that was there at a moment; without those before which there was none."""
    then: dict[str, str] = {}
    for run in runs:
        own = select(RunRow.run_id).where(
            RunRow.district_id == client.district_id, RunRow.outcome == run.outcome, RunRow.created_at <= moment
        )
        newest = session.scalar(own.order_by(RunRow.as_of.desc(), RunRow.created_at.desc()).limit(1))
        if newest is not None:
            then[run.run_id] = newest
    return then


def changed_only(
    found: Select[StudentRow, ScoreRow], runs: Sequence[RunRow], then: Mapping[str, str]
) -> Select[StudentRow, ScoreRow]:
    """Those whose risk, band or listing is not what the run of then says."""
    earlier = aliased(ScoreRow)
    if not then:
        return found
    same = and_(
        earlier.district_id == ScoreRow.district_id,
        earlier.student_key == ScoreRow.student_key,
        earlier.run_id == case(then, value=ScoreRow.run_id),
    )
    differs = or_(
        earlier.student_key.is_(None),
        earlier.risk.is_distinct_from(ScoreRow.risk),
        earlier.band != ScoreRow.band,
        earlier.flagged != ScoreRow.flagged,
    )
    return found.outerjoin(earlier, same).where(differs)


def listed_score(
    presenter: ScorePresenter, student: StudentRow, score: ScoreRow, runs: Sequence[RunRow]
) -> ListedScore:
    """A score with its student."""
    run = next(run for run in runs if run.run_id == score.run_id)
    return ListedScore.model_validate(
        {
            **score_fields(presenter, score, run),
            "student_key": student.student_key,
            "student_id": student.student_id,
            "school_id": student.school_id,
            "grade_level": student.grade_level,
        }
    )


def next_page(wanted: ScoreFilter, limit: int, run: RunRow, last: ListedScore) -> str:
    """The address of the page after the one that ends with this score."""
    cursor = cursor_of(wanted.asked(), (run.list_id or "", last.run_id, last.student_key))
    said: dict[str, object] = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in wanted.asked().items()
    }
    return f"/v1/scores?{urlencode({**said, 'limit': limit, 'cursor': cursor})}"
