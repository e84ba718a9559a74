"""Errors of the API as problems of RFC 9457, which never repeat what was sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

PROBLEM_TYPE = "application/problem+json"
PROGRAM_PATHS = ("/v1", "/livez", "/readyz", "/openapi.json")
DETAILS = {
    401: "An API key is needed: Authorization: Bearer ontrack_<id>_<secret>.",
    403: "The API key does not have the scope this needs.",
    404: "There is nothing here, or nothing you may see.",
    405: "This address does not take this method.",
    413: "The body is larger than 1 MiB.",
    422: "The request is not as expected; `errors` says where.",
    500: "Something went wrong on our side. Nothing was changed.",
    503: "The service is not ready.",
}


class Mistake(BaseModel):
    """One thing that is not as expected."""

    pointer: str = Field(description="where, as a JSON pointer into the request", examples=["#/marks/0/mark"])
    detail: str = Field(description="what was expected there")


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


def is_api_path(path: str) -> bool:
    """Whether this path belongs to the API rather than to the pages."""
    return any(path == start or path.startswith(f"{start}/") for start in PROGRAM_PATHS)


def http_problem(error: HTTPException) -> Response:
    """The problem of an HTTP error; only our own details are passed on."""
    return problem_response(error.status_code, headers=error.headers)


def validation_problem(error: RequestValidationError) -> Response:
    """The problem of a request that is not as expected."""
    return problem_response(422, errors=[to_mistake(e["loc"], e["type"], e.get("ctx")) for e in error.errors()])


def to_mistake(loc: Sequence[int | str], kind: str, context: Mapping[str, object] | None) -> Mistake:
    """What was expected at one place, without what was sent there."""
    inside = [str(part).replace("~", "~0").replace("/", "~1") for part in loc[1:]]
    if kind == "extra_forbidden":  # the key itself was sent, so the pointer ends above it
        inside.pop()
    return Mistake(pointer="#" + "".join(f"/{part}" for part in inside), detail=expectation(kind, context or {}))


def expectation(kind: str, context: Mapping[str, object]) -> str:
    """What was expected of the value."""
    limits = {name: context[name] for name in ("expected", "ge", "le", "max_length", "min_length") if name in context}
    given = ", ".join(f"{name} {value}" for name, value in limits.items())
    words = EXPECTATIONS.get(kind, kind.replace("_", " "))
    return f"{words}: {given}" if given else words


EXPECTATIONS = {
    "missing": "required",
    "extra_forbidden": "there is a key that is not known here",
    "json_invalid": "not JSON",
    "date_from_datetime_parsing": "expected a date, YYYY-MM-DD",
    "date_parsing": "expected a date, YYYY-MM-DD",
    "date_type": "expected a date, YYYY-MM-DD",
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
    "greater_than_equal": "too small",
    "less_than_equal": "too large",
    "model_attributes_type": "expected an object",
    "list_type": "expected a list",
}
