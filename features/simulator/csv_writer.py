"""Writes one CSV file per canonical table, in parts."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from features.simulator.plan import Ints, Plan
from features.table_schema import Column, Table
from features.tables import TABLES

ARROW = {
    "text": pa.string(),
    "student": pa.string(),
    "integer": pa.int64(),
    "hundredths": pa.int64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}

NO_FILES = ("attendance_submissions", "school_terms", "section_enrollments")
"""Optional tables that a simulated district, like many a real one, does not send."""

SIMULATED = tuple(name for name, table in TABLES.items() if table.from_source and name not in NO_FILES)
"""The tables of which a simulated district sends a file."""

NOT_SIMULATED = frozenset(
    {
        "day_hundredths", "unweighted_points_hundredths", "mark_status", "credit_kind", "recovers_course_id",
        "is_primary", "weekdays", "expected_hundredths", "periods_a_day", "code",
    }
)  # fmt: skip
"""Optional columns that a simulated district, like many a real one, does not send."""


class CsvWriter:
    """Appends rows to the files of one district; rows that become known after today are left out."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.today = pd.Timestamp(plan.today)
        self.rows = dict.fromkeys(SIMULATED, 0)
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.rows:
            header = ",".join(file_columns(TABLES[name])) + "\n"
            self.path(name).write_text(header, encoding="utf-8", newline="")

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self.folder / f"{name}.csv"

    def add(self, name: str, frame: pd.DataFrame) -> None:
        """Append the rows already known today."""
        known = frame["known_on"] <= self.today
        rows = frame if known.all() else frame[known]
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        with self.path(name).open("ab") as file:
            pyarrow.csv.write_csv(as_arrow(rows, file_columns(TABLES[name])), file, options)
        self.rows[name] += len(rows)


def file_columns(table: Table) -> dict[str, Column]:
    """The columns of a table's file, by their names in the file, in order."""
    sent = (c for c in table.columns if c.kind != "assigned" and c.name not in NOT_SIMULATED)
    columns = {file_name(c): c for c in sent}
    return columns | {"known_on": table.column("known_on")}


def file_name(column: Column) -> str:
    """What a column is called in a file."""
    return "student_id" if column.kind == "student" else column.name


def as_arrow(frame: pd.DataFrame, columns: dict[str, Column]) -> pa.Table:
    """The frame's columns as Arrow, each of its declared kind; NaN, NaT and None are missing."""
    return pa.table({name: pa.array(frame[name], from_pandas=True).cast(ARROW[c.kind]) for name, c in columns.items()})


def coded(codes: Ints, names: Sequence[str]) -> "pd.Categorical[str]":
    """Text by its place in a short list; -1 is missing."""
    return pd.Categorical.from_codes(codes, pd.Index(list(names)))
