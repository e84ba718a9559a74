"""Every operation of the document as calls about objects, and what an answer gives away of what is not one's own."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from sqlite3 import Connection as Connected
from string import Formatter
from typing import cast
from urllib.parse import urlencode

import httpx
from sqlalchemy import Connection, Engine, event

from docs.reference_calls import JSON_BODIES
from serving.access.scopes import WHOLE_DISTRICT
from serving.app import API_ROUTERS
from serving.route_access import access_by_route
from serving.web.middleware import HEADERS
from tests.serving.access.placed_objects import ABSENT, OF_A_STUDENT, Place
from tests.serving.browser import ApiClient
from tests.serving.example_service import DISTRICTS, STUDENTS, ExampleService, person

PLAIN_HEADERS = {"cache-control", "content-type", "content-length", "content-encoding", "vary", "www-authenticate"} | {
    name.lower() for name in HEADERS
}
"""Header fields that HTTP itself explains, and those that every answer has for browsers."""
VARYING = ("x-request-id", "ratelimit", "date")
NO_OBJECTS = {
    "table", "limit", "cursor", "outcome", "grade", "band", "as_of", "changed_since", "kind", "part", "format",
}  # fmt: skip
"""Names in paths and queries that are not ids of anything."""
STAFF = {"S1": "s-ines"}
"""People of the examples of the documents, as they are called here."""
IMPORTS, LISTS = "/v1/imports", ("POST", "/v1/scoring-runs")
ORDER = ("GET", "PUT", "POST", "DELETE")
"""Own objects are deleted last."""


@dataclass(frozen=True)
class Call:
    """An operation, and which place each id in it is of; None for the id of nothing."""

    method: str
    path: str
    scope: str
    ids: Mapping[str, Place | None] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The id that is sent by a name."""
        place = self.ids[name]
        return ABSENT[name] if place is None else place.ids[name]

    @cached_property
    def address(self) -> str:
        """The address that is asked."""
        parts = [name for _, name, _, _ in Formatter().parse(self.path) if name]
        filled = self.path.format(**{one: "attendance" if one == "table" else self.value(one) for one in parts})
        query = {name: self.value(name) for name in self.ids if name in QUERY_IDS and name not in parts}
        asks = f"{self.method} {self.path}" not in JSON_BODIES
        return f"{filled}?{urlencode(query)}" if query and asks else filled

    @cached_property
    def body(self) -> object:
        """The body that the documents send, for the ids of this call."""
        drawn = JSON_BODIES.get(f"{self.method} {self.path}")
        if drawn is None:
            return None
        student = self.ids.get("student_id")
        said = json.dumps(drawn).replace('"50"', json.dumps(student.school if student else "north"))
        for theirs, ours in STAFF.items():
            said = said.replace(json.dumps(theirs), json.dumps(ours))
        body = cast("dict[str, object]", json.loads(said))
        if "student_id" in body:
            return {**body, "student_id": self.value("student_id"), "id": f"of-{self.value('student_id')}"}
        return {**body, "student_ids": [self.value("student_id")]} if "student_ids" in body else body


QUERY_IDS = {"student_key", "school"}
"""Names of a query that are ids."""


def names_of(method: str, path: str, operation: Mapping[str, object]) -> list[str]:
    """The names of the ids that an operation takes, of path, query and body; a name that nobody knows fails."""
    taken = cast("list[dict[str, str]]", operation.get("parameters", []))
    names = {one["name"] for one in taken if one["in"] in ("path", "query")}
    unknown = names - set(ABSENT) - NO_OBJECTS
    assert not unknown, f"{method} {path}: say in placed_objects.py what {unknown} are ids of"
    body = JSON_BODIES.get(f"{method} {path}", {})
    ids = {"student_id"} if {"student_id", "student_ids"} & set(body) else set()
    return sorted((names - NO_OBJECTS) | ids)


def operations(service: ExampleService) -> list[tuple[Call, list[str]]]:
    """Every operation of the document that needs a scope, with the names of its ids."""
    document = cast("dict[str, dict[str, dict[str, object]]]", service.app.openapi()["paths"])
    declared = access_by_route(API_ROUTERS)
    assert {f"{method.upper()} {path}" for path, found in document.items() for method in found} == set(declared)
    split = [(*one.partition(" ")[::2], scope) for one, scope in declared.items()]
    return [
        (Call(method, path, scope), names_of(method, path, document[path][method.lower()]))
        for method, path, scope in sorted(split, key=lambda one: ORDER.index(one[0]))
        if path.startswith("/v1")
    ]


