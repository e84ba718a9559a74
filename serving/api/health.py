"""Whether the service is up, and whether it can answer."""

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from serving.api.messages import Health
from serving.app_context import RequestContext
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
            run = session.scalars(select(RunRow.run_id).limit(1)).first()
    except SQLAlchemyError:
        run = None
    if run is None:
        raise HTTPException(503)
    return Health()
