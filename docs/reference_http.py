"""The reference of the HTTP API, read from the application's own OpenAPI, and of the pages."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel

from docs.reference_calls import SET_UP, calls_of
from docs.reference_text import code, heading, page, table
from features.settings import Settings
from serving.access.scopes import MEANINGS
from serving.api import (
    line_messages,
    messages,
    model_messages,
    operation_messages,
    score_messages,
    support_messages,
    webhook_messages,
)
from serving.app import API_ROUTERS, PAGE_ROUTERS, create_app
from serving.route_access import access_by_route, routes_of
from serving.web.conventions import CONVENTIONS
from serving.web.problems import DETAILS, PROBLEM_TYPE, Mistake, Problem

Json = Mapping[str, object]
OTHERS = (model_messages, operation_messages, webhook_messages, support_messages)
MESSAGES: tuple[type[BaseModel], ...] = tuple(
    kind
    for module in (messages, score_messages, line_messages, *OTHERS)
    for kind in vars(module).values()
    if isinstance(kind, type)
    and issubclass(kind, messages.Message)
    and kind not in (messages.Message, messages.SentRow)
    and kind.__module__ == module.__name__
)


SCOPE_OF = access_by_route(API_ROUTERS)
"""Whom each route answers; a test asks each route with each scope."""


def api_page() -> str:
    """Routes, messages, problems and pages."""
    schema = openapi()
    intro = (
        "`/openapi.json` has the same in OpenAPI 3.1. A program sends `Authorization: Bearer`, then "
        "an access token or the key that `ontrack keys create` printed; it sees one district, or some of its schools. "
        "How to use it: [connect your student information system](../how-to/connect-your-sis.md)."
    )
    scopes = table(("Scope", "Lets a program"), [(code(scope), means) for scope, means in MEANINGS.items()])
    routes = [part for path, one in objects(schema["paths"]).items() for part in route_parts(path, objects(one))]
    sent = [part for one in MESSAGES for part in message_parts(one)]
    return page(
        "HTTP API",
        intro,
        scopes,
        CONVENTIONS.strip(),
        heading(2, "Routes"),
        "Each is shown with curl and in Python. `TOKEN` is an access token or a key; in Python, begin with:",
        f"```python\n{SET_UP}\n```",
        *routes,
        heading(2, "Messages"),
        *sent,
        *problems(),
        *page_routes(),
    )


def openapi() -> Json:
    """The description of the application, which is made in a folder of its own."""
    with TemporaryDirectory() as folder:
        app = create_app(Settings(home=Path(folder), log_level="error"))
        schema: Json = app.openapi()
        app.state.context.engine.dispose()
    return schema


def objects(value: object) -> dict[str, object]:
    """A JSON object's members."""
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else {}


def route_parts(path: str, operations: Mapping[str, object]) -> list[str]:
    """Each method of a path: what it does, who may ask, what it answers."""
    parts = []
    for method, operation in operations.items():
        name, says = f"{method.upper()} {path}", objects(operation)
        scope = f"Scope {code(SCOPE_OF[name])}." if "security" in says else "No key."
        answers = [(status, str(objects(one)["description"])) for status, one in objects(says["responses"]).items()]
        rows = [(status, "as below" if status in ("200", "202") else text) for status, text in sorted(answers)]
        parts += [
            heading(3, code(name)),
            f"{says['summary']}. {says['description']}".replace("\n\n", " "),
            scope,
            *shown_calls(name, says),
            table(("Status", "Says"), rows),
        ]
    return parts


def shown_calls(name: str, operation: Mapping[str, object]) -> list[str]:
    """How the operation is asked."""
    kinds = objects(objects(operation.get("requestBody")).get("content"))
    curl, python = calls_of(name, takes_json="application/json" in kinds)
    return [f"```sh\n{curl}\n```", f"```python\n{python}\n```"]


def message_parts(one: type[BaseModel]) -> list[str]:
    """A message and its fields."""
    schema = objects(one.model_json_schema()["properties"])
    rows = [
        (
            code(name),
            "yes" if field.is_required() else "no",
            kind_of(objects(schema[name])),
            field.description or "–",
        )
        for name, field in one.model_fields.items()
    ]
    return [heading(3, code(one.__name__)), one.__doc__ or "", table(("Field", "Needed", "Holds", "Meaning"), rows)]


def kind_of(schema: Mapping[str, object]) -> str:
    """What a field holds, from its JSON schema."""
    several = schema.get("anyOf")
    if isinstance(several, list):
        return " or ".join(kind_of(objects(one)) for one in several)
    if "$ref" in schema:
        return code(str(schema["$ref"]).rpartition("/")[2])
    choices = schema.get("enum")
    if isinstance(choices, list):
        return ", ".join(map(code, map(str, choices)))
    if "const" in schema:
        return code(str(schema["const"]))
    if schema.get("type") == "array":
        return f"list of {kind_of(objects(schema['items']))}"
    return str(schema.get("format", schema.get("type"))) + bounds_of(schema)


def bounds_of(schema: Mapping[str, object]) -> str:
    """The range of a number."""
    return f", {schema['minimum']} to {schema['maximum']}" if "maximum" in schema else ""


def problems() -> list[str]:
    """How an error is stated."""
    rows = [(str(status), detail) for status, detail in DETAILS.items()]
    return [
        heading(2, "Problems"),
        f"An error is {code(PROBLEM_TYPE)} (RFC 9457). It never repeats what was sent.",
        *message_parts(Problem),
        *message_parts(Mistake),
        table(("Status", "Detail"), rows),
    ]


def page_routes() -> list[str]:
    """The addresses that people open."""
    rows = [
        (code(f"{', '.join(sorted(one.methods or ()))} {one.path}"), one.description) for one in routes_of(PAGE_ROUTERS)
    ]
    return [heading(2, "Pages"), "For people who are signed in; not part of the API.", table(("Address", "Does"), rows)]
