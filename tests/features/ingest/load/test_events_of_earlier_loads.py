"""An order of codes declared after events were loaded: those that stay have no codes, and the load says which."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from features.file_mapping.declaration import FileMapping
from features.ingest.load.load_report import LoadReport
from features.policies.record_policies import RecordPolicies
from tests.drawn import load, school_days

RECORDS = {
    "schools": "| school_id |\n| 10 |",
    "students": "| student_id |\n| 1 |",
    "calendar_days": school_days(date(2025, 9, 1), 10),
    "enrollments": "| student_id | school_year | entry_date |\n| 1 | 2026 | 2025-09-01 |",
}
EARLIER = "| student_id | date | code | kind |\n| 1 | 2025-09-02 | A | absent |\n| 1 | 2025-09-03 | A | absent |"
LATER = EARLIER.replace("| 1 | 2025-09-02 | A | absent |\n", "")
ORDER = RecordPolicies.model_validate({"attendance": {"day_priority": ["T", "A"]}})
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse has the events, loaded without an order."""
    home = tmp_path_factory.mktemp("earlier")
    assert told(loaded(home, EARLIER, RecordPolicies())) == []
    return home


@pytest.fixture
def home(earlier: Path, tmp_path: Path) -> Path:
    """A home like it."""
    return shutil.copytree(earlier, tmp_path / "home")


def loaded(home: Path, attendance: str, policies: RecordPolicies, mapping: FileMapping | None = None) -> LoadReport:
    """The report of loading those events."""
    drawn, files = {**RECORDS, "attendance": attendance}, {"attendance": mapping or FileMapping()}
    return load(home / "sent", home / "warehouses" / "north.duckdb", drawn, policies=policies, files=files)


def told(report: LoadReport) -> list[str]:
    """What the report says of events of earlier loads."""
    return [note.expected for note in report.notes if note.code == "NOTE46"]


def test_events_that_were_loaded_before_the_order_are_told_once_with_their_days(home: Path) -> None:
    (said,) = told(loaded(home, LATER, ORDER, FileMapping(kind="delta")))
    assert said.startswith("1 event of 2025-09-02 to 2025-09-02 from earlier loads, which kept no codes")
    assert "load the files of these days again" in said
    assert told(loaded(home, EARLIER, ORDER)) == []


@pytest.mark.parametrize(
    ("covered_from", "notes"), [(None, 0), (date(2025, 9, 2), 0), (date(2025, 9, 3), 1)],
    ids=["all days", "days from its own on", "days after it"],
)  # fmt: skip
def test_an_event_that_a_full_extract_withdraws_is_not_told(covered_from: date | None, notes: int, home: Path) -> None:
    mapping = FileMapping(covers=(TODAY - covered_from).days if covered_from else "all")
    assert len(told(loaded(home, LATER, ORDER, mapping))) == notes
