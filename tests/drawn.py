"""Districts drawn as tables: the smallest records that show a behaviour, written where the test is."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from features.file_mapping.declaration import FileMapping, file_columns
from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace
from features.policies.record_policies import RecordPolicies
from features.progress import quietly
from features.settings import District
from features.snapshots.given_tables import create_table
from features.table_schema import ENVELOPE
from features.tables import TABLES
from features.warehouse.file import PLAIN_PLANS
from features.warehouse.reader import Reader

NUMBERS = count(1)
"""Of the drawn warehouses of a process."""
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
            columns = (*file_columns(table), "known_on")
            rows = [filled(row, columns) for row in rows_of(drawings[name])] if name in drawings else []
            lines = [",".join(columns), *(",".join(row) for row in rows)]
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def filled(row: Mapping[str, str], columns: tuple[str, ...]) -> list[str]:
    """A drawn row with what it left unsaid; `known_on` is the row's own date where it has one."""
    values = spelled_out(row)
    return [values.get(column, "") for column in columns]


def spelled_out(row: Mapping[str, str]) -> dict[str, str]:
    """A drawn row with every default."""
    dated = row.get("date") or row.get("entry_date") or row.get("start_date") or "2020-01-01"
    values = {**DEFAULTS, "known_on": dated, **row}
    values["course_name"] = values["course_name"] or values.get("course_id", "")
    return values


def load(
    folder: Path,
    warehouse: Path,
    drawings: Mapping[str, str],
    *,
    district_id: str = "north",
    policies: RecordPolicies | None = None,
    files: Mapping[str, FileMapping] | None = None,
) -> LoadReport:
    """The summary of loading drawn tables into a warehouse."""
    write_files(folder, drawings)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    workspace = workspace_at(warehouse, district_id, policies=policies, files=files)
    return ingest(workspace, folder, now=now, progress=quietly)


def workspace_at(
    warehouse: Path,
    district_id: str = "north",
    today: date = date(2026, 1, 1),
    *,
    policies: RecordPolicies | None = None,
    files: Mapping[str, FileMapping] | None = None,
) -> Workspace:
    """The workspace whose warehouse is that file, `<home>/warehouses/<district>.duckdb`."""
    assert warehouse == warehouse.parents[1] / "warehouses" / f"{district_id}.duckdb"
    own = {"policies": policies or RecordPolicies(), "files": files or {}}
    district = District(id=district_id, name=district_id.title()).model_copy(update=own)
    return Workspace(district, warehouse.parents[1], today)


def canonical(name: str, drawing: str) -> list[dict[str, object]]:
    """Drawn rows as the warehouse holds them; a student's key is the drawn id, the load 1 where none is drawn."""
    columns = [column.name for column in (*TABLES[name].columns, *ENVELOPE)]
    envelope = {"district_id": "north", "load_id": "1", "withdrawn": "false"}
    rows = [{**envelope, **spelled_out(row)} for row in rows_of(drawing)]
    keyed = [{"student_key": row.get("student_id", ""), **row} for row in rows]
    closing = closing_loads(keyed, TABLES[name].key)
    closed = [{"superseded_by_load": load, **row} for load, row in zip(closing, keyed, strict=True)]
    return [{column: row.get(column) or None for column in columns} for row in closed]


def closing_loads(rows: Sequence[Mapping[str, str]], key: tuple[str, ...]) -> list[str]:
    """For each row the load of the next version of its record, as ingest would write it; nothing for the last one."""
    versions: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for row in rows:
        versions.setdefault(tuple(row[k] for k in key), []).append((row["known_on"], int(row["load_id"])))
    return [closing_load(row, sorted(versions[tuple(row[k] for k in key)])) for row in rows]


def closing_load(row: Mapping[str, str], versions: Sequence[tuple[str, int]]) -> str:
    """The load of the version that follows a row among those of its record; nothing where none does."""
    later = [load for known_on, load in versions if (known_on, load) > (row["known_on"], int(row["load_id"]))]
    return str(max(later[0], int(row["load_id"]))) if later else ""


def reader(drawings: Mapping[str, str]) -> Reader:
    """An open warehouse in memory holding the drawn rows, without the way through files."""
    return reader_of({name: canonical(name, drawing) for name, drawing in drawings.items()})


def reader_of(rows: Mapping[str, Sequence[Mapping[str, object]]], *, names: Iterable[str] = tuple(TABLES)) -> Reader:
    """An open warehouse in memory with the named tables, holding these canonical rows in this order."""
    database = f"drawn_{next(NUMBERS)}"
    all_databases().execute(f"ATTACH ':memory:' AS {database}")
    connection = connected(database)
    weakref.finalize(connection, detach, database).atexit = False
    for name in names:
        create_table(connection, TABLES[name], rows.get(name, ()), date(2020, 1, 1))
    return DrawnReader(connection, database=database)


@cache
def all_databases() -> duckdb.DuckDBPyConnection:
    """The one instance of DuckDB that holds every drawn warehouse of a process: a new instance costs 15 ms.

    It plans as it does for a small warehouse.
    """
    return duckdb.connect(config={"threads": "1", "disabled_optimizers": PLAIN_PLANS})


def connected(name: str) -> duckdb.DuckDBPyConnection:
    """A new connection to the database of that name."""
    connection = all_databases().cursor()
    connection.execute(f"USE {name}")
    return connection


def detach(name: str) -> None:
    """Lets a database go."""
    all_databases().execute(f"DETACH {name}")


@dataclass(frozen=True)
class DrawnReader(Reader):
    """A reader of a database among others, which is there as long as the reader's connection."""

    database: str = field(kw_only=True)

    def for_thread(self) -> Reader:
        """Another one of the same database."""
        return Reader(connected(self.database))


def stacked(*drawings: str) -> str:
    """Drawn tables with the same header as one."""
    first, *others = (drawing.strip().splitlines() for drawing in drawings)
    return "\n".join([*first, *(line for other in others for line in other[1:])])


def told(frame: pd.DataFrame) -> list[dict[str, str]]:
    """A frame by student as the rows of a drawn table, to be compared with the expected one."""
    names = [str(column) for column in frame.columns]
    return [
        {"student_id": str(key), **{name: cell(value) for name, value in zip(names, row, strict=True)}}
        for key, row in zip(frame.index, frame.itertuples(index=False), strict=True)
    ]


def cell(value: object) -> str:
    """A value as it is drawn: numbers without needless digits, missing as nothing."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def school_days(
    first: date, count: int, *, school_id: str = "10", school_year: int = 2026, track: str = "main", skip: str = ""
) -> str:
    """A drawn calendar of that many weekdays; days named in `skip` had no attendance taken."""
    days = [day for day in (first + timedelta(days=i) for i in range(count * 2)) if day.weekday() < 5][:count]
    lines = ["| school_id | track | date | school_year | in_session | attendance_taken | known_on |"]
    for day in days:
        taken = "false" if day.isoformat() in skip else "true"
        lines.append(f"| {school_id} | {track} | {day} | {school_year} | true | {taken} | 2020-01-01 |")
    return "\n".join(lines)
