"""Scores over HTTP: those of past runs, and a live one for records in the body."""

from collections.abc import Collection, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.definitions.served_outcomes import served_outcomes
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
from serving.store.rows import CalendarRow, RunRow
from serving.store.run_queries import current_runs, select_score_history
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
    records: SentRecords,
    client: WritingClient,
    context: RequestContext,
    language: AcceptedLanguage,
    outcome: Annotated[str, Query(description="which outcome; else the first served one that the student is of")] = "",
) -> LiveScore | InsufficientData:
    """Risk, band and reasons for the records sent, which are not kept; or why there is no score.

    The school's calendar is that of the district's last run, and so is the date the score looks from. The outcome is
    the one asked for, or the first that the district serves for students like this one.

    422 for rows that contradict themselves, each other, or that date.
    """
    with context.read_session() as session:
        allowed = authorize(session, client, "scores.write", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        runs = [one for one in served_runs(session, client, context) if outcome in ("", one.outcome)]
        scoring = live_score_inputs(session, context, runs, language=language, records=records)
    log_read(
        context.engine, client, "scores.write", target="live score", allowed=allowed, students=[], at=context.clock()
    )
    return scoring if isinstance(scoring, InsufficientData) else first_score(scoring, records)


def first_score(scoring: Sequence[LiveScoreInputs], records: SentRecords) -> LiveScore | InsufficientData:
    """The score of the first outcome that is about the student; why there is none by the first, where none is."""
    answers = (score_records(one, records) for one in scoring)
    first = next(answers)
    if isinstance(first, LiveScore):
        return first
    return next((one for one in answers if isinstance(one, LiveScore)), first)


def served_runs(session: Session, client: Client, context: AppContext) -> list[RunRow]:
    """The runs of the district's newest list, in the order in which ontrack.toml names their outcomes."""
    served = [one.outcome.name for one in served_outcomes(context.settings, client.district_id)]
    runs = current_runs(session, client.district_id)
    return sorted(runs, key=lambda run: served.index(run.outcome) if run.outcome in served else len(served))


def live_score_inputs(
    session: Session, context: AppContext, runs: Sequence[RunRow], *, language: Language, records: SentRecords
) -> list[LiveScoreInputs] | InsufficientData:
    """What live scores of these records need, from the runs of the last list and their releases; RecordsRefused."""
    mistakes = record_mistakes(records, runs[0].as_of if runs else None)
    if mistakes:
        raise RecordsRefused(mistakes)
    if not runs:
        return InsufficientData(detail=language.translate(NO_CALENDAR))
    schools = {row.school_id for row in records.enrollments}
    known = known_calendars(session, runs[0], schools)
    if not known:
        return InsufficientData(detail=language.translate(OTHER_SCHOOLS))
    found = [(run, release) for run in runs if (release := context.releases.current(run.district_id, run.outcome))]
    if not found:
        return InsufficientData(detail=language.translate(NO_RELEASE))
    days = [day for calendar in known for day in calendar.calendar_days]
    cuts, least = context.settings.service.bands, context.settings.audit.smallest_group
    declared = context.settings.district(runs[0].district_id).policies
    return [
        LiveScoreInputs(
            release.on(run.school_week, run.as_of),
            run.as_of,
            days,
            known[0].terms,
            cuts,
            least,
            language,
            first_monday(run.as_of, run.school_week) if run.school_week else None,
            policies=view_policies_of(declared),
            enrollment=declared.enrollment,
        )
        for run, release in found
    ]


def known_calendars(session: Session, run: RunRow, schools: Collection[str]) -> list[CalendarRow]:
    """The calendars of these schools that the list of a run was made with."""
    own = RunRow.district_id == run.district_id
    runs = select(RunRow.run_id).where(own, RunRow.list_id == run.list_id)
    of_list = CalendarRow.district_id == run.district_id, CalendarRow.run_id.in_(runs)
    return list(session.scalars(select(CalendarRow).where(*of_list, CalendarRow.school_id.in_(schools))))
