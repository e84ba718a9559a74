"""Prepares live scores when a server starts, so that the first program to ask does not wait for what is made once."""

import threading
from collections.abc import Callable

from sqlalchemy import Select, select

from serving.api.messages import EnrollmentRow, SentRecords
from serving.app_context import AppContext
from serving.store.district_scope import enter_district
from serving.store.rows import CalendarRow, RunRow
from serving.store.run_queries import current_runs
from serving.web.logs import error_location
from serving.wording.locale import DEFAULT, load_language

AFTER = 1.0
"""Seconds after which a server that starts prepares live scores: what it loads for them would keep it waiting."""


def prepare_in_background(context: AppContext, *, then: Callable[[], None]) -> threading.Thread:
    """Begins to prepare the live scores of every district in a moment; requests are answered before and meanwhile.

    `then` comes after it.
    """

    def prepare() -> None:
        prepare_live_scores(context)
        then()

    thread = threading.Timer(AFTER, prepare)
    thread.name, thread.daemon = "live scores", True
    thread.start()
    return thread


def prepare_live_scores(context: AppContext) -> int:
    """Scores nobody's records once by each outcome: scripts are compiled, models and calendars read.

    Returns how many were. What fails is logged and left to who asks: a start never ends for it.
    """
    prepared = 0
    for district in context.settings.districts:
        try:
            prepared += prepare_district(context, district.id)
        except Exception as error:
            context.log.warning("live scores not prepared", error=type(error).__name__, where=error_location(error))
    return prepared


def prepare_district(context: AppContext, district_id: str) -> int:
    """The same for the newest list of one district; 0 before its first."""
    from serving.api.live_scoring import LiveScoring

    with context.read_session() as session:
        enter_district(session, district_id)
        runs, prepared = current_runs(session, district_id), 0
        for run in runs:
            school = session.scalars(schools_with_calendar(run).limit(1)).first()
            release = context.releases.current(district_id, run.outcome)
            if school is None or release is None:
                continue
            one = EnrollmentRow(
                school_id=school,
                track="main",
                school_year=run.school_year or run.as_of.year,
                grade_level=release.outcome.cohort.grade_levels[0],
                entry_date=run.as_of,
            )
            LiveScoring(session, context, [run], load_language(DEFAULT), told=True).one(SentRecords(enrollments=[one]))
            prepared += 1
        return prepared


def schools_with_calendar(run: RunRow) -> Select[str]:
    """The schools whose calendar the list of a run was made with."""
    list_id = RunRow.list_id == run.list_id if run.list_id else RunRow.run_id == run.run_id
    runs = select(RunRow.run_id).where(RunRow.district_id == run.district_id, list_id)
    of_list = CalendarRow.district_id == run.district_id, CalendarRow.run_id.in_(runs)
    return select(CalendarRow.school_id).where(*of_list).order_by(CalendarRow.school_id)
