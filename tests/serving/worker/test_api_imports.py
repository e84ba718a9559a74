"""Imports over the API: accepted files are loaded once, whatever happens; others are refused in words."""

import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from features.warehouse.file import open_warehouse
from tests.drawn import school_days, write_files
from tests.features.ingest.adapters.packages import SMALL, write_package
from tests.features.made_folder import DRAWN
from tests.serving.worker.api_site import EVERYTHING, ApiSite
from tests.serving.worker.test_worker import wait_until
from tests.serving.worker.worker_driver import settings_at

STRANGER = DRAWN | {"attendance": DRAWN["attendance"] + "\n    | 1002       | Zzcanary   |"}
"""Files with a row of a broken date, of a student who is known."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ApiSite]:
    """A site, closed afterwards."""
    site = ApiSite(tmp_path)
    yield site
    site.close()


REST = {
    "calendar_days": school_days(date(2025, 9, 1), 5),
    "attendance": "| student_id | school_id | date |\n| 1 | 10 | 2025-09-02 |",
}
"""What a roster lacks, as CSV."""


def loads(site: ApiSite) -> int:
    """How many loads the warehouse has."""
    with open_warehouse(settings_at(site.home).warehouse("north")) as reader:
        return len(reader.current("loads"))


def send_two_sources(site: ApiSite, key: str) -> str:
    """Sends a OneRoster package and a few CSV files of the district harbor in one zip; the operation's address."""
    folder = site.folder / "two"
    write_package(folder / "roster", SMALL)
    write_files(folder / "sis", REST)
    return site.send_folder(folder, key=key).headers["Location"]


def test_a_zip_is_accepted_loaded_once_and_told_and_nothing_of_it_is_left(site: ApiSite) -> None:
    harbor = site.make_key(*EVERYTHING, district="harbor")
    of_two = send_two_sources(site, harbor)
    accepted = site.send_zip()
    address = accepted.headers["Location"]
    assert (accepted.status_code, accepted.json()["state"], address) == (
        202,
        "waiting",
        accepted.json()["links"]["self"],
    )
    site.work()
    told = site.ask("GET", address).json()
    assert (told["state"], told["result"]["load_id"], told["result"]["rows"]["new"] > 5) == ("done", 1, True)
    assert (told["links"]["cancel"], loads(site)) == (None, 1)
    combined = site.ask("GET", of_two, key=harbor).json()
    assert (combined["state"], {one["code"] for one in combined["errors"]}) == ("done", {"NOTE02"})
    with open_warehouse(settings_at(site.home).warehouse("harbor")) as reader:
        assert (len(reader.current("enrollments")), len(reader.current("attendance"))) == (4, 1)
    again, bad = site.send_zip(), site.send_zip(STRANGER)
    site.work()
    assert site.ask("GET", again.headers["Location"]).json()["state"] == "unchanged"
    refused = site.ask("GET", bad.headers["Location"])
    errors = [(one["file"], one["row"], one["column"], one["code"]) for one in refused.json()["errors"]]
    assert ("import.zip/attendance.csv", 3, "date", "ROW03") in errors
    assert "Zzcanary" not in refused.text
    listed = site.ask("GET", "/v1/operations?kind=import").json()
    assert [one["state"] for one in listed["operations"]] == ["refused", "unchanged", "done"]
    left = [path for name in ("uploads", "imports") for path in (site.home / name).rglob("*") if path.is_file()]
    assert [path.name for path in left if path.suffix != ".lock"] == []


@pytest.mark.parametrize("moment", ["comparing marks", "renamed"])
def test_an_accepted_import_is_finished_by_the_next_worker_after_a_kill(site: ApiSite, moment: str) -> None:
    address = site.send_zip().headers["Location"]
    worker = site.start(held_at=moment)
    wait_until((site.folder / "held").exists)
    assert site.ask("GET", address).json()["state"] == "running"
    worker.send(signal.SIGKILL)
    worker.ended()
    site.work()
    assert (site.ask("GET", address).json()["state"], loads(site)) == ("done", 1)


def test_an_import_is_cancelled_before_it_begins_and_in_its_midst_but_not_after(site: ApiSite) -> None:
    waiting = site.send_zip().json()["links"]
    assert site.ask("POST", waiting["cancel"]).json()["state"] == "cancelled"
    running = site.send_zip().json()["links"]
    worker = site.start(held_at="reading import.zip/attendance.csv")
    wait_until((site.folder / "held").exists)
    assert site.ask("POST", running["cancel"]).status_code == 202
    (site.folder / "go-on").touch()
    worker.ended()
    assert [site.ask("GET", one["self"]).json()["state"] for one in (waiting, running)] == ["cancelled"] * 2
    assert not settings_at(site.home).warehouse("north").exists()
    late = site.ask("POST", running["cancel"])
    assert (late.status_code, late.json()["title"]) == (409, "Conflict")
