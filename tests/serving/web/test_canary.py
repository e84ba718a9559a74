"""A student with a name of their own, through everything: the name is on pages, and nowhere else."""

import io
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from serving.access.scopes import SCOPES
from serving.store.rows import StudentRow
from serving.web.logs import open_log
from serving.web.problems import PROBLEM_TYPE
from tests.serving.browser import HOST, ApiClient, Browser, TestClient
from tests.serving.example_service import ExampleService

FIRST, LAST, NUMBER = "Zzcanary", "Ünïque", "99999991"
NAME = f"{FIRST} {LAST}"
WORDS = (FIRST, LAST, NUMBER, quote(LAST), LAST.encode("unicode_escape").decode(), "\\u00dcn\\u00efque")
ENROLLMENT = {"school_id": NAME, "track": NAME, "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17"}


@pytest.fixture
def log(service: ExampleService) -> io.StringIO:
    """What the service writes to its log."""
    written = io.StringIO()
    for one in service.app.user_middleware:
        if "log" in one.kwargs:
            one.kwargs["log"] = open_log("debug", written)
    return written


@pytest.fixture
def canary(service: ExampleService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExampleService:
    """A service in which a student has the name, and temporary files go to a folder of the test."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    with service.write_session() as session:
        row = session.get(StudentRow, ("harbor", "k-amara"))
        assert row is not None
        row.first_name, row.last_name, row.student_id = FIRST, LAST, NUMBER
    return service


def found(text: str) -> list[str]:
    """The words of the student that a text has."""
    return [word for word in WORDS if word in text]


def bad_requests(service: ExampleService) -> list[httpx.Response]:
    """What the API answers to requests that have the name in every place where a program might put it.

    Not as a key alone or as a file's name: problems repeat what looks like the name of a field or of a file.
    """
    program = ApiClient(service, "harbor", *SCOPES)
    anybody, headers = TestClient(service.app, base_url=HOST), program.headers
    bodies: tuple[object, ...] = (
        {NAME: NAME}, {"first_name": NAME}, {"enrollments": NAME}, [NAME], NAME, {"enrollments": [{NAME: 1}]},
        {"enrollments": [ENROLLMENT | {"entry_date": NAME}]},
        {"enrollments": [ENROLLMENT], "marks": [{"course_name": NAME, "mark": NAME, "credit_kind": NUMBER}]},
    )  # fmt: skip
    return [
        *(program.ask("POST", "/v1/scores", body) for body in bodies),
        program.send("/v1/scores", f'{{"{NAME}'.encode()),
        program.send("/v1/scores", NAME.encode("latin-1")),
        program.ask("POST", f"/v1/scores?outcome={NAME}&x={NAME}", {"enrollments": [ENROLLMENT]}),
        program.ask("GET", f"/v1/students/{NAME}/scores"),
        program.ask("GET", f"/v1/{NAME}"),
        program.ask("DELETE", f"/v1/students/{NUMBER}/scores"),
        program.client.post("/v1/scores", json={}, headers=headers | {"Idempotency-Key": FIRST}),
        program.client.get("/v1/nothing", headers=headers | {"X-Request-Id": FIRST, "Accept-Language": FIRST}),
        program.client.get("/livez", headers={"Host": f"{FIRST}.example"}),
        program.client.post("/v1/imports", content=NAME.encode(), headers=headers | {"Content-Type": FIRST}),
        program.client.post("/v1/imports", files={"files": ("notes.csv", NAME.encode())}, headers=headers),
        anybody.get("/v1/nothing", headers={"Authorization": f"Bearer {FIRST}"}),
        anybody.post("/oauth/token", data={"grant_type": NAME}, auth=(FIRST, NUMBER)),
        anybody.post("/oauth/token", json={"grant_type": NAME}),
    ]


def look_at_pages(service: ExampleService) -> str:
    """What a counselor sees who opens, searches, writes and mistypes."""
    ines = Browser(service, "harbor", "s-ines")
    ines.send("/students/k-amara/contacts", summary=NAME, day=NAME, kind=NAME)
    ines.send("/students/k-amara/notes", body=NAME, entry=NAME)
    ines.post("/sign-in", {"district": "harbor", "email": f"{FIRST}@example.org", "password": NAME})
    for path in ("/", "/caseload", f"/caseload?q={NAME}", f"/students/{NAME}", f"/caseload?page={NAME}"):
        ines.get(path)
    return ines.get("/students/k-amara").text


def test_a_students_name_is_on_pages_and_in_no_problem_log_document_or_temporary_file(
    canary: ExampleService, tmp_path: Path, log: io.StringIO
) -> None:
    assert FIRST in look_at_pages(canary)
    answers = bad_requests(canary)
    assert {answer.status_code for answer in answers} >= {400, 401, 404, 405, 415, 421, 422}
    assert [answer.request.url.path for answer in answers if found(answer.text) or found(str(answer.headers))] == []
    assert found(str(canary.app.openapi())) == []
    with canary.write_session() as session:
        session.connection().exec_driver_sql("DROP TABLE scores")
    program = ApiClient(canary, "harbor")
    faults = [program.ask("GET", "/v1/students/k-amara/scores"), Browser(canary, "harbor", "s-ines").get("/caseload")]
    assert [(answer.status_code, found(answer.text)) for answer in faults] == [(500, [])] * 2
    assert faults[0].headers["content-type"] == PROBLEM_TYPE
    assert '"status": 500' in log.getvalue()
    assert found(log.getvalue()) == []
    left = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    assert [path.name for path in left if found(path.name) or found(path.read_text("utf-8", "replace"))] == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert found(f"x {FIRST} {quote(LAST)}") == [FIRST, quote(LAST)]
