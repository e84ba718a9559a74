"""Errors of the API as problems of RFC 9457, which never repeat what was sent."""

import difflib
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from features.settings_file import section_at

PROBLEM_TYPE = "application/problem+json"
PROGRAM_PATHS = ("/v1", "/livez", "/readyz", "/openapi.json", "/oauth", "/.well-known")
DETAILS = {
    400: "The body cannot be read: expected JSON in UTF-8.",
    401: "An API key or an access token is needed: Authorization: Bearer, then the one or the other.",
    403: "The key or token does not have the scope this needs.",
    404: "There is nothing here, or nothing you may see.",
    405: "This address does not take this method.",
    409: "This is not as it was any more: what you want to change has ended or was changed.",
    413: "The body is larger than this address takes: 1 MiB, or 16 MiB for scores.",
    415: "The body is not of a kind that is taken here; Content-Type says which it is.",
    412: "It has changed since it was read: read it again, then change that.",
    421: "The service does not answer under this name; `hosts` of its settings has those it answers under.",
    422: "The request is not as expected; `errors` says where.",
    429: "That is more requests than a program may send in a minute; Retry-After says when to go on.",
    500: "Something went wrong on our side. Nothing was changed.",
    503: "The service is not ready.",
}
BUSY = "The database is busy with other requests. Send the same request again, after the seconds of Retry-After."
BUSY_AGAIN = 5
"""Seconds after which a request that found the database busy may be sent again."""


class Mistake(BaseModel):
    """One thing that is not as expected."""

    pointer: str = Field(description="where, as a JSON pointer into the request", examples=["#/marks/0/mark"])
    detail: str = Field(description="what was expected there")
    parameter: str | None = Field(
        default=None, exclude_if=lambda name: name is None, description="the parameter of the address, where it is one"
    )
    header: str | None = Field(
        default=None, exclude_if=lambda name: name is None, description="the header field, where it is one"
    )


def parameter_mistake(name: str, detail: str) -> Mistake:
    """A parameter of an address that is not as expected."""
    return Mistake(pointer=f"#/{name}", detail=detail, parameter=name)


class Explained(HTTPException):
    """An HTTP error that says in our own words what stands against the request."""


class Conflict(Explained):
    """A 409 that says it."""

    def __init__(self, detail: str) -> None:
        super().__init__(409, detail)


class RecordsRefused(Exception):  # noqa: N818 - the design's word
    """Records of a request that contradict themselves, each other, or the date the score looks from.

    Parameters of its address too, where only more than their form tells that they are not as expected.
    """

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{one.pointer}: {one.detail}" for one in self.mistakes))


class Problem(BaseModel):
    """A problem of RFC 9457."""

    type: str = Field(default="about:blank", description="about:blank: the status says what kind of problem it is")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what to know about it")
    incident: str | None = Field(default=None, description="quote this when asking for help")
    errors: list[Mistake] = Field(default_factory=list, description="each mistake of the request")


def problem_response(
    status: int,
    detail: str = "",
    *,
    errors: Sequence[Mistake] = (),
    headers: Mapping[str, str] | None = None,
    incident: str | None = None,
) -> JSONResponse:
    """The response that states a problem."""
    says = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail or DETAILS.get(status, HTTPStatus(status).phrase),
        errors=list(errors),
        incident=incident,
    )
    return JSONResponse(
        says.model_dump(exclude_none=True), status_code=status, media_type=PROBLEM_TYPE, headers=headers
    )


def busy_problem() -> JSONResponse:
    """The problem of a request for which the database was too busy."""
    return problem_response(503, BUSY, headers={"Retry-After": str(BUSY_AGAIN)})


def is_api_path(path: str) -> bool:
    """Whether this path belongs to the API rather than to the pages."""
    return any(path == start or path.startswith(f"{start}/") for start in PROGRAM_PATHS)


def http_problem(error: HTTPException) -> Response:
    """The problem of an HTTP error; only our own details are passed on."""
    if isinstance(error.__cause__, UnicodeDecodeError):
        return unreadable_body(f"expected UTF-8, but byte {error.__cause__.start + 1:,} is of another encoding")
    detail = error.detail if isinstance(error, Explained) else ""
    return problem_response(error.status_code, detail, headers=error.headers)


