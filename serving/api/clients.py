"""The program that calls the API, by its key or token, and the scope that a route needs."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from serving.access.api_keys import KEY_PREFIX, find_client
from serving.access.authorize import Client
from serving.access.clients import find_token_client
from serving.access.scopes import Scope
from serving.app_context import AppContext, RequestContext
from serving.web.problems import Explained

NOT_GOOD = "The key or token that was sent does not hold: it is unknown, was revoked, or has ended. Get a new token."
bearer = HTTPBearer(
    scheme_name="api_key",
    bearerFormat="ontrack_<id>_<secret>",
    description="An API key of the district, made with `ontrack keys create`. It has the scopes it was made with.",
    auto_error=False,
)


def authenticate_client(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    context: RequestContext,
    request: Request,
) -> Client:
    """The program that holds the key or token; 401 without a good one, 429 for one request too many."""
    known: Client | None = getattr(request.state, "client", None)  # of a middleware that had to know before
    client = known or (find_program(context, given.credentials) if given else None)
    if client is None and given:
        raise Explained(401, NOT_GOOD, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    if client is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    request.state.rate = rate = context.limits.count(client.name, context.clock())
    if rate.exceeded:
        raise HTTPException(429)
    return client


def find_program(context: AppContext, presented: str) -> Client | None:
    """The program that holds what was presented: a key, or a token; None where it is not good."""
    now = context.clock()
    if presented.startswith(f"{KEY_PREFIX}_"):
        with context.read_session() as session:
            return find_client(session, presented, now)
    grant = context.tokens.read(presented, now)
    if grant is None:
        return None
    with context.read_session() as session:
        return find_token_client(session, grant)


CurrentClient = Annotated[Client, Depends(authenticate_client)]


@dataclass(frozen=True)
class ClientWithScope:
    """A route's dependency: the client that asks; 403 where it does not have the scope, whatever it asks for.

    Every route of the API declares one: `Annotated[Client, Depends(ClientWithScope("models.read"))]`. The OpenAPI
    document names it, and an application with a route that declares none does not start (serving.route_access).
    """

    scope: Scope

    async def __call__(self, client: CurrentClient) -> Client:
        """The client, if it has the scope."""
        if self.scope not in client.scopes:
            raise missing_scope(self.scope)
        return client


def missing_scope(scope: Scope) -> Explained:
    """The 403 of a program that does not have a scope, which it names."""
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    said = f"The key or token does not have the scope {scope}, which this needs."
    return Explained(403, said, headers={"WWW-Authenticate": challenge})
