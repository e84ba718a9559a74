"""Whether the service is up, and whether it can answer."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter, Depends
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.nightly_settings import Nightly
from serving.access.open_routes import anyone
from serving.api.messages import Health, Message
from serving.app_context import RequestContext
from serving.store.backlog import backlog_of
from serving.store.district_scope import enter_district
from serving.store.night_rows import NightRow
from serving.store.rows import RunRow
from serving.store.run_queries import latest_run

router = APIRouter(tags=["health"], dependencies=[Depends(anyone)])


class Stale(Message):
    """Something of a district that is older, in days, than its settings declare."""

    district: str
    what: Literal["data", "scores"]
    days: int
    declared: int


class Behind(Message):
    """Something of a district that stays undone: operations under way for an hour, dead letters of a week."""

    district: str
    what: Literal["operations", "webhooks"]
    count: int


class Readiness(Health):
    """The service can answer; what of it is old, and what stays undone."""

    stale: list[Stale]
    behind: list[Behind]


@router.get("/livez", summary="Whether the process is up")
def get_livez() -> Health:
    """Always, while the process answers."""
    return Health()


@router.get("/readyz", summary="Whether the service can answer, whose data or scores are old, and what stays undone")
def get_readyz(context: RequestContext) -> Readiness:
    """Once the database is reachable and holds a scoring run; 503 before.

    Data or scores older than the settings declare are said, as are operations that nobody takes up and webhooks that
    were given up; the service stays ready: it can answer.
    """
    stale: list[Stale] = []
    behind: list[Behind] = []
    ready = False
    try:
        with context.read_session() as session:
            for district in context.settings.districts:
                enter_district(session, district.id)
                run = latest_run(session, district.id)
                ready = ready or run is not None
                if run is not None:
                    today, nightly = context.today(district.id), context.settings.nightly
                    stale += find_stale(session, run, nightly, today)
                    behind += find_behind(session, district.id, context.clock())
    except SQLAlchemyError:
        ready = False
    if not ready:
        raise HTTPException(503)
    return Readiness(stale=stale, behind=behind)


def find_stale(session: Session, run: RunRow, nightly: Nightly, today: date) -> Iterator[Stale]:
    """What of a district is older than declared: its records, by the last load that nights know of, and its list."""
    loaded = select(func.max(NightRow.loaded_on)).where(NightRow.district_id == run.district_id)
    ages: tuple[tuple[Literal["data", "scores"], date, int], ...] = (
        ("data", max(run.data_through, session.scalar(loaded) or run.data_through), nightly.data_days),
        ("scores", run.as_of, nightly.scores_days),
    )
    for what, newest, most in ages:
        days = (today - newest).days
        if days > most:
            yield Stale(district=run.district_id, what=what, days=days, declared=most)


def find_behind(session: Session, district_id: str, now: datetime) -> Iterator[Behind]:
    """What of a district stays undone."""
    found = backlog_of(session, district_id, now)
    if found.late_operations:
        yield Behind(district=district_id, what="operations", count=found.late_operations)
    if found.dead_letters:
        yield Behind(district=district_id, what="webhooks", count=found.dead_letters)
