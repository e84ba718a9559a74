"""A rule says when a row became known; one that came late was not known until it came."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.declaration import FileMapping, KnownOnRule
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.tables import TABLES
from features.warehouse.file import open_warehouse
from tests.drawn import rows_of

FOREVER = KnownOnRule(always="2020-07-01")
OTHERS = {name: FileMapping(sent="never") for name, table in TABLES.items() if table.from_source}

BEFORE = {
    "schools": "school_id,name,level\n10,North,high\n",
    "students": "student_id,first_name,last_name\n1,Ada,Example\n2,Bo,Sample\n",
    "terms": (
        "school_year,term_id,kind,start_date,end_date\n"
        "2026,Q1,quarter,2025-08-20,2025-10-17\n2026,Q2,quarter,2025-10-20,2026-01-16\n"
    ),
    "enrollments": (
        "student_id,school_id,track,school_year,grade_level,entry_date\n"
        "1,10,main,2026,9,2025-08-20\n2,10,main,2026,9,2025-08-20\n"
    ),
}

ALWAYS = {
    "attendance": {"section_id": "day", "kind": "absent", "absent_hundredths": "100", "excused": "false"},
    "marks": {
        "course_id": "E9", "course_name": "English 9", "subject": "ela", "mark_kind": "final",
        "points_hundredths": "300", "credits_attempted_hundredths": "500", "credits_earned_hundredths": "500",
    },
}  # fmt: skip
RULES = {"attendance": KnownOnRule(after="date", days=2), "marks": KnownOnRule(after="term_end", days=7)}

CASES = {
    "absences": (
        "attendance",
        """
        | loaded     | student_id | school_id | date       | becomes    | why                                          |
        | 2025-10-09 | 1          | 10        | 2025-10-06 | 2025-10-08 | the first load: two days after               |
        | 2025-10-09 | 1          | 10        | 2025-10-08 | 2025-10-09 | two days after is not yet                    |
        | 2025-10-16 | 2          | 10        | 2025-10-13 | 2025-10-15 | later than all that was held: two days after |
        | 2025-10-16 | 2          | 10        | 2025-10-08 | 2025-10-16 | its day had been reported without it         |
        | 2025-10-16 | 2          | 10        | 2025-09-02 | 2025-10-16 | long ago, and came now                       |
        """,
    ),
    "marks": (
        "marks",
        """
        | loaded     | student_id | school_id | school_year | term_id | mark | becomes    | why                     |
        | 2025-10-21 | 1          | 10        | 2026        | Q1      | B    | 2025-10-21 | seven days are not over |
        | 2025-10-30 | 2          | 10        | 2026        | Q1      | C    | 2025-10-30 | the others came before  |
        | 2026-02-02 | 1          | 10        | 2026        | Q2      | A    | 2026-01-23 | seven days after        |
        | 2026-02-02 | 2          | 10        | 2026        | Q2      | F    | 2026-01-23 | seven days after        |
        """,
    ),
}


@pytest.mark.parametrize(("table", "drawing"), CASES.values(), ids=CASES.keys())
def test_a_row_that_came_late_became_known_when_it_came(tmp_path: Path, table: str, drawing: str) -> None:
    rows = rows_of(drawing)
    for day in sorted({row["loaded"] for row in rows}):
        load(tmp_path, table, [row for row in rows if row["loaded"] == day], date.fromisoformat(day))
    key = {"attendance": ["student_id", "date"], "marks": ["student_id", "term_id"]}[table]
    with open_warehouse(tmp_path / "warehouses" / "north.duckdb") as reader:
        found = reader.current(table).merge(reader.current("students")[["student_key", "student_id"]])
    said = {tuple(str(one[name])[:10] for name in key): str(one["known_on"])[:10] for one in found.to_dict("records")}
    assert said == {tuple(row[name] for name in key): row["becomes"] for row in rows}


def load(home: Path, table: str, rows: list[dict[str, str]], day: date) -> None:
    """Loads everything else, and some rows of a table as a delta."""
    sent = home / f"sent-{day}"
    sent.mkdir()
    for name, text in BEFORE.items():
        (sent / f"{name}.csv").write_text(text, encoding="utf-8")
    names = [name for name in rows[0] if name not in ("loaded", "becomes", "why")]
    lines = [",".join(names), *(",".join(row[name] for name in names) for row in rows)]
    (sent / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {name: ColumnMapping(always=value) for name, value in ALWAYS[table].items()}
    files = FileMapping(kind="delta", columns=columns, known_on=RULES[table])
    mapped = {name: FileMapping(known_on=FOREVER) for name in BEFORE} | {table: files}
    district = District(id="north", name="North", files=OTHERS | mapped)
    ingest(Workspace(district, home, day), sent, now=datetime(2026, 2, 2, 12, tzinfo=UTC), progress=quietly)
