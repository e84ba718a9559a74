"""An order of codes declared after events were loaded: they have no codes, and the load says which to send again."""

from datetime import date
from pathlib import Path

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


def loaded(home: Path, attendance: str, policies: RecordPolicies) -> LoadReport:
    """The report of loading those events."""
    return load(
        home / "sent", home / "warehouses" / "north.duckdb", {**RECORDS, "attendance": attendance}, policies=policies
    )


def told(report: LoadReport) -> list[str]:
    """What the report says of events of earlier loads."""
    return [note.expected for note in report.notes if note.code == "NOTE46"]


def test_events_that_were_loaded_before_the_order_are_told_once_with_their_days(tmp_path: Path) -> None:
    assert told(loaded(tmp_path, EARLIER, RecordPolicies())) == []
    (said,) = told(loaded(tmp_path, LATER, ORDER))
    assert said.startswith("1 event of 2025-09-02 to 2025-09-02 from earlier loads, which kept no codes")
    assert "load the files of these days again" in said
    assert told(loaded(tmp_path, EARLIER, ORDER)) == []
