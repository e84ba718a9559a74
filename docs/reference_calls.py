"""How to ask each operation of the API, with curl and in Python: made from the OpenAPI document and drawn bodies."""

import json
from collections.abc import Mapping
from string import Formatter

JSON_BODIES: Mapping[str, Mapping[str, object]] = {
    "POST /v1/scores": {
        "enrollments": [
            {"school_id": "50", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17"}
        ]
    },
    "POST /v1/scoring-runs": {},
    "POST /v1/students/search": {"student_ids": ["100", "101"], "with_scores": True},
    "PUT /v1/students/{student_id}/attendance/{record_id}": {
        "school_id": "50", "date": "2026-11-19", "section_id": "day", "kind": "absent", "absent_hundredths": 100,
        "excused": False,
    },
    "PUT /v1/students/{student_id}/marks/{record_id}": {
        "school_id": "50", "school_year": 2027, "term_id": "Q1", "course_id": "MAT09", "course_name": "Algebra 1",
        "subject": "math", "mark_kind": "progress", "mark": "C", "points_hundredths": 200,
        "credits_attempted_hundredths": 50,
    },
    "PUT /v1/students/{student_id}/incidents/{record_id}": {
        "incident_id": "i-1", "school_id": "50", "date": "2026-11-18", "severity": "minor",
    },
    "PUT /v1/students/{student_id}/enrollments/{record_id}": {
        "school_id": "50", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17",
    },
    "POST /v1/contacts": {
        "id": "call-1", "student_id": "100", "staff_id": "S1", "kind": "call", "party": "family", "day": "2026-11-18",
        "reached": True,
    },
    "POST /v1/plans": {
        "id": "plan-1", "student_id": "100", "staff_id": "S1", "champion": "S1", "goal": "Be there each Monday",
        "strategy": "check-in", "start_date": "2026-11-16", "planned_end": "2027-01-15", "sessions_a_week": 2,
    },
    "POST /v1/webhooks": {"url": "https://sis.example.org/ontrack", "events": ["run.finished", "import.finished"]},
    "POST /v1/webhooks/{webhook_id}/rotate": {"overlap_hours": 24},
    "POST /v1/webhooks/{webhook_id}/replay": {"since": "2026-11-20T00:00:00Z"},
}  # fmt: skip
"""What is sent to each operation that takes JSON. One that is missing here stops the reference from being made."""
OPEN = {"/livez", "/readyz", "/oauth/token", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"}
TOKENS, IMPORTS = "POST /oauth/token", "POST /v1/imports"
SET_UP = """import os
from pathlib import Path

import httpx

http = httpx.Client(base_url=os.environ["ONTRACK_URL"], headers={"Authorization": f"Bearer {os.environ['TOKEN']}"})"""
"""What the calls in Python begin with."""


class CallMissing(Exception):  # noqa: N818 - the design's word
    """An operation without an example of how to ask it."""


def calls_of(name: str, *, takes_json: bool) -> tuple[str, str]:
    """An operation asked with curl and in Python; CallMissing where it takes JSON and no body of it is drawn."""
    if takes_json and name not in JSON_BODIES:
        raise CallMissing(f"{name}: say in docs/reference_calls.py what may be sent to it")
    method, _, path = name.partition(" ")
    return curl_of(name, method, path), python_of(name, method, path)


def curl_of(name: str, method: str, path: str) -> str:
    """The call with curl; ids are variables of the shell."""
    address = path.format(**{one: f"${one.upper()}" for one in names_in(path)})
    lines = [
        "curl --fail-with-body" + (f" --request {method}" if method != "GET" else "") + f' "$ONTRACK_URL{address}"'
    ]
    if name == TOKENS:
        lines += ['--user "$CLIENT_ID:$CLIENT_SECRET"', "--data grant_type=client_credentials"]
    elif path not in OPEN:
        lines.append('--header "Authorization: Bearer $TOKEN"')
    if name in JSON_BODIES:
        lines += ['--header "Content-Type: application/json"', f"--data '{json.dumps(JSON_BODIES[name])}'"]
    if name == IMPORTS:
        lines += ['--header "Content-Type: application/zip"', "--data-binary @records.zip"]
    return " \\\n  ".join(lines)


def python_of(name: str, method: str, path: str) -> str:
    """The call in Python, by the client that the page sets up; ids are variables."""
    given = [f'f"{path}"' if names_in(path) else f'"{path}"']
    if name == TOKENS:
        secrets = 'auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])'
        given += ['data={"grant_type": "client_credentials"}', secrets]
    if name in JSON_BODIES:
        given.append(f"json={literal(JSON_BODIES[name], 4)}")
    if name == IMPORTS:
        given += ['content=Path("records.zip").read_bytes()', 'headers={"Content-Type": "application/zip"}']
    asked = given[0] if len(given) == 1 else "\n" + "".join(f"    {one},\n" for one in given)
    return f"answer = http.{method.lower()}({asked})\nanswer.raise_for_status()"


def literal(value: object, indent: int) -> str:
    """A value as the formatter writes it, with a line for each part."""
    space, inner = " " * indent, " " * (indent + 4)
    if isinstance(value, Mapping) and value:
        parts = (f"{json.dumps(name)}: {literal(one, indent + 4)}" for name, one in value.items())
        return "{\n" + "".join(f"{inner}{part},\n" for part in parts) + space + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{literal(one, indent + 4)},\n" for one in value) + space + "]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def names_in(path: str) -> list[str]:
    """What an address leaves open."""
    return [name for _, name, _, _ in Formatter().parse(path) if name]
