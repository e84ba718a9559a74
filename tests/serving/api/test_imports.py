"""Files sent to the API that cannot be taken: each is a problem in words, and nothing of it is left."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.settings import Settings
from serving.operations.operations import ask_for
from serving.operations.quarantine import keep_quarantine
from serving.operations.uploads import UploadFolder, remove_cut_off_uploads
from serving.store.cell_types import JsonRow
from serving.store.operation_rows import OperationRow
from serving.web.problems import PROBLEM_TYPE
from tests.features.ingest.files.made_archives import zeros, zip_around
from tests.serving.browser import HOST, ApiClient, TestClient
from tests.serving.example_service import ExampleService

SECRET = "Zzcanary"
ZIP = {"Content-Type": "application/zip"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def packed(*entries: tuple[str, bytes]) -> bytes:
    """A zip of these entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return held.getvalue()


def form(*files: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    """A multipart body of these files."""
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in files
    )
    return b"".join(parts) + end


CSV = ("students.csv", b"student_id,first_name\n1,Zzcanary\n")
FIELD = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
REFUSED = {
    "not a zip": (ZIP, b"student_id\nZzcanary\n", 422, "expected a zip"),
    "a path that leads out": (ZIP, packed(("../students.csv", CSV[1])), 422, "one leads elsewhere"),
    "a bomb": (ZIP, zip_around(zeros(80), size=80 << 20), 422, "FILE06"),
    "a zip in a zip": (ZIP, packed(("students.zip", packed(CSV))), 422, "an archive in it"),
    "tables are missing": (ZIP, packed(CSV), 422, "missing table"),
    "another type": ({"Content-Type": "application/json"}, b"{}", 415, "expected multipart/form-data"),
    "no files": (FORM, form(), 422, "expected files"),
    "a part that is no file": (FORM, FIELD, 422, "a file"),
    "a folder in a name": (FORM, form(("../../students.csv", CSV[1])), 422, "a plain name"),
    "a hidden name": (FORM, form((".students.csv", CSV[1])), 422, "a plain name"),
    "a name twice": (FORM, form(CSV, ("STUDENTS.csv", CSV[1])), 422, "every name once"),
    "a program": (FORM, form(("students.exe", CSV[1])), 415, "a name that ends in"),
    "broken off": (FORM, form(CSV, end=b""), 400, "up to its last boundary"),
    "no form": (FORM, b"Zzcanary", 400, "up to its last boundary"),
    "too large": (FORM, form(("students.csv", bytes(1_100_000))), 413, "at most 1,048,576 bytes"),
}  # fmt: skip


def program(service: ExampleService, district_id: str, *scopes: str, schools: Sequence[str] = ()) -> TestClient:
    """A program with a key that may do everything about records, or what is said."""
    client = ApiClient(
        service, district_id, *(scopes or ("records.write", "imports.read", "scores.write")), schools=schools
    )
    client.client.headers.update(client.headers)
    return client.client


@pytest.fixture(scope="module")
def sender(read_service: ExampleService) -> TestClient:
    """A program that may send records to a service that takes one mebibyte."""
    context = read_service.context
    service = context.settings.service.model_copy(update={"largest_import_mb": 1})
    small = context.settings.model_copy(update={"service": service})
    object.__setattr__(context, "settings", small)
    return program(read_service, "harbor")


def test_whoever_may_not_send_is_refused_before_a_byte_is_written(read_service: ExampleService) -> None:
    nobody, reader = TestClient(read_service.app, base_url=HOST), program(read_service, "harbor", "imports.read")
    assert nobody.post("/v1/imports", content=packed(CSV), headers=ZIP).status_code == 401
    assert reader.post("/v1/imports", content=packed(CSV), headers=ZIP).status_code == 403
    assert not (read_service.context.settings.home / "uploads").exists()


@pytest.mark.parametrize("case", REFUSED)
def test_files_that_cannot_be_taken_are_a_problem_in_words_and_nothing_is_left(
    sender: TestClient, read_service: ExampleService, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    headers, body, status, says = REFUSED[case]
    answer = sender.post("/v1/imports", content=body, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM_TYPE)
    assert says in " ".join(one["detail"] for one in answer.json()["errors"])
    assert SECRET not in answer.text + capsys.readouterr().err
    assert [path for path in (read_service.context.settings.home / "uploads").rglob("*") if path.is_file()] == []
    assert read_service.rows(OperationRow) == []


def test_an_operation_of_another_district_is_none(service: ExampleService) -> None:
    own, other = program(service, "harbor"), program(service, "mesa")
    begun = own.post("/v1/scoring-runs", json={"as_of": "2026-11-20"}, headers={"Prefer": "respond-async"})
    assert (begun.status_code, begun.headers["Preference-Applied"]) == (202, "respond-async")
    address = begun.headers["Location"]
    assert own.get(address).json()["kind"] == "scoring_run"
    unknown = other.get("/v1/operations/scoring-run-0")
    for path in (address, f"{address}/cancel", f"/v1/imports/{begun.json()['id']}/quarantine"):
        answer = other.post(path) if path.endswith("cancel") else other.get(path)
        assert (answer.status_code, answer.text) == (404, unknown.text)
    assert other.get("/v1/operations").json()["operations"] == []
    assert [one["id"] for one in own.get("/v1/operations").json()["operations"]] == [begun.json()["id"]]


def test_what_a_cut_off_upload_left_is_removed_after_a_day(tmp_path: Path) -> None:
    settings, now = Settings(home=tmp_path), datetime.now(UTC)
    folders = [UploadFolder(tmp_path / "uploads" / "harbor" / f"import-{name}", 100).folder for name in ("1", "2")]
    remove_cut_off_uploads(settings, "harbor", {"import-1"}, now)
    assert [folder.exists() for folder in folders] == [True, True]
    remove_cut_off_uploads(settings, "harbor", {"import-1"}, now + timedelta(days=1, minutes=1))
    assert [folder.exists() for folder in folders] == [True, False]


def test_rows_in_quarantine_are_masked_unless_the_program_may_see_values(service: ExampleService) -> None:
    row: JsonRow = {
        "table_name": "attendance", "file": "attendance.csv", "row": 7, "rule": "ROW03", "broken": "date",
        "expected": "expected a date", "shown": "Zzcanary 12", "student_id": "100", "record": "student_id=100",
    }  # fmt: skip
    with service.write_session() as session:
        asked = ask_for(
            session, "harbor", "import-1", kind="import", subject="a test", request={}, at=service.clock()
        )  # fmt: skip
        keep_quarantine(session, asked, [row, {**row, "row": 8, "shown": "=1+1"}] * 600, service.clock())
    address = "/v1/imports/import-1/quarantine"
    masked = program(service, "harbor", "imports.read").get(address)
    assert (len(masked.json()["rows"]), masked.json()["next"]) == (1000, f"{address}?part=1")
    assert masked.json()["rows"][0] | {"expected": ""} == row | {"expected": ""} | {
        "shown": "xxxxxxxx 99", "student_id": None, "record": None,
    }  # fmt: skip
    sees = program(service, "harbor", "imports.read", "imports.values")
    assert sees.get(f"{address}?part=1").json()["rows"][0] == row
    lines = sees.get(address, headers={"Accept": "text/csv"}).text.splitlines()
    assert (len(lines), lines[1].endswith("Zzcanary 12,100,student_id=100"), "'=1+1" in lines[2]) == (1201, True, True)
