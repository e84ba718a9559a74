"""Whether the service is up, and whether it can answer."""

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.api.messages import Health
from serving.app_context import RequestContext
from serving.store.district_scope import enter_district
from serving.store.rows import RunRow

router = APIRouter(tags=["health"])


@router.get("/livez", summary="Whether the process is up")
def get_livez() -> Health:
    """Always, while the process answers."""
    return Health()


@router.get("/readyz", summary="Whether the service can answer")
def get_readyz(context: RequestContext) -> Health:
    """Once the database is reachable and holds a scoring run; 503 before."""
    try:
        with context.read_session() as session:
            ready = any(has_run(session, district.id) for district in context.settings.districts)
    except SQLAlchemyError:
        ready = False
    if not ready:
        raise HTTPException(503)
    return Health()


def has_run(session: Session, district_id: str) -> bool:
    """Whether a district was ever scored."""
    enter_district(session, district_id)
    return session.scalars(select(RunRow.run_id).where(RunRow.district_id == district_id).limit(1)).first() is not None
