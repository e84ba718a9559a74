"""After each request of the SIS certification, what a pull of changes leaves is what the SIS wrote."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import httpx
import pytest

from features.ingest.adapters.edfi.api import discovered_api
from features.ingest.adapters.edfi.api_pull import pull_edfi
from features.ingest.adapters.edfi.bodies import cells_of
from features.ingest.adapters.edfi.pull import EdFiPull
from features.ingest.adapters.edfi.resources import RESOURCES
from features.ingest.adapters.edfi.store import ResourceStore
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.ingest.network.http_client import JsonClient
from features.ingest.network.secrets import Credentials
from features.progress import quietly
from features.settings import District
from features.sources.marts import OF_MARTS, EdFiApi
from tests.features.ingest.adapters.districts_alike import differences
from tests.features.ingest.adapters.edfi_scenario_bodies import FIRST, SCHOOLS, SECOND, of_school
from tests.features.ingest.adapters.edfi_scenarios import SCENARIOS, Rows, Step
from tests.features.ingest.adapters.edfi_server import BASE, KEY, SECRET, Body, EdFiServer
from tests.features.ingest.adapters.edfi_writes import WritableApi, key_of
from tests.features.ingest.adapters.loopback import on_loopback
from tests.sweeps import swept

Attendance = Literal["daily", "section"]
IN_FULL = swept("properties")
TODAY, NOW = date(2026, 11, 20), datetime(2026, 11, 20, 17, tzinfo=UTC)

STEPS = tuple(step for steps in SCENARIOS.values() for step in steps)

COLUMNS: Mapping[str, str] = {
    "enrollments": "entry_date, exit_date, exit_kind, grade_level",
    "attendance": "date, kind, absent_hundredths, excused",
    "incidents": "severity",
    "discipline_actions": "action, days_removed_hundredths",
    "marks": "school_year, term_id, course_id, mark_kind, mark, credits_earned_hundredths",
}
"""What a step says of the rows of a table, after the student's id; those of behavior have the incident's before it."""


@dataclass
class Sis:
    """A SIS that writes to an API at an address, and remembers where what it wrote lies."""

    base: str
    http: httpx.Client
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def at(cls, base: str, transport: httpx.BaseTransport | None = None) -> "Sis":
        """One with a token of the API, that has written what stands before the scenarios."""
        http = httpx.Client(transport=transport)
        token = http.post(f"{base}oauth/token", auth=(KEY, SECRET)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        found = cls(base, http)
        for unique_id in (FIRST, SECOND):
            for resource, body in of_school(unique_id):
                found.write(Step("POST", resource, name_of(body), body))
        return found

    def write(self, step: Step) -> None:
        """Does a step; a record is read before it is changed, and changed as it was read."""
        every = f"{self.base}data/v3/ed-fi/{step.resource}"
        place = self.places.get((step.resource, step.record), every)
        url = every if step.method == "POST" else place
        known = {} if step.method == "POST" else {"If-Match": self.http.get(place).headers["etag"]}
        answer = self.http.request(step.method, url, json=dict(step.body), headers=known)
        assert answer.is_success, (step, answer)
        there = httpx.URL(self.base).join(answer.headers.get("location", place))
        self.places[step.resource, step.record] = str(there)


def name_of(body: Body) -> str:
    """What a record before the scenarios is called: a session and a section by their names, others by all."""
    school = body.get("schoolReference") or body.get("courseOfferingReference")
    second = isinstance(school, dict) and school["schoolId"] == SCHOOLS[SECOND]
    named = body.get("sessionName") or body.get("sectionIdentifier")
    return str(named) if named and second else repr(body)


def rows_in(warehouse: Path, table: str, *, student: str = "s.student_id") -> set[tuple[object, ...]]:
    """The current records of a table: those columns of which a step says something."""
    leading = f"r.incident_id, {student}" if table in ("incidents", "discipline_actions") else student
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            f"SELECT {leading}, {COLUMNS[table]} FROM {table} AS r "
            "JOIN (SELECT DISTINCT student_key, student_id FROM students) AS s USING (student_key) "
            "WHERE superseded_by_load IS NULL AND NOT withdrawn"
        ).fetchall()
    return {tuple(str(cell) if isinstance(cell, date) else cell for cell in row) for row in found}


def loaded(base: str, attendance: Attendance, home: Path) -> Path:
    """The warehouse after a pull into a folder and a load of it."""
    district = District(id="bend", name="Bend", source=EdFiApi(url=base, attendance=attendance))
    (home / "pulled").mkdir(parents=True, exist_ok=True)
    pull_edfi(
        district, district.read_from[0], home / "pulled", environment={"EDFI_KEY": KEY, "EDFI_SECRET": SECRET},
        progress=quietly, turn=nullcontext,
    )  # fmt: skip
    space = Workspace(district, home, TODAY)
    report = ingest(space, home / "pulled", now=NOW, progress=quietly)
    assert sum(report.counts("quarantined").values()) == 0
    return space.warehouse


READ = tuple(RESOURCES[name] for name in RESOURCES if name in {one.resource for one in STEPS} | {"courseOfferings"})


def follow(server: EdFiServer, store: ResourceStore) -> None:
    """One pull of what changed."""
    client = JsonClient(BASE, Credentials(KEY, SECRET), transport=httpx.MockTransport(server), sleep=lambda _: None)
    EdFiPull(discovered_api(client, page_size=500, paging=None), store, quietly).run()


def held(store: ResourceStore, name: str) -> set[tuple[object, ...]]:
    """The rows of a resource in a store."""
    columns = ", ".join(f'"{column}"' for column in RESOURCES[name].columns)
    return set(store.connection.execute(f'SELECT id, {columns} FROM "{name}"').fetchall())


def there(server: EdFiServer, name: str) -> set[tuple[object, ...]]:
    """The rows that a full pull of a resource would bring."""
    records = server.records.get(name, {}).items()
    return {(row_id, *cells_of(RESOURCES[name], record.body).values()) for row_id, record in records}


DRIVES = [("cursor", False), *([("cursor", True), ("offset", True), ("offset", False)] if IN_FULL else [])]


@pytest.mark.parametrize(("paging", "tells_cascades"), DRIVES)
def test_after_each_request_a_pull_of_changes_holds_what_the_server_holds(paging: str, tells_cascades: bool) -> None:
    """Whether or not a resource counts as changed that gets a new key through what it refers to."""
    server = EdFiServer(paging=paging)
    sis = Sis.at(BASE, httpx.MockTransport(WritableApi(server, tells_cascades=tells_cascades)))
    with duckdb.connect(config={"threads": "1"}) as connection:
        store = ResourceStore(connection, READ)
        follow(server, store)
        for step in STEPS:
            sis.write(step)
            follow(server, store)
            assert [one.name for one in READ if held(store, one.name) != there(server, one.name)] == [], step


def test_a_renamed_session_has_a_new_key_in_all_that_refers_to_it() -> None:
    """What a cascade is made of: the drive would prove nothing of it if the server changed the session alone."""
    server = EdFiServer()
    sis = Sis.at(BASE, httpx.MockTransport(WritableApi(server)))
    for step in (*SCENARIOS["created"], *SCENARIOS["changed"]):
        sis.write(step)
    before = set(server.keys)
    for step in SCENARIOS["renamed"]:
        sis.write(step)
    assert before == {"studentSchoolAssociations"}
    assert set(server.keys) - before == {
        "sessions", "courseOfferings", "sections", "studentSectionAssociations", "grades",
        "studentSchoolAttendanceEvents", "studentSectionAttendanceEvents",
    }  # fmt: skip


def checkpoints() -> Iterator[tuple[str, tuple[Step, ...]]]:
    """What is written between two pulls, with a name: what is changed and renamed together, or in the sweep a step."""
    if IN_FULL:
        yield from ((f"{name} {at}", (step,)) for name, steps in SCENARIOS.items() for at, step in enumerate(steps))
    else:
        for names in (("created",), ("changed", "renamed"), ("deleted",)):
            yield names[-1], tuple(step for name in names for step in SCENARIOS[name])


def expected_of(step: Step, attendance: Attendance) -> dict[str, Rows]:
    """The tables that a step changes, where such attendance counts."""
    counted, other = ("daily", "by_section") if attendance == "daily" else ("by_section", "daily")
    tables = {name: rows for name, rows in step.expects.items() if name != other}
    return {"attendance" if name == counted else name: rows for name, rows in tables.items()}


@pytest.mark.parametrize("attendance", ["daily", "section"] if IN_FULL else ["daily"])
def test_the_records_are_those_of_a_full_load_and_those_that_the_sis_wrote(
    attendance: Attendance, tmp_path: Path
) -> None:
    """Over a socket, with the folder of a pull and its warehouse."""
    expected: dict[str, Rows] = dict.fromkeys(COLUMNS, ())
    with on_loopback(WritableApi(EdFiServer(paging="cursor"))) as address:
        base = f"{address}/edfi/"
        sis = Sis.at(base)
        for name, steps in checkpoints():
            for step in steps:
                sis.write(step)
                expected |= expected_of(step, attendance)
            warehouse = loaded(base, attendance, tmp_path / "changes")
            assert {table: rows_in(warehouse, table) for table in COLUMNS} == {
                table: set(rows) for table, rows in expected.items()
            }, name
            if name != "deleted" and not IN_FULL:
                continue
            anew = loaded(base, attendance, tmp_path / name)
            assert differences(anew, warehouse, tuple(OF_MARTS), {}) == [], name


def test_the_server_keeps_to_tags_references_and_keys_or_a_drive_of_it_would_prove_little() -> None:
    server = EdFiServer()
    sis = Sis.at(BASE, httpx.MockTransport(WritableApi(server)))
    first = next(step for step in STEPS if step.resource == "studentSchoolAssociations")
    sis.write(first)
    place = sis.places[first.resource, first.record]
    (student,) = [there for (resource, name), there in sis.places.items() if resource == "students" and FIRST in name]
    unknown = {**first.body, "studentReference": {"studentUniqueId": "nobody"}}
    answers = (
        sis.http.put(place, json=dict(first.body), headers={"If-Match": '"0"'}),
        sis.http.post(place.rpartition("/")[0], json=unknown),
        sis.http.delete(student),
        sis.http.put(student, json={"studentUniqueId": "another"}),
        sis.http.post(place.rpartition("/")[0], json={}),
    )
    assert [answer.status_code for answer in answers] == [412, 409, 409, 400, 400]


def test_what_is_written_is_found_as_the_certification_s_own_requests_look_for_it() -> None:
    """With credentials in the form, and by the natural key in the query: one record each, and none with another key."""
    server = EdFiServer()
    sis = Sis.at(BASE, httpx.MockTransport(WritableApi(server)))
    form = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    with httpx.Client(transport=httpx.MockTransport(WritableApi(server))) as client:
        assert client.post(f"{BASE}oauth/token", data=form | {"client_secret": "another"}).status_code == 401
        token = client.post(f"{BASE}oauth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        for step in SCENARIOS["created"]:
            sis.write(step)
            key, every = key_of(step.resource, step.body) or {}, f"{BASE}data/v3/ed-fi/{step.resource}"
            (found,) = client.get(every, params={name: str(value) for name, value in key.items()}).json()
            assert step.body.items() <= found.items()
            name, value = next(iter(key.items()))
            assert client.get(every, params={name: f"{value}-"}).json() == []
