"""Canonical tables in DuckDB with rows that are given, as an example or a test has them."""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from features.engine.column_types import DUCKDB_TYPES, IBIS_TYPES
from features.engine.sql_script import execute
from features.errors import Refused
from features.snapshots.sent_enrollments import day_of
from features.table_schema import ENVELOPE, Column, Table


def text_cell(value: object, column: Column) -> str | None:
    """A value as text, which DuckDB casts to the column's type: a date may come as one or as its ISO text."""
    if value is None:
        return None
    return day_of(value).isoformat() if column.kind == "date" else str(value)


def superseding(table: Table) -> str:
    """SQL for the given rows in their order, each with the load of the next version of its record, as ingest has it."""
    key = ", ".join(f'"{column}"' for column in table.key)
    versions = f"OVER (PARTITION BY {key} ORDER BY CAST(known_on AS DATE), CAST(load_id AS BIGINT))"
    following = f"greatest(CAST(load_id AS BIGINT), lead(CAST(load_id AS BIGINT)) {versions})"
    replaced = f"CASE WHEN lead(load_id) {versions} IS NULL THEN NULL ELSE {following} END"
    said = f"SELECT * EXCLUDE (place) REPLACE ({replaced} AS superseded_by_load) FROM given"  # noqa: S608 - our own names
    return f"{said} ORDER BY place"


def create_table(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Mapping[str, object]], as_of: date
) -> None:
    """The canonical table with these rows, each known on its own `known_on` or else on the as-of date."""
    columns = (*table.columns, *ENVELOPE)
    types = ", ".join(f'"{c.name}" {DUCKDB_TYPES[IBIS_TYPES[c.kind]]}' for c in columns)
    execute(connection, f'CREATE TABLE "{table.name}" ({types})')
    if not rows:
        return
    envelope: dict[str, object] = {"district_id": "live", "known_on": as_of, "load_id": 1, "withdrawn": False}
    whole = [{**envelope, **row} for row in rows]
    try:
        given = {c.name: pa.array([text_cell(row.get(c.name), c) for row in whole], pa.string()) for c in columns}
        connection.register("given", pa.table({**given, "place": pa.array(range(len(rows)))}))
        execute(connection, f'INSERT INTO "{table.name}" BY NAME {superseding(table)}')
        connection.unregister("given")
    except (duckdb.Error, pa.ArrowException, ValueError) as error:
        raise Refused(f"{table.name}: a row does not fit the table ({type(error).__name__})") from None
