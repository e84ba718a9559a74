"""The calls that the reference shows for each operation: curl and Python ask the same, and the service takes it."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from docs.reference_calls import JSON_BODIES, CallMissing, calls_of, names_in
from serving.access.scopes import SCOPES
from serving.app import API_ROUTERS
from serving.route_access import routes_of
from tests.docs.pages import DOCS
from tests.serving.browser import ApiClient
from tests.serving.example_service import ExampleService

OPERATIONS = [f"{method} {one.path}" for one in routes_of(API_ROUTERS) for method in sorted(one.methods or ())]
IDS = {"student_key": "k-amara", "student_id": "100", "record_id": "a-1", "table": "attendance"}
"""Ids that are there; of everything else there is nothing yet."""
OTHERS = {"school_id": "north", "staff_id": "s-ines", "champion": "s-ines"}
"""What the example service calls what the reference names by ids of the demo."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """A program that may do everything, in a folder with a zip."""
    folder = tmp_path_factory.mktemp("calls")
    service = ExampleService(folder)
    service.record_example_runs()
    yield ApiClient(service, "harbor", *SCOPES)
    service.close()


def of_example(body: object) -> object:
    """A body with the ids of the example service."""
    if isinstance(body, dict):
        return {name: OTHERS.get(name, of_example(one)) for name, one in body.items()}
    return [of_example(one) for one in body] if isinstance(body, list) else body


def asked_by_curl(shown: str, ids: dict[str, str]) -> tuple[str, str, object]:
    """Method, path and JSON that curl sends."""
    words = shlex.split(shown.replace("\\\n", " "))
    method = words[words.index("--request") + 1] if "--request" in words else "GET"
    path = next(word for word in words if word.startswith("$ONTRACK_URL")).removeprefix("$ONTRACK_URL")
    for name, one in ids.items():
        path = path.replace(f"${name.upper()}", one)
    sends_json = "Content-Type: application/json" in words
    return method, path, json.loads(words[words.index("--data") + 1]) if sends_json else None


def asked_in_python(shown: str, ids: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.Request:
    """The request that the lines in Python send."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    (folder / "records.zip").write_bytes(b"x")
    monkeypatch.chdir(folder)
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    with httpx.Client(base_url="http://testserver", transport=httpx.MockTransport(answer)) as http:
        exec(f"import os\nfrom pathlib import Path\n{shown}", {"http": http, **ids})
    return requests[0]


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_shown_call_is_one_that_the_service_takes(
    name: str, program: ApiClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = calls_of(name, takes_json=name in JSON_BODIES)
    assert all(one in (DOCS / "reference" / "api.md").read_text(encoding="utf-8") for one in shown)
    ids = {one: IDS.get(one, "nothing") for one in names_in(name)}
    method, path, body = asked_by_curl(shown[0], ids)
    request = asked_in_python(shown[1], ids, tmp_path, monkeypatch)
    assert (request.method, request.url.path) == (method, path)
    if body is not None:
        assert json.loads(request.content) == body
    if name not in ("POST /oauth/token", "POST /v1/imports"):
        answer = program.ask(method, path, of_example(body))
        assert answer.is_success or (answer.status_code == 404 and "nothing" in path), answer.text


def test_an_operation_without_a_shown_body_stops_the_reference() -> None:
    with pytest.raises(CallMissing, match="POST /v1/other"):
        calls_of("POST /v1/other", takes_json=True)
    assert set(JSON_BODIES) <= set(OPERATIONS)
