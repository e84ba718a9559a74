"""The program that calls the API, by its key, and the scope that a route needs."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from serving.access.accounts import find_client
from serving.access.authorize import Client
from serving.access.scopes import SCOPES, Scope
from serving.app_context import RequestContext

bearer = HTTPBearer(
    scheme_name="api_key",
    bearerFormat="ontrack_<id>_<secret>",
    description=f"An API key of the district, made with `ontrack keys create`. Scopes: {', '.join(SCOPES)}.",
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


CurrentClient = Annotated[Client, Depends(authenticate_client)]


@dataclass(frozen=True)
class ClientWithScope:
    """A route's dependency: the client that asks; 403 where its key does not have the scope, whatever it asks for."""

    scope: Scope

    def __call__(self, client: CurrentClient) -> Client:
        """The client, if its key has the scope."""
        if self.scope not in client.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{self.scope}"'
            raise HTTPException(403, headers={"WWW-Authenticate": challenge})
        return client
