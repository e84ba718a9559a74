"""An Aeries API is pulled as files with the records that it was made of; a server that does it wrong is told."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from features.definitions.grade9 import NinthGrade
from features.errors import Refused
from features.ingest.adapters.aeries.pull import LAST, pull_aeries
from features.ingest.adapters.combined_delivery import combined_delivery
from features.ingest.files.sources import files_in
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.ingest.network.http_client import JsonClient, Limits
from features.ingest.network.refusal import SourceRefused
from features.ingest.network.secrets import Credentials
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.mapped_files import EXPORTS, write_exports
from features.simulator.formats.uncarried_tables import REST
from features.simulator.plan import Plan
from features.sources.aeries_api import AeriesApi
from features.sources.csv import CsvFiles
from features.warehouse.file import open_warehouse
from ontrack import app
from tests.features.ingest.adapters.aeries_server import BASE, CERTIFICATE, PERIODS, AeriesServer, read
from tests.features.ingest.adapters.districts_alike import differences, snapshots_by_own_id
from tests.features.ingest.adapters.loopback import on_loopback
from tests.warehouse_filling import fill_warehouse

TODAY = date(2026, 1, 15)
PLAN = Plan("harbor", 60, today=TODAY, years=2, seed=5)
SOURCE = AeriesApi(url=BASE, years=3, page_size=7, periods=PERIODS, folder=EXPORTS)
WHOLE = (
    "schools", "terms", "calendar_days", "students", "demographics", "enrollments", "attendance", "marks", "incidents",
    "staff", "caseloads",
)  # fmt: skip
"""Tables of which every record comes; programs and actions that the state has no code for do not."""

LOST = {"calendar_days": ("attendance_taken",), "marks": ("unweighted_points_hundredths", "mark_status")}
"""What the API does not tell, and what our scale of marks fills."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district's records as our CSV, and what a pull of its API should give."""
    home = tmp_path_factory.mktemp("aeries")
    simulate_district(PLAN, home / "records")
    write_exports("aeries-api", home / "records", home / "written", "harbor")
    return home


def pulled(server: AeriesServer, folder: Path, *, source: AeriesApi = SOURCE, limits: Limits | None = None) -> int:
    """The rows that a pull brings from a server into a folder."""

    def client_of(url: str, none: Credentials) -> JsonClient:
        transport = httpx.MockTransport(server)
        return JsonClient(url, none, limits or Limits(tries=2), sleep=lambda _: None, transport=transport)

    return pull_aeries(
        District(id="harbor", name="Harbor"), source, folder, environment={"AERIES_CERT": CERTIFICATE},
        progress=quietly, turn=nullcontext, client_of=client_of,
    )  # fmt: skip


