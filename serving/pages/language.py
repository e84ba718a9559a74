"""Which language somebody asks for: the one they chose by the link, else what their browser or program prefers."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import Response

from serving.wording.locale import LOCALES, Language, load_language, negotiate_language

COOKIE = "ontrack_language"
YEAR = 365 * 24 * 60 * 60
LANGUAGE_NAMES = {"en": "English", "es": "Español"}
"""What each language calls itself."""


@dataclass(frozen=True)
class LanguageLink:
    """A language that the page is not in, and the way to it, from the page's own address."""

    code: str
    name: str
    query: str


def request_language(request: Request) -> Language:
    """The language of the answer to this request."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if chosen in LOCALES:
            return load_language(chosen)
    return load_language(negotiate_language(request.headers.get("accept-language", "")))


def remember_language(request: Request, response: Response, code: str) -> None:
    """Keeps what was chosen by the link, in a cookie."""
    if request.query_params.get("lang") == code:
        https = request.url.scheme == "https"
        response.set_cookie(COOKIE, code, max_age=YEAR, httponly=True, samesite="lax", secure=https, path="/")


def language_links(request: Request, code: str) -> tuple[LanguageLink, ...]:
    """The links to the same page in the other languages."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return tuple(
        LanguageLink(other, LANGUAGE_NAMES[other], f"?{urlencode([*rest, ('lang', other)])}")
        for other in LOCALES
        if other != code
    )


RequestLanguage = Annotated[Language, Depends(request_language)]
