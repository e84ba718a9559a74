"""Scores over HTTP: those of past runs, and a live one for records in the body."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access_log import record_access
from serving.api.clients import AskedService, AskingClient, need_scope
from serving.api.live import Scoring, score_records
from serving.api.messages import GivenReason, InsufficientData, LiveScore, PastScore, Scores, SentRecords
from serving.authorize import Client, Denied, OneStudent, OwnDistrict, authorize
from serving.bands import Band
from serving.past import latest_run
from serving.rows import CalendarRow, Cells, RunRow, ScoreRow
from serving.service import Service
from serving.wording import entry_of, reason_sentence

router = APIRouter(prefix="/v1", tags=["scores"])


@router.get("/students/{student_key}/scores", summary="A student's scores, latest first")
def get_scores(student_key: str, client: AskingClient, service: AskedService) -> Scores:
    """Every score of the student in the key's district, with reasons. 404 where there is no such student."""
    need_scope(client, "scores.read")
    with service.writing() as session:
        allowed = authorize(session, client, "scores.read", OneStudent(student_key))
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        scores = past_scores(session, client.district_id, student_key)
        record_access(
            session, client, "scores.read", thing="scores", allowed=allowed, students=[student_key], at=service.clock()
        )
    return Scores(student_key=student_key, scores=scores)


@router.post("/scores", summary="Score one student's records")
def post_scores(records: SentRecords, client: AskingClient, service: AskedService) -> LiveScore | InsufficientData:
    """Risk, band and reasons for the records sent, which are not kept; or why there is no score.

    The school's calendar is that of the district's last run, and so is the date the score looks from.
    """
    need_scope(client, "scores.write")
    with service.writing() as session:
        allowed = authorize(session, client, "scores.write", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        scoring = scoring_of(session, client, service, records)
        record_access(
            session, client, "scores.write", thing="live score", allowed=allowed, students=[], at=service.clock()
        )
    if isinstance(scoring, InsufficientData):
        return scoring
    return score_records(scoring, records)


def past_scores(session: Session, district_id: str, student_key: str) -> list[PastScore]:
    """The student's scores, latest first."""
    found = (
        select(ScoreRow, RunRow)
        .join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
        .where(ScoreRow.district_id == district_id, ScoreRow.student_key == student_key)
        .order_by(RunRow.as_of.desc(), RunRow.created_at.desc())
    )
    return [past_score(score, run) for score, run in session.execute(found)]


def past_score(score: ScoreRow, run: RunRow) -> PastScore:
    """A score as it is answered."""
    return PastScore(
        run_id=run.run_id,
        outcome=run.outcome,
        as_of=run.as_of,
        data_as_of=run.data_through,
        risk=score.risk,
        band=cast(Band, score.band),
        flagged=score.flagged,
        reasons=worded(score.reasons, run.dictionary),
        scorer=cast(Literal["model", "rule"], run.scorer),
        model_version=run.model_version,
        release=run.release_id,
    )


def worded(reasons: Sequence[Cells], dictionary: Sequence[Mapping[str, object]]) -> list[GivenReason]:
    """Stored reasons with their sentences."""
    entries = {str(words["name"]): entry_of(words) for words in dictionary}
    return [
        GivenReason(
            code=str(reason["code"]),
            value=reason["value"],
            sentence=reason_sentence(entries.get(str(reason["code"])), str(reason["code"]), reason["value"]),
            domain=str(reason["domain"]),
        )
        for reason in reasons
    ]


def scoring_of(session: Session, client: Client, service: Service, records: SentRecords) -> Scoring | InsufficientData:
    """What a live score of these records needs, from the district's last run and its release."""
    run = latest_run(session, client.district_id)
    if run is None:
        return InsufficientData(detail="This district has no scoring run yet, so its calendar is not known here.")
    schools = {row.school_id for row in records.enrollments}
    calendars = select(CalendarRow).where(
        CalendarRow.district_id == run.district_id, CalendarRow.run_id == run.run_id, CalendarRow.school_id.in_(schools)
    )
    known = list(session.scalars(calendars))
    if not known:
        return InsufficientData(detail="The calendar of none of the schools in `enrollments` is known here.")
    serving = service.releases.current(run.district_id, run.outcome)
    if serving is None:
        return InsufficientData(detail="No release is in service for this district.")
    days = [day for calendar in known for day in calendar.calendar_days]
    return Scoring(serving, run.as_of, days, known[0].terms, service.settings.service.bands)
