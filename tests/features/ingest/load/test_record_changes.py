"""Changes of single records: loaded as a load of deltas, by the rules of files, and not taken back by old files."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.ingest.load.import_steps import ingest
from features.ingest.load.record_changes import LoadedChanges, RecordChange, load_changes
from features.ingest.load.workspace import Workspace
from features.ingest.parsing.single_record import broken_rule
from features.policies.record_policies import NO_POLICIES
from features.progress import quietly
from features.warehouse.file import open_warehouse
from tests.drawn import workspace_at, write_files
from tests.features.made_folder import DRAWN

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ABSENCE = {
    "student_id": "1001", "school_id": "10", "date": "2025-10-03", "section_id": "day", "kind": "absent",
    "absent_hundredths": "100", "excused": "false", "known_on": "2025-10-04",
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path]:
    """A district after its first load, and the folder of its files."""
    folder = tmp_path_factory.mktemp("changed")
    workspace = workspace_at(folder / "home" / "warehouses" / "north.duckdb")
    files = write_files(folder / "files", DRAWN)
    ingest(workspace, files, now=NOW, progress=quietly)
    return workspace, files


def absences(workspace: Workspace) -> list[tuple[str, int]]:
    """The days missed of the district, as now known."""
    with open_warehouse(workspace.warehouse) as reader:
        rows = reader.current("attendance")
    return sorted((str(day)[:10], int(part)) for day, part in zip(rows["date"], rows["absent_hundredths"], strict=True))


def send(workspace: Workspace, *changes: RecordChange) -> LoadedChanges:
    """What becomes of changes."""
    return load_changes(workspace, changes, now=NOW, progress=quietly)


def test_changes_are_one_load_and_what_breaks_a_rule_is_told_and_left_out(loaded: tuple[Workspace, Path]) -> None:
    workspace, files = loaded
    far = {**ABSENCE, "date": "2025-09-15"}
    changes = (RecordChange("attendance", ABSENCE), RecordChange("attendance", far))
    done = send(workspace, *changes)
    assert done.report is not None
    assert (done.report.load_id, done.broken[1].code, len(done.broken)) == (2, "ROW09", 1)
    assert absences(workspace) == [("2025-10-02", 100), ("2025-10-03", 100)]
    again = send(workspace, *changes)
    assert again.report is not None
    assert again.report.load_id == 2
    assert ingest(workspace, files, now=NOW, progress=quietly).load_id is None
    corrected = RecordChange("attendance", {**ABSENCE, "absent_hundredths": "50", "kind": "absent"})
    send(workspace, corrected)
    assert absences(workspace) == [("2025-10-02", 100), ("2025-10-03", 50)]
    send(workspace, RecordChange("attendance", ABSENCE, deleted=True))
    assert absences(workspace) == [("2025-10-02", 100)]
    send(workspace, RecordChange("attendance", ABSENCE, deleted=True))
    assert [path for path in (workspace.home / "uploads").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("table", "changed", "code", "column"),
    [
        ("attendance", {}, None, ""),
        ("attendance", {"date": "10/03/2025"}, "ROW03", "date"),
        ("attendance", {"absent_hundredths": "101"}, "ROW05", "absent_hundredths"),
        ("attendance", {"kind": "Zzcanary"}, "ROW04", "kind"),
        ("attendance", {"school_id": ""}, "ROW02", "school_id"),
        ("attendance", {"known_on": "2026-02-01"}, "ROW11", "known_on"),
    ],
)
def test_one_record_breaks_the_rules_that_a_row_of_a_file_breaks(
    table: str, changed: dict[str, str], code: str | None, column: str
) -> None:
    found = broken_rule(table, {**ABSENCE, **changed}, NO_POLICIES, date(2026, 1, 15))
    assert (found.code if found else None) == code
    assert found is None or (column in found.columns and "Zzcanary" not in found.expected)
