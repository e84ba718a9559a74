"""The page that somebody asked for before they were signed in, kept through the sign-in: an own path, never another."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from sqlalchemy.orm import Session

from serving.access.role_assignments import chosen_role, roles_of
from serving.store.rows import StaffRow

START = "/"
START_OF = {"district": "/school"}
"""Whose work begins with the whole district, and not with five of its students."""
LONGEST = 500
CALLBACK = "/sign-in/callback"
"""Where an identity provider leads back to."""
SIGN_IN_PATHS = ("/sign-in", "/sign-out")


def start_path(session: Session, staff: StaffRow, asked: str) -> str:
    """Where somebody begins who signed in: at the page asked for, else at that of the role they work in."""
    chosen = chosen_role(session, staff, roles_of(session, staff))
    return role_path(chosen.role if chosen else "", asked)


def role_path(role: str, asked: str) -> str:
    """Where somebody of a role begins: at the page asked for where it is one of this service, else at the role's."""
    return asked if is_own_path(asked) else START_OF.get(role, START)


def own_path(asked: str) -> str:
    """The path asked for where it is one of this service, else that of the start page."""
    return asked if is_own_path(asked) else START


def is_own_path(asked: str) -> bool:
    """Whether a text is a path of this service that a browser cannot read as an address elsewhere."""
    printable = asked.isascii() and asked.isprintable() and "\\" not in asked and " " not in asked
    if not printable or len(asked) > LONGEST or not asked.startswith("/") or asked.startswith("//"):
        return False
    try:
        parts = urlsplit(asked)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and not parts.path.startswith(SIGN_IN_PATHS)


def requested_page(request: Request) -> str:
    """The page of a request, to come back to after the sign-in; empty for the start page and for a form."""
    rest = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    if request.method != "GET" or (request.url.path == START and not rest):
        return ""
    path = f"{request.url.path}?{urlencode(rest)}" if rest else request.url.path
    return path if is_own_path(path) else ""