def rows_below(folder: Path) -> dict[str, list[str]]:
    """The rows of all files of each kind, in an order of their own, but for since when a race holds."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        rows = read(path).drop(columns="Since", errors="ignore")
        lines = ["|".join(map(str, row)) for row in rows.to_numpy().tolist()]
        found.setdefault(path.stem.partition("-")[0], []).extend(lines)
    return {name: sorted(rows) for name, rows in found.items()}


def test_every_record_of_the_district_is_pulled_once(home: Path, tmp_path: Path) -> None:
    server = AeriesServer(home / "written" / EXPORTS)
    pulled(server, tmp_path)
    written = rows_below(home / "written" / EXPORTS)
    ended = [one for one in written["programs"] if "|EL|" in one and not one.endswith("|")]
    assert len(ended) < sum("|EL|" in one for one in written["programs"])
    written["programs"] = [one for one in written["programs"] if one not in ended]
    assert rows_below(tmp_path) == {**written, "school_terms": []}
    assert CERTIFICATE not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv"))


def test_tables_and_features_are_those_of_our_own_files_where_the_api_tells_them(home: Path, tmp_path: Path) -> None:
    """But for what the page of sources says differs."""
    sources = (SOURCE, CsvFiles(folder=REST))
    space = Workspace(District(id="harbor", name="Harbor", sources=sources), tmp_path, TODAY)
    report = ingest(space, home / "written", now=datetime(2026, 1, 15, tzinfo=UTC), progress=quietly)
    assert report.quarantine == ()
    fill_warehouse(PLAN, home / "records", tmp_path / "ours.duckdb")
    assert differences(tmp_path / "ours.duckdb", space.warehouse, WHOLE, LOST) == []
    ours, theirs = snapshots_by_own_id((tmp_path / "ours.duckdb", space.warehouse), NinthGrade, TODAY)
    assert len(ours.features) > 5
    differing = [name for name in ours.features if not ours.features[name].equals(theirs.features[name])]
    assert [f"grade9.{name}" for name in differing] == [one for one in AeriesApi.otherwise if one.startswith("grade9.")]


Answer = Callable[[httpx.Request], httpx.Response | None]


def at_students(answer: Callable[[], httpx.Response]) -> Answer:
    """A fault of the pages of students."""
    return lambda request: answer() if request.url.path.endswith("/students") else None


WRONG: dict[str, tuple[Callable[[], httpx.Response], str]] = {
    "a page of HTML": (lambda: httpx.Response(200, html="<p>Sign in</p>"), "expected application/json"),
    "JSON that is cut off": (
        lambda: httpx.Response(200, content=b'[{"StudentID": 1', headers={"content-type": "application/json"}),
        "no whole JSON, 2 times",
    ),
    "a redirect": (lambda: httpx.Response(302, headers={"location": "https://elsewhere.example/"}), "answered 302"),
    "no objects": (lambda: httpx.Response(200, json=[1, 2]), "expected a list of objects"),
    "the same page for ever": (lambda: httpx.Response(200, json=[{"StudentID": 1}]), "round in a circle"),
    "a page beyond all measure": (lambda: httpx.Response(200, json=["x" * (2 << 20)]), "more than 1 MiB"),
    "a right that is not given": (lambda: httpx.Response(403), "or does not let it read this"),
    "always busy": (lambda: httpx.Response(503), "answered 503, 2 times"),
}


@pytest.fixture(scope="module")
def small(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a pull of one school should give."""
    folder = tmp_path_factory.mktemp("small")
    for path in (home / "written" / EXPORTS).glob("*.csv"):
        rows = read(path)
        school = next((name for name in ("SchoolCode", "SchoolOfIncidentCode") if name in rows), None)
        rows = rows if school is None else rows[rows[school] == "20"]
        rows = rows if "SchoolYear" not in rows else rows[rows["SchoolYear"] == "2026"]
        rows.to_csv(folder / path.name, index=False)
    return folder


