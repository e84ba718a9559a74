"""What is pulled from an Ed-Fi API, or read from files of its resources, are the records that it was made of."""

import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import duckdb
import httpx
import pytest

from features.file_mapping.declaration import FileMapping
from features.ingest.adapters.adapter import Arrival, Conversion
from features.ingest.adapters.edfi.api_pull import pull_edfi
from features.ingest.adapters.edfi.bodies import cells_of
from features.ingest.adapters.edfi.edfi_adapters import (
    files_of_pull,
    files_of_resources,
    rows_of_files,
    rows_of_pull,
    rows_of_xml,
)
from features.ingest.adapters.edfi.resources import RESOURCES
from features.ingest.adapters.marts.mart_rows import Marts, canonical_rows
from features.ingest.adapters.marts.mart_views import mart_files
from features.ingest.adapters.marts.table_mappings import mapping_of
from features.ingest.files.sources import files_in
from features.ingest.findings import DataRefused
from features.ingest.network.http_client import JsonClient
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.edfi import write_resources
from features.simulator.formats.marts import write_marts
from features.simulator.plan import Plan
from features.sources.marts import OF_MARTS, EdFiApi, EdFiFiles, EdFiXml
from tests.features.ingest.adapters.edfi_server import BASE, KEY, SECRET, EdFiServer
from tests.features.ingest.adapters.edfi_xml import write_interchanges

PLAN = Plan("harbor", 60, date(2026, 11, 20), years=2, two_tracks=True)
TABLES = tuple(table for table in OF_MARTS if table != "section_enrollments")
Rows = dict[str, list[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated district as marts and as resources."""
    home = tmp_path_factory.mktemp("edfi")
    simulate_district(PLAN, home / "records")
    write_marts(home / "records", home / "marts", "harbor")
    write_resources(home / "records", home / "resources", "harbor")
    return home


@pytest.fixture(scope="module")
def expected(home: Path) -> Rows:
    """The canonical rows of the marts."""
    marts = Marts(mart_files(files_in(home / "marts")), "harbor", "daily", PLAN.today)
    (home / "scratch").mkdir()
    with marts.opened(home / "scratch") as connection:
        return {
            table: sorted_rows(connection, canonical_rows(connection, marts, table, mapping_of(table, FileMapping())))
            for table in TABLES
        }


def sorted_rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Rows without their number, in an order of their own."""
    return sorted(map(repr, connection.execute(f"SELECT * EXCLUDE (row) FROM ({query})").fetchall()))


def conversion(district: District, folder: Path, scratch: Path) -> Conversion:
    """A conversion of all files of a folder."""
    (source,) = district.read_from
    arrival = Arrival(district, source, files_in(folder), TABLES)
    return Conversion(arrival, PLAN.today, scratch, None, scratch)


def test_files_of_resources_hold_the_records_of_the_marts(home: Path, expected: Rows, tmp_path: Path) -> None:
    made = conversion(District(id="h", name="H", source=EdFiFiles()), home / "resources", tmp_path)
    assert {rows.table: sorted_rows(rows.connection, rows.query) for rows in rows_of_files(made)} == expected


def test_bulk_xml_holds_the_records_of_the_marts(home: Path, expected: Rows, tmp_path: Path) -> None:
    write_interchanges(home / "resources", home / "interchanges")
    made = conversion(District(id="h", name="H", source=EdFiXml()), home / "interchanges", tmp_path)
    assert {rows.table: sorted_rows(rows.connection, rows.query) for rows in rows_of_xml(made)} == expected


def test_a_pull_holds_the_records_of_the_marts(home: Path, expected: Rows, tmp_path: Path) -> None:
    """Even where the last pull brought a change that was taken back."""
    server = EdFiServer()
    for path in (home / "resources").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            server.put(path.stem, json.loads(line))
    district = District(id="h", name="H", source=EdFiApi(url=BASE))
    pull_into(tmp_path / "pulled", district, server)
    (first, *_) = [record.body for record in server.records["students"].values()]
    for name in ("Zelda", str(first["firstName"])):
        server.put("students", {**first, "firstName": name})
        pull_into(tmp_path / "pulled", district, server)
    made = conversion(district, tmp_path / "pulled", tmp_path)
    assert len(files_of_pull(made.arrival)) > 20
    assert {rows.table: sorted_rows(rows.connection, rows.query) for rows in rows_of_pull(made)} == expected


def pull_into(folder: Path, district: District, server: EdFiServer) -> None:
    """One pull of a district."""
    folder.mkdir(exist_ok=True)
    environment = {"EDFI_KEY": KEY, "EDFI_SECRET": SECRET}
    pull_edfi(
        district, district.read_from[0], folder, environment=environment, progress=quietly, turn=nullcontext,
        client_of=lambda base, given: JsonClient(base, given, transport=httpx.MockTransport(server)),
    )  # fmt: skip


def test_a_file_that_is_cut_off_is_refused_by_its_line(tmp_path: Path) -> None:
    for name in ("schools", "calendarDates", "students", "studentSchoolAssociations"):
        (tmp_path / f"{name}.jsonl").write_text('{"schoolId": 1}\n\n{"schoolId": 2', encoding="utf-8")
    made = conversion(District(id="h", name="H", source=EdFiFiles()), tmp_path, tmp_path)
    with pytest.raises(DataRefused, match=r"FILE06 .*\.jsonl, row 3: expected one JSON object on each line"):
        list(rows_of_files(made))
    (tmp_path / "students.jsonl").unlink()
    with pytest.raises(DataRefused, match=r"FILE01 students\.jsonl: missing resource"):
        files_of_resources(conversion(District(id="h", name="H", source=EdFiFiles()), tmp_path, tmp_path).arrival)


def test_members_are_read_as_both_data_standards_have_them() -> None:
    """A descriptor is its code; a list is a list of them; a member that is not there is none."""
    newer = {"academicSubjects": [{"academicSubjectDescriptor": "uri://ed-fi.org/AcademicSubjectDescriptor#Math"}]}
    older = {"academicSubjectDescriptor": "uri://ed-fi.org/AcademicSubjectDescriptor#Math"}
    course = RESOURCES["courses"]
    assert [cells_of(course, body)["subjects"] for body in (newer, older)] == ['["Math"]', "Math"]
    assert cells_of(course, {"courseCode": "ALG-1"})["title"] is None
    assert cells_of(RESOURCES["sections"], {"availableCredits": 0.5})["credits"] == "0.5"
