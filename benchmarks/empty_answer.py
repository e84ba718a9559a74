"""An empty answer of the service itself: what a route about a student costs before it looks at any record."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Client, Denied, OneStudent, authorize
from serving.api.clients import ClientWithScope
from serving.app_context import RequestContext

Reader = Annotated[Client, Depends(ClientWithScope("scores.read"))]


def add_empty_answer(app: FastAPI) -> FastAPI:
    """The application with `GET /v1/empty/{student_key}`: authorized, in the access log, and empty."""

    @app.get("/v1/empty/{student_key}")
    def get_nothing(student_key: str, client: Reader, context: RequestContext) -> dict[str, str]:
        with context.read_session() as session:
            allowed = authorize(session, client, "scores.read", OneStudent(student_key))
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        log_read(
            context.engine, client, "scores.read", target="nothing", allowed=allowed, students=[student_key],
            at=context.clock(),
        )  # fmt: skip
        return {}

    return app
