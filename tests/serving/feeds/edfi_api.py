"""An Ed-Fi API on loopback that gives tokens and takes assessments, each as its schema has it and in its order."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import jsonschema_rs
import yaml

from tests.json_server import Answer, Request, answering

KEY, SECRET = "key", "secret"
PUBLISHED = "ONTRACK_EDFI_OPENAPI"
"""Names the published OpenAPI file of Ed-Fi's resources, where it is at hand: then bodies are held against it."""


def text(most: int) -> dict[str, object]:
    """Text of so many signs at most."""
    return {"type": "string", "maxLength": most}


def whole(required: str, **parts: object) -> dict[str, object]:
    """An object of these parts and no others."""
    return {"type": "object", "required": required.split(), "properties": parts, "additionalProperties": False}


METHOD, LEVEL = {"assessmentReportingMethodDescriptor": text(306)}, {"performanceLevelDescriptor": text(306)}
KIND = {"resultDatatypeTypeDescriptor": text(306)}
LEVELS = whole("assessmentReportingMethodDescriptor performanceLevelDescriptor", **METHOD, **LEVEL)
NAMED = {"assessmentIdentifier": text(60), "namespace": text(255)}
DRAWN: Mapping[str, dict[str, object]] = {
    "assessments": whole(
        "assessmentIdentifier namespace assessmentTitle academicSubjects",
        **NAMED,
        assessmentTitle=text(255),
        academicSubjects={"type": "array", "minItems": 1, "items": whole(
            "academicSubjectDescriptor", academicSubjectDescriptor=text(306)
        )},
        scores={"type": "array", "items": whole(
            "assessmentReportingMethodDescriptor", **METHOD, **KIND, minimumScore=text(35), maximumScore=text(35)
        )},
        performanceLevels={"type": "array", "items": LEVELS},
    ),
    "studentAssessments": whole(
        "studentAssessmentIdentifier assessmentReference studentReference",
        studentAssessmentIdentifier=text(60),
        assessmentReference=whole("assessmentIdentifier namespace", **NAMED),
        studentReference=whole("studentUniqueId", studentUniqueId=text(32)),
        administrationDate={"type": "string", "format": "date-time"},
        scoreResults={"type": "array", "items": whole(
            "assessmentReportingMethodDescriptor resultDatatypeTypeDescriptor result", **METHOD, **KIND, result=text(35)
        )},
        performanceLevels={"type": "array", "items": LEVELS},
    ),
}  # fmt: skip
"""What we send of Ed-Fi's resources, as the Data Standard declares it."""
DESCRIPTOR = whole(
    "codeValue namespace shortDescription", codeValue=text(50), namespace=text(255), shortDescription=text(75)
)


@cache
def validator(kind: str) -> jsonschema_rs.Validator:
    """What a resource has to fit: the published schema where it is named, else the drawn one."""
    if kind.endswith("Descriptors"):
        return jsonschema_rs.validator_for(DESCRIPTOR, validate_formats=True)
    named = os.environ.get(PUBLISHED)
    if not named:
        return jsonschema_rs.validator_for(DRAWN[kind], validate_formats=True)
    document = yaml.safe_load(Path(named).read_text(encoding="utf-8"))
    one = {"$ref": f"#/components/schemas/edFi_{kind.removesuffix('s')}", "components": document["components"]}
    return jsonschema_rs.validator_for(one, validate_formats=True)


@dataclass
class EdFiApi:
    """What was sent: resources by what they are known by; and how the API behaves."""

    url: str = ""
    students: set[str] = field(default_factory=set)
    kept: dict[tuple[str, ...], Mapping[str, object]] = field(default_factory=dict)
    tokens: int = 0
    busy: int = 0
    """Requests still to be answered with 503."""
    expires: int = 10**9
    """Requests that a token holds for."""

    def answer(self, request: Request) -> Answer:
        """A token to who has the key; a resource is taken by the last token while it holds and nobody is busy."""
        if request.path == "/oauth/token":
            return self.token(request.authorization)
        if request.authorization != f"Bearer t{self.tokens}" or self.expires <= 0:
            self.expires = 10**9
            return 401, {}
        if self.busy:
            self.busy -= 1
            return 503, {}
        self.expires -= 1
        return self.take(request.path.rpartition("/")[2], json.loads(request.body)), {}

    def token(self, authorization: str) -> Answer:
        """A new token to who has the key and the secret."""
        if authorization != f"Basic {base64.b64encode(f'{KEY}:{SECRET}'.encode()).decode()}":
            return 401, {}
        self.tokens += 1
        return 200, {"access_token": f"t{self.tokens}"}

    def take(self, kind: str, body: dict[str, object]) -> int:
        """The status for a resource: by its schema, then by what it names."""
        if not validator(kind).is_valid(body):
            return 400
        words = {f"{key[1]}#{key[2]}" for key in self.kept if key[0].endswith("Descriptors")}
        own = [one for one in strings_in(body) if "#" in one and not one.startswith("uri://ed-fi.org/")]
        if not set(own) <= words:
            return 409
        key = self.key_of(kind, body)
        if kind == "studentAssessments" and (
            ("assessments", *key[2:4]) not in self.kept or key[4] not in self.students
        ):
            return 409
        there, self.kept[key] = key in self.kept, body
        return 200 if there else 201

    def key_of(self, kind: str, body: dict[str, object]) -> tuple[str, ...]:
        """What a resource is known by."""
        if kind == "studentAssessments":
            of, who = body["assessmentReference"], body["studentReference"]
            assert isinstance(of, dict)
            assert isinstance(who, dict)
            named = (of["assessmentIdentifier"], of["namespace"], who["studentUniqueId"])
            return kind, str(body["studentAssessmentIdentifier"]), *named
        first, second = ("assessmentIdentifier", "namespace") if kind == "assessments" else ("namespace", "codeValue")
        return kind, str(body[first]), str(body[second])


def strings_in(value: object) -> Iterator[str]:
    """Every text in a body."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings_in(one)


@contextmanager
def running_api() -> Iterator[EdFiApi]:
    """An API that answers on a free port of this machine."""
    api = EdFiApi()
    with answering(api.answer) as api.url:
        yield api
