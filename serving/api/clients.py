"""Which program is asking, and whether its key lets it."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from serving.access.accounts import client_of
from serving.access.authorize import Client
from serving.app_context import Service, service_of

bearer = HTTPBearer(
    scheme_name="api_key",
    bearerFormat="ontrack_<id>_<secret>",
    description="An API key of the district, made with `ontrack keys create`. Scopes: scores.read, scores.write.",
    auto_error=False,
)


def known_client(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    service: Annotated[Service, Depends(service_of)],
) -> Client:
    """The program that holds the key; 401 without a good one."""
    with service.reading() as session:
        client = client_of(session, given.credentials, service.clock()) if given else None
    if client is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return client


def need_scope(client: Client, scope: str) -> None:
    """403 where the key does not have the scope, whatever it is asked for."""
    if scope not in client.scopes:
        raise HTTPException(403, headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'})


AskingClient = Annotated[Client, Depends(known_client)]
AskedService = Annotated[Service, Depends(service_of)]
