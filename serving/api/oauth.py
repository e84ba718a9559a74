"""Access tokens for programs: OAuth 2 client credentials, its discovery document, and the public keys."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote_plus

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from serving.access.clients import verify_secret
from serving.access.open_routes import anyone
from serving.access.scopes import SCOPES
from serving.access.tokens import LIFETIME
from serving.api.messages import Message
from serving.app_context import RequestContext
from serving.store.access_rows import ClientRow
from serving.web.nul_characters import replace_nul

router = APIRouter(tags=["tokens"], dependencies=[Depends(anyone)])
FORM = "application/x-www-form-urlencoded"
FIELDS = ("grant_type", "scope", "client_id", "client_secret")
NO_STORE = {"Cache-Control": "no-store"}

OAuthCode = Literal["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"]


class Token(Message):
    """An access token: send it as `Authorization: Bearer <access_token>`."""

    access_token: str = Field(description="a JSON Web Token by RFC 9068; to a program it is only text")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its kind
    expires_in: int = Field(description="seconds until it ends; ask for a new one then")
    scope: str = Field(description="the scopes that it has, with spaces between")


class TokenError(Message):
    """Why there is no token, in the form of RFC 6749."""

    error: OAuthCode
    error_description: str


class TokenRequest(BaseModel):
    """What a program sends as a form. Client and secret go into the Authorization header, or into the form."""

    grant_type: Literal["client_credentials"]
    scope: str = Field(default="", description="scopes with spaces between; all that the client has if left out")
    client_id: str = Field(default="", description="only without an Authorization header")
    client_secret: str = Field(default="", description="only without an Authorization header")


class ServerMetadata(Message):
    """How to get tokens, by RFC 8414."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    grant_types_supported: tuple[str, ...] = ("client_credentials",)
    response_types_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic", "client_secret_post")


class SigningKeys(Message):
    """The public keys that tokens are signed with: a JSON Web Key Set."""

    keys: list[dict[str, str]]


@dataclass(frozen=True)
class TokenRefused(Exception):  # noqa: N818 - the design's word
    """A request for a token that gets none."""

    code: OAuthCode
    said: str

    def answer(self) -> Response:
        """The answer of RFC 6749, section 5.2."""
        challenge = {"WWW-Authenticate": 'Basic realm="ontrack"'} if self.code == "invalid_client" else {}
        body = TokenError(error=self.code, error_description=self.said).model_dump()
        return JSONResponse(body, 401 if challenge else 400, headers={**NO_STORE, **challenge})


async def token_form(request: Request) -> Mapping[str, str]:
    """The fields of the form, each at most once; 415 for anything but a form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    try:
        form = await request.form(max_files=0, max_fields=len(FIELDS) * 2)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        return {}
    fields = [(name, replace_nul(value)) for name, value in form.multi_items() if isinstance(value, str)]
    return dict(fields) if len(dict(fields)) == len(fields) else {}


@router.post(
    "/oauth/token",
    summary="Get an access token for a client secret",
    responses={
        400: {"model": TokenError, "description": "the request is not as expected"},
        401: {"model": TokenError, "description": "no such client, or not its secret"},
    },
    openapi_extra={
        "security": [{"client": []}, {}],
        "requestBody": {"required": True, "content": {FORM: {"schema": TokenRequest.model_json_schema()}}},
    },
    response_model=Token,
)
def post_token(
    request: Request, form: Annotated[Mapping[str, str], Depends(token_form)], context: RequestContext
) -> Response:
    """A token of the client, for the scopes that it asks for and has. It holds for 15 minutes."""
    try:
        client_id, secret = credentials_of(request, form)
        with context.read_session() as session:
            row = verify_secret(session, client_id, secret, context.clock())
        scopes = granted_scopes(form, row)
    except TokenRefused as refused:
        return refused.answer()
    token = Token(
        access_token=context.tokens.issue(client_id, scopes, context.clock()),
        expires_in=int(LIFETIME.total_seconds()),
        scope=" ".join(scopes),
    )
    return JSONResponse(token.model_dump(), headers=NO_STORE)


def credentials_of(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """The client's id and secret, from the header or the form; TokenRefused where they are in neither or in both."""
    header = request.headers.get("authorization", "")
    in_form = (form.get("client_id", ""), form.get("client_secret", ""))
    if not header:
        return in_form
    if in_form[1]:
        raise TokenRefused("invalid_request", "send the client's secret once: in the header, or in the form")
    kind, _, encoded = header.partition(" ")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client_id, secret = "", ""
    if kind.lower() != "basic":
        raise TokenRefused("invalid_client", "expected Authorization: Basic, or client_id and client_secret as fields")
    return replace_nul(unquote_plus(client_id)), replace_nul(unquote_plus(secret))


def granted_scopes(form: Mapping[str, str], row: ClientRow | None) -> list[str]:
    """The scopes that a client gets; TokenRefused where there are none for it."""
    if row is None:
        raise TokenRefused("invalid_client", "no such client, or not its secret")
    if form.get("grant_type") != "client_credentials":
        known = "expected grant_type=client_credentials, and each field once"
        raise TokenRefused("unsupported_grant_type" if form.get("grant_type") else "invalid_request", known)
    asked = form.get("scope", "").split() or row.scopes
    if not set(asked) <= set(row.scopes):
        raise TokenRefused("invalid_scope", f"this client may ask for: {' '.join(row.scopes)}")
    return list(dict.fromkeys(asked))


@router.get("/.well-known/oauth-authorization-server", summary="How to get tokens")
def get_server_metadata(context: RequestContext) -> ServerMetadata:
    """Where tokens are given, for which scopes, and where the keys are that they are signed with."""
    url = context.tokens.url
    return ServerMetadata(
        issuer=url,
        token_endpoint=f"{url}/oauth/token",
        jwks_uri=f"{url}/.well-known/jwks.json",
        scopes_supported=list(SCOPES),
    )


@router.get("/.well-known/jwks.json", summary="The keys that tokens are signed with")
def get_signing_keys(context: RequestContext) -> SigningKeys:
    """The public keys, of which each token names one; the algorithm is ES256."""
    return SigningKeys(keys=context.tokens.keys.public()["keys"])
