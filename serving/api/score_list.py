"""The scores of one list, in pages: `GET /v1/scores`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased, defer
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OwnDistrict, authorize, visible_students
from serving.api.clients import ClientWithScope
from serving.api.cursors import cursor_of, place_of
from serving.api.known_outcomes import refuse_unknown_outcome
from serving.api.messages import Day, Moment
from serving.api.presenters import AcceptedLanguage, ScorePresenter
from serving.api.score_json import list_text, object_text, score_json, text_of
from serving.api.score_messages import ScorePage
from serving.app_context import RequestContext
from serving.scoring.bands import Band
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import listed_runs
from serving.store.statements import statement
from serving.web.prepared_answer import prepared_answer
from serving.web.problems import RecordsRefused, parameter_mistake

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
    as_of: Annotated[Day | None, Query(description="the list of this date, which has to be there; else the newest")] = (
        None
    )
    changed_since: Annotated[
        Moment | None,
        Query(description="only where risk, band or listing is not what it was at this moment"),
    ] = None

    def asked(self) -> dict[str, object]:
        """What was asked, as a query has it."""
        return {name: value for name, value in vars(self).items() if value is not None}


@router.get("/scores", summary="The scores of a list, in pages", response_model=ScorePage)
def get_score_page(
    client: ReadingClient,
    context: RequestContext,
    language: AcceptedLanguage,
    response: Response,
    wanted: Annotated[ScoreFilter, Depends()],
    limit: Annotated[int, Query(ge=1, le=MOST, description="scores of a page")] = PAGE,
    cursor: Annotated[str | None, Query(max_length=1000, description="from the page before")] = None,
) -> Response:
    """The scores of the newest list, or of a date's, of the students that the program may see.

    All pages are of one whole list, also where a newer one is published while they are read: the cursor keeps it.
    The next page's address is in `next` and in the `Link` header.
    """
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.read", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        place = place_of(cursor, wanted.asked(), 3) if cursor else ("", "", "")
        refuse_unknown_outcome(session, client, context, wanted.outcome)
        runs = wanted_runs(session, client, wanted, place[0])
        found = list(islice(listed_scores(session, client, runs, wanted, place[1:], limit + 1), limit + 1))
        presenter = ScorePresenter(language, context.words, told="reasons.read" in client.scopes)
        shown = [listed_text(presenter, one) for one in found[:limit]]
    keys = [one.student.student_key for one in found[:limit]]
    log_read(
        context.engine, client, "scores.read", target="scores", allowed=allowed, students=sorted(set(keys)),
        at=context.clock(),
    )  # fmt: skip
    following = next_page(wanted, limit, found[limit - 1]) if len(found) > limit else None
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    as_of = text_of(runs[0].as_of if runs else None)
    content = object_text({"as_of": as_of, "scores": list_text(shown), "next": text_of(following)})
    return prepared_answer(content, response)


class StudentOfList(NamedTuple):
    """What a list says of a student."""

    student_key: str
    student_id: str
    school_id: str
    grade_level: int


STUDENT = tuple(getattr(StudentRow, name) for name in StudentOfList._fields)


@dataclass(frozen=True)
class Listed:
    """A score of a list, its student and its run."""

    student: StudentOfList
    score: ScoreRow
    run: RunRow


def wanted_runs(session: Session, client: Client, wanted: ScoreFilter, list_id: str) -> list[RunRow]:
    """The runs of the list that is asked for: that of the cursor, of a date, or the newest."""
    runs = listed_runs(session, client.district_id) if not list_id and wanted.as_of is None else ()
    if list_id or wanted.as_of is not None:
        own = select(RunRow).where(RunRow.district_id == client.district_id)
        named = RunRow.list_id == list_id if list_id else RunRow.as_of == wanted.as_of
        found = session.scalars(own.where(named).order_by(RunRow.created_at.desc(), RunRow.outcome)).all()
        if not list_id and wanted.as_of and not [run for run in found if wanted.outcome in (None, run.outcome)]:
            raise RecordsRefused([parameter_mistake("as_of", nearest_lists(session, client, wanted))])
        runs = tuple(run for run in found if run.list_id == found[0].list_id)
    return [run for run in runs if wanted.outcome in (None, run.outcome)]


def nearest_lists(session: Session, client: Client, wanted: ScoreFilter) -> str:
    """What to say of a date without a list: the dates before and after it that have one of the outcome."""
    dates = select(RunRow.as_of).where(RunRow.district_id == client.district_id).distinct()
    own = dates.where(RunRow.outcome == wanted.outcome) if wanted.outcome else dates
    before = session.scalar(own.where(RunRow.as_of < wanted.as_of).order_by(RunRow.as_of.desc()).limit(1))
    after = session.scalar(own.where(RunRow.as_of > wanted.as_of).order_by(RunRow.as_of).limit(1))
    near = [one.isoformat() for one in (before, after) if one is not None]
    return f"no list of this date; the nearest is of {' or '.join(near)}" if near else "no list of any date yet"


def listed_scores(
    session: Session, client: Client, runs: Sequence[RunRow], wanted: ScoreFilter, after: Sequence[str], most: int
) -> Iterator[Listed]:
    """The scores after a place in the order of run and key; of each run at most so many.

    Each run is asked by itself: its scores stand in the order of their keys, and no more are read than are shown. Of
    several runs together, all that are left would be read and put in order for each page.
    """
    then = runs_before(session, client, runs, wanted.changed_since) if wanted.changed_since is not None else {}
    for run in sorted(runs, key=lambda one: one.run_id):
        if run.run_id < after[0]:
            continue
        key = after[1] if run.run_id == after[0] else ""
        filters = wanted.school, wanted.grade, wanted.band
        found = session.execute(*select_page(client, run.run_id, then.get(run.run_id), *filters, key, most))
        for score, student_key, student_id, school_id, grade_level in found:
            yield Listed(StudentOfList(student_key, student_id, school_id, grade_level), score, run)


@statement
def select_page(
    client: Client,
    run_id: str,
    before: str | None,
    school: str | None,
    grade: int | None,
    band: str | None,
    after: str,
    most: int,
) -> Select[ScoreRow, str, str, str, int]:
    """The scores of a run after a student, with their students; with a run `before`, those that it has otherwise."""
    same = and_(ScoreRow.district_id == StudentRow.district_id, ScoreRow.student_key == StudentRow.student_key)
    found = visible_students(client).join(ScoreRow, same).with_only_columns(ScoreRow, *STUDENT)
    found = found.options(defer(ScoreRow.history)).where(
        ScoreRow.district_id == client.district_id, ScoreRow.run_id == run_id, ScoreRow.student_key > after
    )
    conditions = (
        (school, StudentRow.school_id == school),
        (grade, StudentRow.grade_level == grade),
        (band, ScoreRow.band == band),
    )
    found = found.where(*(condition for value, condition in conditions if value is not None))
    changed = found if before is None else changed_only(found, before)
    return changed.order_by(ScoreRow.student_key).limit(most)


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


def changed_only(found: Select[ScoreRow, str, str, str, int], before: str) -> Select[ScoreRow, str, str, str, int]:
    """Those whose risk, band or listing is not what the run of then says."""
    earlier = aliased(ScoreRow)
    same = and_(
        earlier.district_id == ScoreRow.district_id,
        earlier.student_key == ScoreRow.student_key,
        earlier.run_id == before,
    )
    differs = or_(
        earlier.student_key.is_(None),
        earlier.risk.is_distinct_from(ScoreRow.risk),
        earlier.band != ScoreRow.band,
        earlier.flagged != ScoreRow.flagged,
    )
    return found.outerjoin(earlier, same).where(differs)


def listed_text(presenter: ScorePresenter, listed: Listed) -> str:
    """A score with its student, as JSON."""
    return score_json(presenter, listed.score, listed.run, **listed.student._asdict())


def next_page(wanted: ScoreFilter, limit: int, last: Listed) -> str:
    """The address of the page after the one that ends with this score."""
    cursor = cursor_of(wanted.asked(), (last.run.list_id or "", last.run.run_id, last.student.student_key))
    said: dict[str, object] = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in wanted.asked().items()
    }
    return f"/v1/scores?{urlencode({**said, 'limit': limit, 'cursor': cursor})}"
