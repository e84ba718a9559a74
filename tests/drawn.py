"""Districts drawn as tables: the smallest records that show a behaviour, written where the test is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from features.csv_source import file_columns
from features.ingest import LoadSummary, ingest
from features.tables import TABLES

DEFAULTS = {
    "track": "main",
    "section_id": "day",
    "kind": "absent",
    "absent_hundredths": "100",
    "excused": "false",
    "in_session": "true",
    "attendance_taken": "true",
    "level": "high",
    "grade_level": "9",
    "school_id": "10",
    "course_name": "",
    "mark_kind": "final",
    "severity": "minor",
    "action": "detention",
    "days_removed_hundredths": "0",
    "first_name": "Ada",
    "last_name": "Example",
    "name": "North High",
    "credits_attempted_hundredths": "50",
}
"""What a drawn table need not say."""


def rows_of(drawing: str) -> list[dict[str, str]]:
    """The rows of a table drawn with `|`, its first line being the header."""
    lines = [line.strip() for line in drawing.strip().splitlines() if line.strip() and not set(line) <= set("|-+ ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def write_files(folder: Path, drawings: Mapping[str, str]) -> Path:
    """A folder with a CSV file for every table: the drawn rows, and only a header for the others."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        if table.from_source:
            columns = file_columns(table)
            rows = [filled(row, columns) for row in rows_of(drawings[name])] if name in drawings else []
            lines = [",".join(columns), *(",".join(row) for row in rows)]
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def filled(row: Mapping[str, str], columns: tuple[str, ...]) -> list[str]:
    """A drawn row with what it left unsaid; `known_on` is the row's own date where it has one."""
    dated = row.get("date") or row.get("entry_date") or row.get("start_date") or "2020-01-01"
    values = {**DEFAULTS, "known_on": dated, **row}
    if "course_name" in columns and not values["course_name"]:
        values["course_name"] = values["course_id"]
    return [values.get(column, "") for column in columns]


def load(folder: Path, warehouse: Path, drawings: Mapping[str, str], *, district_id: str = "north") -> LoadSummary:
    """The summary of loading drawn tables into a warehouse."""
    write_files(folder, drawings)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return ingest(folder, warehouse, district_id=district_id, now=now, progress=lambda _: None)


def school_days(first: date, count: int, *, school_id: str = "10", school_year: int = 2026, skip: str = "") -> str:
    """A drawn calendar of that many weekdays; days named in `skip` had no attendance taken."""
    days = [day for day in (first + timedelta(days=i) for i in range(count * 2)) if day.weekday() < 5][:count]
    lines = ["| school_id | date | school_year | attendance_taken | known_on |"]
    for day in days:
        taken = "false" if day.isoformat() in skip else "true"
        lines.append(f"| {school_id} | {day} | {school_year} | {taken} | 2020-01-01 |")
    return "\n".join(lines)
