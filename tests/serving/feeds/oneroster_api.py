"""A OneRoster 1.2 gradebook service on loopback that gives tokens and takes assessment results, each as its schema."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import jsonschema_rs

from tests.json_server import Answer, Request, answering
from tests.serving.feeds.edfi_api import text, whole

STATUSES = ["exempt", "fully graded", "not submitted", "partially graded", "submitted"]


def reference(kind: str) -> dict[str, object]:
    """A reference to an entity of this kind."""
    return whole("href sourcedId type", href={"type": "string", "format": "uri"}, sourcedId=text(255), type={
        "const": kind
    })  # fmt: skip


BASE = {"sourcedId": text(255), "status": {"enum": ["active", "tobedeleted"]}, "dateLastModified": {
    "type": "string", "format": "date-time", "pattern": r"Z$"
}}  # fmt: skip
DRAWN = {
    "assessmentLineItem": whole(
        "sourcedId status dateLastModified title", **BASE, title=text(255), description=text(9999),
        resultValueMin={"type": "number"}, resultValueMax={"type": "number"},
    ),
    "assessmentResult": whole(
        "sourcedId status dateLastModified assessmentLineItem student scoreDate scoreStatus", **BASE,
        assessmentLineItem=reference("assessmentLineItem"), student=reference("user"), score={"type": "number"},
        textScore=text(255), scoreDate={"type": "string", "format": "date"}, scoreStatus={"enum": STATUSES},
        comment=text(9999),
    ),
}  # fmt: skip
"""What we send of OneRoster's Assessment Results Profile 1.0; an entity has no other fields."""


@cache
def validator(kind: str) -> jsonschema_rs.Validator:
    """What the body of a PUT has to fit."""
    return jsonschema_rs.validator_for(whole(kind, **{kind: DRAWN[kind]}), validate_formats=True)


@dataclass
class OneRosterApi:
    """What was sent, by kind and id; and whom the service knows."""

    url: str = ""
    students: set[str] = field(default_factory=set)
    kept: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """A token for the scope of writing; an entity is taken at the address of its own id."""
        if request.path == "/token":
            self.scopes.append(request.body.decode())
            return 200, {"access_token": "t"}
        if request.authorization != "Bearer t" or request.method != "PUT":
            return 405, {}
        collection, _, sourced_id = request.path.strip("/").partition("/")
        return self.take(collection.removesuffix("s"), sourced_id, json.loads(request.body)), {}

    def take(self, kind: str, sourced_id: str, body: dict[str, Mapping[str, object]]) -> int:
        """The status for an entity: by its schema and id, then by what it is about."""
        if kind not in DRAWN or not validator(kind).is_valid(body) or body[kind]["sourcedId"] != sourced_id:
            return 422
        if kind == "assessmentResult" and not self.knows(body[kind]):
            return 404
        self.kept[kind, sourced_id] = body[kind]
        return 201

    def knows(self, result: Mapping[str, object]) -> bool:
        """Whether a result's line item and student are there."""
        item, student = result["assessmentLineItem"], result["student"]
        assert isinstance(item, dict)
        assert isinstance(student, dict)
        return ("assessmentLineItem", item["sourcedId"]) in self.kept and student["sourcedId"] in self.students


@contextmanager
def running_service() -> Iterator[OneRosterApi]:
    """A service that answers on a free port of this machine."""
    api = OneRosterApi()
    with answering(api.answer) as api.url:
        yield api