def is_json(request: Request) -> bool:
    """Whether a request says that its body is JSON, or has none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    empty = request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers
    return kind == "application/json" or kind.endswith("+json") or (empty and not kind)


def unreadable_kind() -> Response:
    """The problem of a body that does not say it is JSON."""
    return problem_response(415, errors=[Mistake(pointer="#", detail="expected Content-Type: application/json")])


def unreadable_body(expected: str) -> Response:
    """The problem of a body that is not JSON in UTF-8."""
    return problem_response(400, errors=[Mistake(pointer="#", detail=expected)])


Expected = type[BaseModel] | Mapping[str, type[BaseModel]] | None
"""What a body should have been; by the name of its form, which then stands first in a place, where it has several."""


def validation_problem(error: RequestValidationError, message: Expected) -> Response:
    """The problem of a request that is not as expected; `message` is what its body should have been."""
    found = error.errors()
    broken_off = [int(e["loc"][-1]) for e in found if e["type"] == "json_invalid"]
    if broken_off:
        return unreadable_body(f"expected JSON, but from character {broken_off[0] + 1:,} on it is not")
    return problem_response(422, errors=[to_mistake(e["loc"], e["type"], e.get("ctx"), message) for e in found])


def to_mistake(
    loc: Sequence[int | str], kind: str, context: Mapping[str, object] | None, message: Expected = None
) -> Mistake:
    """What was expected at one place, without what was sent there."""
    inside = tuple(loc[1:])
    if isinstance(message, Mapping):
        form = message.get(str(inside[0])) if inside else None
        inside, message = inside[1:] if form else inside, form
    expected = expectation(kind, context or {})
    if kind == "extra_forbidden":  # the key itself was sent, so the pointer ends above it
        expected = unknown_key(str(inside[-1]), list(section_at(inside[:-1], message).model_fields) if message else [])
        inside = inside[:-1]
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in inside)
    return Mistake(
        pointer="#" + "".join(f"/{part}" for part in escaped),
        detail=expected,
        parameter=str(loc[-1]) if loc[0] in ("query", "path") else None,
        header=str(loc[-1]) if loc[0] == "header" else None,
    )


def unknown_key(key: str, known: Sequence[str]) -> str:
    """What to say of an unknown key: its name where it looks like one, and the nearest known one or all."""
    named = f"unknown key {key}" if NAME.fullmatch(key) else EXPECTATIONS["extra_forbidden"]
    return f"{named}; {nearest_of(key, known)}"


def unknown_parameter(name: str, known: Sequence[str]) -> str:
    """What to say of an unknown parameter of an address: its name where it looks like one, and the nearest or all."""
    named = f"unknown parameter {name}" if NAME.fullmatch(name) else "there is a parameter that is not known here"
    return f"{named}; {nearest_of(name, known)}"


def nearest_of(name: str, known: Sequence[str]) -> str:
    """A hint at the known name that is nearest to an unknown one, else at all of them."""
    if not known:
        return "there are none"
    spelled = re.sub(r"[\W_]+", "_", name.strip().lower())
    near = difflib.get_close_matches(spelled, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def expectation(kind: str, context: Mapping[str, object]) -> str:
    """What was expected of the value."""
    limits = {name: context[name] for name in ("expected", "ge", "le", "max_length", "min_length") if name in context}
    given = ", ".join(f"{name} {value}" for name, value in limits.items())
    words = EXPECTATIONS.get(kind, kind.replace("_", " "))
    return f"{words}: {given}" if given else words


MOMENT = "expected a moment as text with its zone, such as 2026-11-20T16:00:00Z; in an address + is %2B"
DATE = "expected a date as text, YYYY-MM-DD, from 1900 on"

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
"""How the name of a field looks. Anything else that stands in a key's place may be a person's, and is not repeated."""

EXPECTATIONS = {
    "missing": "required",
    "extra_forbidden": "there is a key that is not known here",
    "date_from_datetime_parsing": DATE,
    "date_parsing": DATE,
    "date_type": DATE,
    "timezone_aware": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_object_invalid": MOMENT,
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "string_type": "expected text",
    "literal_error": "expected one of the allowed values",
    "too_long": "too many rows",
    "string_too_long": "the text is too long",
    "string_too_short": "the text is empty",
    "string_pattern_mismatch": "expected text without line breaks or other control characters",
    "string_unicode": "expected text of whole characters",
    "bytes_type": "expected text",
    "greater_than_equal": "too small",
    "less_than_equal": "too large",
    "model_attributes_type": "expected an object",
    "list_type": "expected a list",
}
