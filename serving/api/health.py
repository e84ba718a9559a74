"""Whether the service is up, and whether it can answer."""

from fastapi import APIRouter, Depends, Response

from serving.access.open_routes import anyone
from serving.api.messages import Health
from serving.api.readiness import Readiness, read_readiness
from serving.app_context import RequestContext
from serving.web.prepared_answer import prepared_answer

router = APIRouter(tags=["health"], dependencies=[Depends(anyone)])


@router.get("/livez", summary="Whether the process is up")
def get_livez() -> Health:
    """Always, while the process answers."""
    return Health()


@router.get(
    "/readyz", summary="Whether the service can answer, and what people should look at", response_model=Readiness
)
def get_readyz(context: RequestContext, response: Response) -> Response:
    """Once the database answers at the revision of this program and holds a list; 503 before, which says what is wrong.

    What people should look at is said with 200, as the service can answer: a release that does not open (the one before
    serves on), a worker that does not run while something waits, data and lists that are older than declared, districts
    without a list, operations that nobody takes up and webhooks that were given up. A good answer holds for five
    seconds.
    """
    content = context.readiness.get(context.clock(), lambda: read_readiness(context).model_dump_json())
    return prepared_answer(content, response)
