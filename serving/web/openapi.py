"""The OpenAPI document: what FastAPI derives, with a problem for every error."""

from collections.abc import Mapping

from fastapi import FastAPI
from pydantic.json_schema import JsonSchemaValue

from serving.access.scopes import MEANINGS
from serving.web.conventions import CONVENTIONS, add_conventions
from serving.web.problems import PROBLEM_TYPE, Problem

DESCRIPTION = """Risk of a student ending a school year off track, with the reasons, for programs of the district.

A score says where a conversation may help. It is not a decision, and it does not say why."""
REFERENCE = "#/components/schemas/Problem"
ERRORS = {
    400: "the body is not JSON in UTF-8",
    401: "no good key or token",
    403: "the key or token lacks the scope",
    404: "nothing there, or nothing this program may see",
    409: "what is to change has ended or was changed since, or the same Idempotency-Key is still being worked on",
    412: "it is not as the request says it is known",
    413: "the body is larger than the limit",
    415: "the body is not of a kind that is taken here",
    422: "the request is not as expected",
    421: "not a name under which the service answers",
    429: "too many requests in a minute; Retry-After says when to go on",
    500: "a fault of the service",
    503: "not ready, or too busy; Retry-After says when to send it again",
}

TOKENS = "/oauth/token"
CLIENT_CREDENTIALS = {
    "type": "oauth2",
    "description": "An access token of a client, made with `ontrack clients create`.",
    "flows": {"clientCredentials": {"tokenUrl": TOKENS, "scopes": dict(MEANINGS)}},
}
CLIENT_SECRET = {
    "type": "http",
    "scheme": "basic",
    "description": "The id and secret of a client, to get a token for; they may be fields of the form instead.",
}


class OnTrackApp(FastAPI):
    """The FastAPI application, with our OpenAPI document; `access` says whom each route answers."""

    def __init__(self, access: Mapping[str, str]) -> None:
        super().__init__(
            title="OnTrack",
            version="1",
            description=DESCRIPTION + CONVENTIONS,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        self.access = access

    def openapi(self) -> JsonSchemaValue:
        """The document in OpenAPI 3.1, built once."""
        if self.openapi_schema is None:
            self.openapi_schema = add_conventions(add_problems(add_scopes(super().openapi(), self.access)))
        return self.openapi_schema


def add_problems(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The description with a problem for each error an operation may answer with."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for derived in ("HTTPValidationError", "ValidationError"):
        schemas.pop(derived, None)
    stated = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(stated.pop("$defs"))
    schemas["Problem"] = stated
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            possible = [*possible_errors(path, operation), *([409] if method == "post" and path != TOKENS else [])]
            operation["responses"] |= {str(code): error_response(code) for code in possible}
    return schema


def add_scopes(schema: JsonSchemaValue, access: Mapping[str, str]) -> JsonSchemaValue:
    """The description with the scope that each operation with a key needs."""
    schema["components"]["securitySchemes"] |= {"oauth2": CLIENT_CREDENTIALS, "client": CLIENT_SECRET}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            scope = access[f"{method.upper()} {path}"]
            if scope in MEANINGS:
                operation["security"] = [{"oauth2": [scope]}, {"api_key": [scope]}]
    return schema


def possible_errors(path: str, operation: JsonSchemaValue) -> list[int]:
    """Which errors an operation may answer with."""
    if path == TOKENS:
        return [413, 415, 421, 500, 503]
    if "security" not in operation:
        return [421, 500, 503] if path == "/readyz" else [421, 500]
    with_body = [400, 413, 415, 422] if "requestBody" in operation else [422]
    return [401, 403, 404, *with_body, 421, 429, 500, 503]


def error_response(code: int) -> JsonSchemaValue:
    """One error response."""
    return {"description": ERRORS[code], "content": {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE}}}}
