"""The person who looks at a page: session cookie, viewer, and the check of a form's origin."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from serving.access.accounts import SessionUser, find_session_user, sha256, touch_session
from serving.access.authorize import Educator
from serving.app_context import AppContext, RequestContext
from serving.store.rows import DistrictRow
from serving.store.statements import statement
from serving.web.nul_characters import replace_nul
from serving.wording.scores import ROLES

MOST_FIELDS = 60
"""As many as a form of ours may have."""


class SignInRequired(Exception):  # noqa: N818 - not an error: it leads to the sign-in page
    """Nobody is signed in."""


class RoleChoiceRequired(Exception):  # noqa: N818 - not an error: it leads to the page of roles
    """Somebody with several roles has not chosen one."""


@dataclass(frozen=True)
class Viewer:
    """The person who looks at a page, as its header shows them; `role` is still to be translated.

    `roles` is how many they hold; `undecided` says that they have not chosen one.
    """

    educator: Educator
    name: str
    role: str
    district: str
    roles: int = 1
    undecided: bool = False


def cookie_name(request: Request) -> str:
    """The session cookie's name; over https one that only this host can set."""
    return "__Host-ontrack" if request.url.scheme == "https" else "ontrack_session"


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Hands the browser its session."""
    https = request.url.scheme == "https"
    response.set_cookie(cookie_name(request), token, httponly=True, samesite="strict", secure=https, path="/")


def session_token(request: Request) -> str:
    """The session token the browser sent; empty without one."""
    return request.cookies.get(cookie_name(request), "")


def require_signed_in(request: Request, context: RequestContext) -> Viewer:
    """Who holds the session, in whichever role; SignInRequired where nobody does."""
    viewer = find_viewer(request, context)
    if viewer is None:
        raise SignInRequired
    return viewer


SignedIn = Annotated[Viewer, Depends(require_signed_in)]


def require_viewer(viewer: SignedIn) -> Viewer:
    """Who holds the session, in the role they chose; RoleChoiceRequired where they have not."""
    if viewer.undecided:
        raise RoleChoiceRequired
    return viewer


def find_viewer(request: Request, context: AppContext) -> Viewer | None:
    """Who holds the session, noted as used; None where nobody does."""
    token, now = session_token(request), context.clock()
    with context.read_session() as session:
        found = find_session_user(session, token, now, today_of=context.today, service=context.settings.service)
        district = session.scalar(*select_district(found.educator.district_id)) if found else None
    if found is None or district is None:
        return None
    if found.stale:
        with context.write_session() as session:
            touch_session(session, token, now)
    return viewer_of(found, district)


@statement
def select_district(district_id: str) -> Select[str]:
    """The name of a district."""
    return select(DistrictRow.name).where(DistrictRow.district_id == district_id)


def find_viewer_safely(request: Request, context: AppContext) -> Viewer | None:
    """Who holds the session, for a page that says what went wrong; None as well where the database does not answer."""
    try:
        return find_viewer(request, context)
    except SQLAlchemyError:
        return None


def viewer_of(found: SessionUser, district: str) -> Viewer:
    """What a page says of somebody signed in."""
    role = ROLES[found.educator.role]
    return Viewer(found.educator, found.display_name, role, district, found.roles, found.undecided)


def require_same_origin(request: Request) -> None:
    """403 for a form that another site sent, or that does not say where it comes from."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    same = site in {"same-origin", "none"} if site else False
    if site is None and origin is not None:
        same = urlsplit(origin).netloc == request.headers.get("host")
    if not same:
        raise HTTPException(403)


CurrentViewer = Annotated[Viewer, Depends(require_viewer)]


def form_token(request: Request) -> str:
    """What every form of this session carries: other letters in each answer, so that its compression tells none."""
    return masked(form_secret(session_token(request)))


def form_secret(session: str) -> bytes:
    """What is behind it: derived from the session's own token, which no other site knows."""
    return bytes.fromhex(sha256(f"form|{session}"))


def masked(secret: bytes) -> str:
    """A secret under a random pad, and the pad, in hexadecimal."""
    pad = secrets.token_bytes(len(secret))
    return (pad + exclusive_or(secret, pad)).hex()


def unmasked(token: str) -> bytes:
    """The secret behind a token; empty where it is none of ours."""
    if len(token) != 4 * SECRET_BYTES or not HEXADECIMAL.fullmatch(token):
        return b""
    both = bytes.fromhex(token)
    return exclusive_or(both[:SECRET_BYTES], both[SECRET_BYTES:])


def exclusive_or(one: bytes, other: bytes) -> bytes:
    """Two texts of one length, bit by bit."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


SECRET_BYTES = 32
HEXADECIMAL = re.compile("[0-9a-f]+")


async def read_form(request: Request, viewer: SignedIn) -> Mapping[str, str]:
    """The fields of a form of our own page; 403 for one that another site sent, or another session made."""
    require_same_origin(request)
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    fields = {name: replace_nul(value) for name, value in form.multi_items() if isinstance(value, str)}
    if not hmac.compare_digest(unmasked(fields.get("token", "")), form_secret(session_token(request))):
        raise HTTPException(403)
    return fields


SignedForm = Annotated[Mapping[str, str], Depends(read_form)]