@dataclass(frozen=True)
class Asker:
    """A program of a district or of some of its schools, what it asks, and how many statements an answer took."""

    program: ApiClient
    district_id: str
    schools: tuple[str, ...]
    places: list[Place]
    counted: list[str]
    answers: dict[tuple[str, str, str], tuple[httpx.Response, int]] = field(default_factory=dict)

    def ask(self, call: Call) -> tuple[httpx.Response, int]:
        """The answer to a call, and how many statements reached the database for it; each is asked once."""
        key = (call.method, call.address, json.dumps(call.body))
        if key not in self.answers:
            self.counted.clear()
            if call.path == IMPORTS:
                answer = self.program.send(call.address, b"{}")
            else:
                answer = self.program.ask(call.method, call.address, call.body)
            self.answers[key] = answer, len(self.counted)
        return self.answers[key]

    def own(self, place: Place) -> bool:
        """Whether a place is the program's own."""
        return place.district_id == self.district_id and (not self.schools or place.school in self.schools)

    def sees(self, call: Call, name: str) -> bool:
        """Whether the id of this name is one that the program may know."""
        place = call.ids[name]
        if place is None or (self.schools and call.scope in WHOLE_DISTRICT and "student_id" not in call.ids):
            return False
        if name == "school":
            return place.school in (self.schools or (place.school,))
        student = call.ids.get("student_id")
        of_student = name != "record_id" or place is student
        return of_student and (self.own(place) if name in OF_A_STUDENT else place.district_id == self.district_id)

    def absent(self, call: Call) -> Call:
        """The same call with the id of nothing for each that is hidden."""
        seen = {name: place if self.sees(call, name) else None for name, place in call.ids.items()}
        return Call(call.method, call.path, call.scope, seen)

    def calls(self, call: Call, names: list[str]) -> Iterator[Call]:
        """The operation for every combination of places. What is sent under a new id has that of its student."""
        varied = [one for one in names if not (one == "record_id" and call.method == "PUT")]
        for places in product(self.places, repeat=len(varied)):
            ids: dict[str, Place | None] = dict(zip(varied, places, strict=True))
            if len(varied) < len(names):
                ids["record_id"] = ids["student_id"]
            yield Call(call.method, call.path, call.scope, ids)

    def foreign(self, call: Call) -> list[str]:
        """Words that an answer to this program may not have, but those it sent itself."""
        words = {word for one in self.places for word in one.words(only_students=one.district_id == self.district_id)
                 if not self.own(one)}  # fmt: skip
        other = next(one for one in DISTRICTS if one != self.district_id)
        words |= {DISTRICTS[other]} | {last_name(other, *row[:2]) for row in STUDENTS}
        hidden = [row for row in STUDENTS if self.schools and row[3] not in self.schools]
        words |= {row[2] for row in hidden} | {last_name(self.district_id, *row[:2]) for row in hidden}
        sent = f"{call.address} {json.dumps(call.body)}"
        return sorted(word for word in words if word not in sent and "<" not in word)


def last_name(district_id: str, in_harbor: str, in_mesa: str) -> str:
    """The last name of the one who has this part in the district."""
    return person(district_id, in_harbor, in_mesa)[1]


def said(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """Everything that an answer says but what differs each time."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status_code, answer.text, headers


def leaks(asker: Asker, call: Call) -> list[str]:
    """What an operation tells a program that it must not, or hides from it that is its own."""
    answer, count = asker.ask(call)
    found = [f"says {word}" for word in asker.foreign(call) if re.search(rf"\b{re.escape(word)}\b", answer.text)]
    if answer.status_code >= 500:
        found.append(f"answers {answer.status_code}")
    hidden = [name for name in call.ids if not asker.sees(call, name)]
    if not hidden:
        return found
    nothing, expected = asker.ask(asker.absent(call))
    if said(answer) != said(nothing):
        found.append(f"{', '.join(hidden)} of another is not as if there were nothing")
    if count != expected:
        found.append(f"{', '.join(hidden)} of another takes {count} statements, nothing takes {expected}")
    return found


def undocumented(asker: Asker, call: Call, document: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The status, or the header fields, of an answer that the document does not promise."""
    answer, _ = asker.ask(call)
    operation = cast("dict[str, dict[str, dict[str, dict[str, object]]]]", document[call.path][call.method.lower()])
    responses = operation["responses"]
    if str(answer.status_code) not in responses:
        return [f"answers {answer.status_code}, which is not documented"]
    promised = {name.lower() for name in responses[str(answer.status_code)]["headers"]}
    return [f"sends {name}, which is not documented" for name in sorted(set(answer.headers) - promised - PLAIN_HEADERS)]


def unreached(asker: Asker, call: Call) -> list[str]:
    """That an operation does not answer a program about what is its own; an import has no object, and no body here."""
    of_the_whole = bool(asker.schools) and (call.scope in WHOLE_DISTRICT or (call.method, call.path) == LISTS)
    if any(not asker.sees(call, name) for name in call.ids) or (of_the_whole and not call.ids) or call.path == IMPORTS:
        return []
    answer, _ = asker.ask(call)
    return [] if answer.status_code < 400 else [f"answers its own program {answer.status_code} {answer.text}"]


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database: of SQLite by its driver's account, which is asked some directly."""
    statements: list[str] = []

    def note_statement(_: Connection, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    def trace(driver: Connected, *_: object) -> None:
        driver.set_trace_callback(statements.append)

    listened: tuple[object, str, Callable[..., None]] = (Engine, "before_cursor_execute", note_statement)
    if engine.dialect.name == "sqlite":
        listened = (engine, "checkout", trace)
    event.listen(*listened)
    yield statements
    event.remove(*listened)