@pytest.mark.parametrize("wrong", WRONG)
def test_a_server_that_does_it_wrong_is_told_and_the_pull_before_stays(small: Path, tmp_path: Path, wrong: str) -> None:
    """The next pull goes on with what was not whole."""
    answer, said = WRONG[wrong]
    limits = Limits(most_bytes=1 << 20, tries=2)
    pulled(AeriesServer(small, pages=False), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    with pytest.raises(SourceRefused, match=said) as refused:
        pulled(AeriesServer(small, before=at_students(answer)), tmp_path, limits=limits)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    assert CERTIFICATE not in str(refused.value)
    again = AeriesServer(small)
    pulled(again, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    assert not any("attendance" in one for one in again.requests)


def test_staff_are_those_whose_titles_are_named_and_who_have_not_left(small: Path, tmp_path: Path) -> None:
    """Without titles nobody is asked for: a title says whose records somebody sees."""
    person: dict[str, object] = {
        "ID": 1, "FirstName": "Ana", "LastName": "Li", "EmailAddress": "a@x.org", "Title": "Counselor",
        "PrimaryAeriesSchool": 20, "InactiveStatusCode": " ", "LeaveDate": None,
    }  # fmt: skip
    others: list[dict[str, object]] = [
        {"ID": 2, "Title": "Director", "PrimaryAeriesSchool": 20}, {"ID": 3, "Title": "Teacher"},
        {"ID": 4, "InactiveStatusCode": "I"}, {"ID": 5, "LeaveDate": "2026-01-02T00:00:00"},
        {"ID": 6, "EmailAddress": ""},
    ]  # fmt: skip
    server = AeriesServer(small, staff=[person, *(person | one for one in others)])
    pulled(server, tmp_path / "none")
    assert not any(one.startswith("staff") for one in server.requests)
    source = AeriesApi.model_validate(
        {**SOURCE.model_dump(), "staff_titles": {"Counselor": "counselor", "Director": "district"}}
    )
    pulled(server, tmp_path / EXPORTS, source=source)
    told = read(tmp_path / EXPORTS / "staff.csv").to_numpy().tolist()
    assert told == [["1", "Ana", "Li", "a@x.org", "counselor", "20"], ["2", "Ana", "Li", "a@x.org", "district", ""]]
    assert ("staff" in source.own, "staff" in SOURCE.own) == (True, False)
    owned = source.model_copy(update={"tables": ("schools", "terms", "students", "enrollments", "staff")})
    space = Workspace(District(id="harbor", name="Harbor", source=owned), tmp_path, TODAY)
    ingest(space, tmp_path, now=datetime(2026, 1, 15, tzinfo=UTC), progress=quietly)
    with open_warehouse(space.warehouse) as reader:
        held = reader.connection.execute("SELECT staff_id, role, school_id FROM staff ORDER BY 1").fetchall()
    assert held == [("1", "counselor", "20"), ("2", "district", None)]


def test_a_wrong_certificate_is_told_without_it_and_none_is_named_by_its_variable(small: Path, tmp_path: Path) -> None:
    refusing = AeriesServer(small, before=lambda _: httpx.Response(401))
    with pytest.raises(SourceRefused, match="does not take the certificate"):
        pulled(refusing, tmp_path)
    with pytest.raises(SourceRefused, match="set AERIES_CERT in the environment"):
        pull_aeries(
            District(id="h", name="H"), SOURCE, tmp_path, environment={}, progress=quietly, turn=nullcontext
        )  # fmt: skip


def test_schools_that_are_named_are_read_and_no_other(home: Path, tmp_path: Path) -> None:
    pulled(AeriesServer(home / "written" / EXPORTS), tmp_path, source=SOURCE.model_copy(update={"schools": ("20",)}))
    assert list(read(tmp_path / "schools.csv")["SchoolCode"]) == ["20"]
    with pytest.raises(SourceRefused, match="no school is active"):
        pulled(AeriesServer(home / "written" / EXPORTS), tmp_path, source=SOURCE.model_copy(update={"schools": ("9",)}))


def test_files_of_a_pull_that_is_not_whole_are_refused_with_what_to_do(small: Path, tmp_path: Path) -> None:
    pulled(AeriesServer(small), tmp_path / EXPORTS)
    titled = District(id="h", name="H", source=SOURCE.model_copy(update={"staff_titles": {"Director": "district"}}))
    with pytest.raises(Refused, match="the last pull did not read staff; run `ontrack pull --district h`"):
        combined_delivery(titled, files_in(tmp_path))
    (tmp_path / EXPORTS / LAST).unlink()
    district = District(id="harbor", name="Harbor", source=SOURCE)
    with pytest.raises(Refused, match="no finished pull; run `ontrack pull --district harbor`"):
        combined_delivery(district, files_in(tmp_path))


def test_the_command_pulls_over_a_socket_through_an_answer_cut_off(small: Path, tmp_path: Path) -> None:
    with on_loopback(AeriesServer(small), cut_once="/students") as address:
        lines = [
            "[[districts]]", 'id = "harbor"', 'name = "Harbor"', f'records = "{tmp_path / "records"}"',
            f'source = {{ kind = "aeries-api", url = "{address}/aeries" }}',
        ]  # fmt: skip
        (tmp_path / "ontrack.toml").write_text("\n".join(lines), encoding="utf-8")
        words = ["--config", str(tmp_path / "ontrack.toml"), "pull", "--district", "harbor"]
        told = CliRunner().invoke(app, words, env={"AERIES_CERT": CERTIFICATE})
    assert told.exit_code == 0, told.output
    assert CERTIFICATE not in told.output
    assert len(read(tmp_path / "records" / "students-20.csv")) > 5
