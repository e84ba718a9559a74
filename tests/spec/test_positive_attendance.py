"""Positive attendance: a row for every present day is proof that attendance was taken, and no absence."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.file_mapping.declaration import FileMapping
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.policies.record_policies import RecordPolicies
from features.progress import quietly
from features.settings import District
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from tests.drawn import cell, rows_of, school_days, write_files
from tests.spec.loaded_records import DrawnRecords, loaded_records, named_in


class Taken(FeatureSet):
    """Days and what was missed of them."""

    name = "taken"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="{} days")
    tardies = Feature(attendance.tardies().count(), because="{} times")


AS_OF = date(2025, 10, 14)
UNSAID = school_days(date(2025, 10, 1), 10).replace("| true | true |", "| true |  |")
EVERYONE = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-10-01 |
| bo         | 2026        | 2025-10-01 |
"""
ROWS = """
| student_id | date       | kind   | absent_hundredths | excused |
| ada        | 2025-10-01 | P      |                   |         |
| ada        | 2025-10-02 | absent | 100               | false   |
| bo         | 2025-10-01 | P      |                   |         |
| bo         | 2025-10-02 | P      |                   |         |
| bo         | 2025-10-03 | tardy  | 0                 | false   |
| ada        | 2025-10-07 | Here   | 0                 | true    |
"""
PRESENT = {"present": ["P", "Here"]}


def told(loaded: DrawnRecords) -> list[dict[str, str]]:
    found = build_snapshot(loaded.reader, Taken, AS_OF).features
    names = ("days", "missed", "tardies")
    return [
        {"student_id": student, **{name: cell(found[name].to_dict()[key]) for name in names}}
        for student, key in sorted(loaded.keys().items())
    ]


def test_present_rows_prove_the_days_and_are_no_absences(tmp_path: Path) -> None:
    """Attendance was taken on October 1, 2, 3 and 7: present rows of one day, exceptions of another."""
    drawn = {"calendar_days": UNSAID, "enrollments": EVERYONE, "attendance": ROWS}
    expected = """
    | student_id | days | missed | tardies |
    | ada        | 4    | 1      | 0       |
    | bo         | 4    | 0      | 1       |
    """
    with loaded_records(tmp_path, drawn, attendance=PRESENT) as loaded:
        assert told(loaded) == rows_of(expected)
        assert sorted(loaded.reader.current("attendance")["kind"]) == ["absent", "tardy"]
        assert loaded.report.counts("left_out")["attendance"] == 4
        assert loaded.report.counts("new")["attendance_submissions"] == 3
        assert loaded.notes("NOTE11") == ["4 rows left out: a code that means present"]
        assert loaded.report.policies == ("codes P, Here mean present: proof that attendance was taken, no absence",)


ABSENT_THEN_TARDY = """
| student_id | date       | kind   | absent_hundredths |
| ada        | 2025-10-02 | absent | 100               |
| ada        | 2025-10-02 | tardy  | 0                 |
| bo         | 2025-10-02 | absent | 100               |
| bo         | 2025-10-03 | tardy  | 0                 |
"""


@pytest.mark.parametrize(("order", "missed", "counts"), [
    ([], "1", "all count; day_priority can say which"), (["tardy", "absent"], "0", "the first by day_priority counts"),
])  # fmt: skip
def test_a_note_counts_events_that_contradict_each_other(
    tmp_path: Path, order: list[str], missed: str, counts: str
) -> None:
    """Ada was absent, and then late, which was a correction."""
    said = UNSAID.replace("| true |  |", "| true | true |")
    drawn = {"calendar_days": said, "enrollments": EVERYONE, "attendance": ABSENT_THEN_TARDY}
    with loaded_records(tmp_path, drawn, attendance={"day_priority": order}) as loaded:
        assert [row["missed"] for row in told(loaded)] == [missed, "1"]
        assert loaded.notes("NOTE41") == [f"1 day of a student with daily events of several kinds: {counts}"]


def test_the_calendar_holds_where_it_says_what_was_taken(tmp_path: Path) -> None:
    said = UNSAID.replace("| true |  |", "| true | true |")
    drawn = {"calendar_days": said, "enrollments": EVERYONE, "attendance": ROWS}
    with loaded_records(tmp_path, drawn, attendance=PRESENT) as loaded:
        assert [row["days"] for row in told(loaded)] == ["10", "10"]


@pytest.mark.parametrize("unknown", [True, False])
def test_days_of_which_the_calendar_does_not_say(tmp_path: Path, unknown: bool) -> None:
    """Without present rows the last event decides, October 3; or every day of instruction counts."""
    rows = "\n".join(line for line in ROWS.splitlines() if "| P " not in line and "Here" not in line)
    drawn = {"calendar_days": UNSAID, "enrollments": EVERYONE, "attendance": rows}
    with loaded_records(tmp_path, drawn, attendance={"unknown_after_last_event": unknown}) as loaded:
        assert [row["days"] for row in told(loaded)] == (["3", "3"] if unknown else ["10", "10"])
        note = "7 school days of this school year at 1 school of which nothing says that attendance was taken: "
        assert loaded.notes("NOTE42") == ([f"{note}unknown, not present"] if unknown else [])


def test_a_present_row_of_a_delta_takes_back_the_absence(tmp_path: Path) -> None:
    """Ada was absent on October 2 by the first file, and present by the next."""
    policies = RecordPolicies.model_validate({"attendance": PRESENT})
    district = District(id="north", name="North", policies=policies, files={"attendance": FileMapping(kind="delta")})
    workspace = Workspace(district, tmp_path, date(2026, 1, 1))
    drawn = {"calendar_days": UNSAID, "enrollments": EVERYONE, "attendance": ROWS}
    later = "| student_id | date | kind | known_on |\n| ada | 2025-10-02 | P | 2025-10-08 |\n| bo | 2025-10-08 | P | |"
    for rows in (ROWS, later.replace("| |", "| 2025-10-08 |")):
        folder = write_files(tmp_path / "files", {**named_in(drawn), **drawn, "attendance": rows})
        report = ingest(workspace, folder, now=datetime(2026, 1, 1, tzinfo=UTC), progress=quietly)
    assert (report.counts("withdrawn")["attendance"], report.counts("left_out")["attendance"]) == (1, 1)
    with open_warehouse(workspace.warehouse) as reader:
        found = told(DrawnRecords(reader))
    assert [(row["days"], row["missed"]) for row in found] == [("5", "0"), ("5", "0")]
