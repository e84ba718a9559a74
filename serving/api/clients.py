"""Which program is asking, and whether its key lets it."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from serving.access.accounts import find_client
from serving.access.authorize import Client
from serving.app_context import RequestContext

bearer = HTTPBearer(
    scheme_name="api_key",
    bearerFormat="ontrack_<id>_<secret>",
    description="An API key of the district, made with `ontrack keys create`. Scopes: scores.read, scores.write.",
    auto_error=False,
)


def authenticate_client(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    context: RequestContext,
) -> Client:
    """The program that holds the key; 401 without a good one."""
    with context.read_session() as session:
        client = find_client(session, given.credentials, context.clock()) if given else None
    if client is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return client


def require_scope(client: Client, scope: str) -> None:
    """403 where the key does not have the scope, whatever it is asked for."""
    if scope not in client.scopes:
        raise HTTPException(403, headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'})


CurrentClient = Annotated[Client, Depends(authenticate_client)]
