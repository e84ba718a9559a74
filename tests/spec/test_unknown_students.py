"""Students whom the roster does not know: their rows are bad, or no records at all, each with a bound of its own."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from features.ingest.findings import DataRefused
from tests.spec.loaded_records import loaded_records

LEAVE_OUT = {"unknown_students": "leave_out", "most_unknown": 0.5}

STUDENTS = "| student_id |\n| 1 |\n| 2 |"
SPELLS = """
| student_id | school_year | entry_date | exit_date  |
| 1          | 2026        | 2025-10-01 |            |
| 2          | 2026        | 2025-10-01 |            |
"""
ABSENCES = """
| student_id | date       | becomes   |
| 1          | 2025-10-02 | new       |
| 2          | 2025-10-03 | new       |
| 90         | 2025-10-02 | left out  |
"""


def attendance(drawing: str) -> str:
    """A drawn table without what becomes of its rows."""
    lines = [line.strip().strip("|").split("|") for line in drawing.strip().splitlines()]
    return "\n".join("|" + "|".join(cells[:-1]) + "|" for cells in lines)


DRAWN = {"students": STUDENTS, "enrollments": SPELLS, "attendance": attendance(ABSENCES)}


def test_rows_of_unknown_students_are_left_out_and_counted(tmp_path: Path) -> None:
    with loaded_records(tmp_path, DRAWN, roster=LEAVE_OUT) as loaded:
        (file,) = (one for one in loaded.report.files if one.table == "attendance")
        assert (file.read, file.new, file.left_out, file.quarantined) == (3, 2, 1, 0)
        (note,) = (note for note in loaded.report.notes if note.code == "NOTE21")
        assert (note.file, note.row, note.count) == ("attendance.csv", 4, 1)
        assert note.expected.startswith("rows of 1 student whom")
        assert len(loaded.reader.current("quarantine")) == 0
        assert any("left out" in sentence for sentence in loaded.report.policies)
        assert loaded.report.to_add == (), "what is declared is not proposed"


def test_by_default_they_are_bad_rows_and_the_refusal_has_the_lines_to_paste(tmp_path: Path) -> None:
    with pytest.raises(DataRefused) as refusal, loaded_records(tmp_path, DRAWN):
        pass
    said = str(refusal.value)
    assert "FILE07 attendance: 1 of 3 rows cannot be taken (33.3%)" in said
    assert '[districts.policies.roster]\n  unknown_students = "leave_out"  # 1 row of attendance' in said


BOUNDS = {
    "at the bound it is loaded": (0.34, True),
    "beyond it is refused, whatever is allowed for bad rows": (0.33, False),
    "none at all": (0.0, False),
}


@pytest.mark.parametrize(("most", "loads"), BOUNDS.values(), ids=BOUNDS.keys())
def test_beyond_a_bound_of_its_own_the_load_is_refused(tmp_path: Path, most: float, loads: bool) -> None:
    policy = {"unknown_students": "leave_out", "most_unknown": most}
    if loads:
        with loaded_records(tmp_path, DRAWN, roster=policy) as loaded:
            assert loaded.report.load_id == 1
        return
    refused = pytest.raises(DataRefused, match="FILE11 attendance: 1 of 3 rows are of students")
    with refused, loaded_records(tmp_path, DRAWN, roster=policy):
        pass


OTHERS: Mapping[str, tuple[dict[str, str], str, tuple[int, int]]] = {
    "of a school that is not sent either": (
        {"attendance": "| student_id | school_id | date |\n| 1 | 10 | 2025-10-02 |\n| 90 | 30 | 2025-10-02 |"},
        "attendance", (1, 0),
    ),
    "and bad besides": (
        {"attendance": "| student_id | date | kind |\n| 1 | 2025-10-02 | absent |\n| 90 | 2025-10-02 | old code |"},
        "attendance", (1, 0),
    ),
    "an incident with what followed": (
        {
            "incidents": "| incident_id | student_id | date |\n| i | 1 | 2025-10-02 |\n| j | 90 | 2025-10-02 |",
            "discipline_actions": (
                "| incident_id | student_id | date |\n| i | 1 | 2025-10-02 |\n| j | 90 | 2025-10-02 |"
            ),
        },
        "discipline_actions", (1, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("drawn", "table", "counts"), OTHERS.values(), ids=OTHERS.keys())
def test_rows_of_any_table_are_left_out_whatever_else_is_wrong_with_them(
    tmp_path: Path, drawn: dict[str, str], table: str, counts: tuple[int, int]
) -> None:
    schools = {"schools": "| school_id |\n| 10 |"}
    with loaded_records(tmp_path, {**DRAWN, **schools, **drawn}, roster=LEAVE_OUT) as loaded:
        (file,) = (one for one in loaded.report.files if one.table == table)
        assert (file.left_out, file.quarantined) == counts


def test_a_student_whose_own_row_is_bad_was_sent_and_the_rows_wait(tmp_path: Path) -> None:
    """They are released together once the row is mended."""
    rows = ["| student_id | birth_date |", *(f"| {n} |  |" for n in range(1, 200)), "| 200 | tomorrow |"]
    spells = ["| student_id | school_year | entry_date |", *(f"| {n} | 2026 | 2025-10-01 |" for n in range(1, 201))]
    drawn = {"students": "\n".join(rows), "enrollments": "\n".join(spells)}
    with loaded_records(tmp_path, drawn, roster=LEAVE_OUT) as loaded:
        held = loaded.reader.current("quarantine")
        assert sorted(zip(held["table_name"], held["rule"], strict=True)) == [
            ("enrollments", "ROW08"), ("students", "ROW03"),
        ]  # fmt: skip
        assert [note for note in loaded.report.notes if note.code == "NOTE21"] == []


def test_an_unknown_student_who_seems_to_be_enrolled_today_is_told(tmp_path: Path) -> None:
    spells = f"{SPELLS.strip()}\n| 90 | 2026 | 2025-10-01 | |\n| 91 | 2025 | 2024-10-01 | 2025-06-01 |"
    with loaded_records(tmp_path, {**DRAWN, "enrollments": spells}, roster=LEAVE_OUT) as loaded:
        assert loaded.notes("NOTE21")[-1] != loaded.notes("NOTE21")[0]
        assert any("1 student of them, as it seems, enrolled today" in note for note in loaded.notes("NOTE21"))
