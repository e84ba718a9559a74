"""Scores over HTTP: those of past runs, and a live one for records in the body."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.engine.view_policies import view_policies_of
from features.schedule import first_monday
from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OneStudent, OwnDistrict, authorize
from serving.api.clients import ClientWithScope
from serving.api.live_score import LiveScoreInputs, score_records
from serving.api.messages import InsufficientData, LiveScore, Scores, SentRecords
from serving.api.presenters import AcceptedLanguage, present_score
from serving.api.record_consistency import record_mistakes
from serving.app_context import AppContext, RequestContext
from serving.store.rows import CalendarRow
from serving.store.run_queries import latest_run, select_score_history
from serving.web.problems import RecordsRefused
from serving.wording.locale import Language, msgid

router = APIRouter(prefix="/v1", tags=["scores"])
ReadingClient = Annotated[Client, Depends(ClientWithScope("scores.read"))]
WritingClient = Annotated[Client, Depends(ClientWithScope("scores.write"))]
NO_CALENDAR = msgid("This district has no scoring run yet, so its calendar is not known here.")
OTHER_SCHOOLS = msgid("The calendar of none of the schools in `enrollments` is known here.")
NO_RELEASE = msgid("No release is in service for this district.")


@router.get("/students/{student_key}/scores", summary="A student's scores, latest first")
def get_scores(student_key: str, client: ReadingClient, context: RequestContext, language: AcceptedLanguage) -> Scores:
    """Every score of the student in the key's district, with reasons. 404 where there is no such student."""
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.read", OneStudent(student_key))
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        history = session.execute(select_score_history(client.district_id, student_key))
        scores = [present_score(language, score, run) for score, run in history]
    log_read(
        context.engine, client, "scores.read", target="scores", allowed=allowed, students=[student_key],
        at=context.clock(),
    )  # fmt: skip
    return Scores(student_key=student_key, scores=scores)


@router.post("/scores", summary="Score one student's records")
def post_scores(
    records: SentRecords, client: WritingClient, context: RequestContext, language: AcceptedLanguage
) -> LiveScore | InsufficientData:
    """Risk, band and reasons for the records sent, which are not kept; or why there is no score.

    The school's calendar is that of the district's last run, and so is the date the score looks from.

    422 for rows that contradict themselves, each other, or that date.
    """
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.write", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        scoring = live_score_inputs(session, client, context, language=language, records=records)
    log_read(
        context.engine, client, "scores.write", target="live score", allowed=allowed, students=[], at=context.clock()
    )
    if isinstance(scoring, InsufficientData):
        return scoring
    return score_records(scoring, records)


def live_score_inputs(
    session: Session, client: Client, context: AppContext, *, language: Language, records: SentRecords
) -> LiveScoreInputs | InsufficientData:
    """What a live score of these records needs, from the district's last run and its release; RecordsRefused."""
    run = latest_run(session, client.district_id)
    mistakes = record_mistakes(records, run.as_of if run else None)
    if mistakes:
        raise RecordsRefused(mistakes)
    if run is None:
        return InsufficientData(detail=language.translate(NO_CALENDAR))
    schools = {row.school_id for row in records.enrollments}
    calendars = select(CalendarRow).where(
        CalendarRow.district_id == run.district_id, CalendarRow.run_id == run.run_id, CalendarRow.school_id.in_(schools)
    )
    known = list(session.scalars(calendars))
    if not known:
        return InsufficientData(detail=language.translate(OTHER_SCHOOLS))
    release = context.releases.current(run.district_id, run.outcome)
    if release is None:
        return InsufficientData(detail=language.translate(NO_RELEASE))
    days = [day for calendar in known for day in calendar.calendar_days]
    cuts, least = context.settings.service.bands, context.settings.audit.smallest_group
    scorer = release.on(run.school_week, run.as_of)
    week_one = first_monday(run.as_of, run.school_week) if run.school_week else None
    policies = view_policies_of(context.settings.district(run.district_id).policies)
    return LiveScoreInputs(scorer, run.as_of, days, known[0].terms, cuts, least, language, week_one, policies)
