"""The tables of a staging file: a load's parsed rows, each valid or with the first rule that it breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.engine.column_types import IBIS_TYPES
from features.engine.sql_script import Script
from features.engine.stored_tables import schema_of
from features.engine.view import Values
from features.table_schema import Table, key_of
from features.tables import TABLES
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer

ARRIVED = "arrived"
"""The name under which DuckDB sees a file's batches while they are read."""

ENVELOPE = {
    "deleted": "boolean", "again": "boolean", "whole_key": "boolean", "rule": "string", "broken": "string",
    "expected": "string", "shown": "string", "several": "string",
    "unmapped": "array<struct<column: string, code: string>>",
}  # fmt: skip
"""The columns beside a row's own: whether a delta deletes it, an earlier row is the same, its key is whole; the broken
rule, its columns, the message, the masked value; the columns whose look-up chose one of several values; and every
unmapped code of the row, whatever rule it breaks first. Names stay: an older version may have written the file."""


def columns_of(table: Table) -> dict[str, str]:
    """The canonical columns of a table's files and their types, with `student_id` for `student_key`."""
    own = (column for column in table.columns if column.kind != "assigned")
    return {"student_id" if one.kind == "student" else one.name: IBIS_TYPES[one.kind] for one in own}


@cache
def parsed_schema(table: Table) -> ibis.Schema:
    """The schema of a table's parsed rows in a staging file."""
    return ibis.schema({"file": "int64", "row": "int64", **columns_of(table), "known_on": "date", **ENVELOPE})


def parsed_table(name: str) -> ir.Table:
    """A table's parsed rows in the open staging file, valid and invalid."""
    return ibis.table(parsed_schema(TABLES[name]), name=f"understood_{name}")


def valid_rows(name: str) -> ir.Table:
    """A table's parsed rows that break no rule and are no deletions."""
    return parsed_table(name).filter(lambda row: row.rule.isnull() & ~row.deleted)


def insert(
    writer: Writer, name: str, arrived: pa.RecordBatchReader | pa.Table, rows: Script, values: Values | None = None
) -> int:
    """Inserts a script's rows over the arrived batches into a staging table and returns how many it gave."""
    writer.connection.register(ARRIVED, arrived)
    try:
        return writer.insert(name, rows, values)
    finally:
        writer.connection.unregister(ARRIVED)


def update_rows(
    writer: Writer, table: Table, columns: Sequence[str], changes: Script, values: Values | None = None
) -> None:
    """Updates columns of a table's parsed rows with those of a script, found by `file` and `row`."""
    changed = ", ".join(f'"{name}" = changes."{name}"' for name in columns)
    changes.run_within(
        writer.connection,
        f'UPDATE "understood_{table.name}" AS rows SET {changed} FROM (',  # noqa: S608 - our own names
        values or {},
        ") AS changes WHERE rows.file = changes.file AND rows.row = changes.row",
    )


def warehouse_attached(reader: Reader) -> bool:
    """Whether the current warehouse is attached to the staging file as `held`."""
    names = reader.connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()
    return ("held",) in names


def held_versions(name: str) -> ir.Table:
    """Every version of a table's records in the attached warehouse."""
    return ibis.table(schema_of(TABLES[name]), name=name, catalog="held", database="main")


def current_records(name: str) -> ir.Table:
    """A table's current records in the attached warehouse, with `student_id` too."""
    rows = held_versions(name)
    rows = rows.filter(rows.superseded_by_load.isnull() & ~rows.withdrawn)
    if name == "students" or not TABLES[name].has_students:
        return rows
    students = held_versions("students")
    return rows.inner_join(students.select("student_id", "student_key").distinct(), "student_key")


@dataclass(frozen=True)
class RecordSources:
    """Where a table's records come from: whether it was delivered, and whether the warehouse is attached as `held`."""

    delivered: bool
    held: bool

    def __bool__(self) -> bool:
        return self.delivered or self.held


def sources_of(writer: Writer, name: str, *, held: bool) -> RecordSources:
    """Where the records of a table come from in this load."""
    return RecordSources(writer.has_table(f"understood_{name}"), held)


def records_after_load(name: str, sources: RecordSources) -> ir.Table:
    """A table's records after this load: the delivered ones, and the others of the warehouse.

    Columns are those of files. Records that a full extract lacks are still among them. ValueError without a source.
    """
    if not sources:
        raise ValueError(f"neither the load nor the warehouse has {name}")
    columns = list(columns_of(TABLES[name]))
    before = current_records(name).select(*columns) if sources.held else None
    if not sources.delivered and before is not None:
        return before
    parsed = parsed_table(name).filter(ibis._.rule.isnull())
    now = parsed.filter(~parsed.deleted).select(*columns)
    return now if before is None else now.union(before.anti_join(parsed, key_of(TABLES[name])))
