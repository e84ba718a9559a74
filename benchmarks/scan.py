"""The limits: a plain scan of the columns that a query reads, and a plain read of the same CSV files."""

from pathlib import Path

import duckdb
from pydantic import BaseModel, Field, TypeAdapter

from features.engine.sql_script import Script
from features.engine.view import Values
from features.table_schema import Kind
from features.tables import TABLES

SUMS: dict[Kind, str] = {"text": "sum(strlen({0}))", "student": "sum(strlen({0}))", "date": "max({0})"}
"""What touches every value of a column of a kind; a sum where nothing else is said."""


class Node(BaseModel):
    """A node of DuckDB's plan."""

    extra_info: dict[str, object] = Field(default_factory=dict)
    children: list["Node"] = Field(default_factory=list)


def columns_read(connection: duckdb.DuckDBPyConnection, script: Script, values: Values) -> dict[str, list[str]]:
    """Per canonical table, the columns that the steps of a query read, as DuckDB's plans say."""
    found: dict[str, set[str]] = {}
    script.set_parameters(connection, values)
    for name, sql in script.steps:
        plan = connection.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1]
        note_columns(found, TypeAdapter(list[Node]).validate_json(plan))
        connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
    return {name: sorted(columns) for name, columns in found.items()}


def note_columns(found: dict[str, set[str]], waiting: list[Node]) -> None:
    """Adds the columns that a plan reads, by table."""
    while waiting:
        node = waiting.pop()
        waiting += node.children
        name = str(node.extra_info.get("Table", "")).rpartition(".")[2]
        if name in TABLES:
            projected = TypeAdapter(list[str] | str).validate_python(node.extra_info.get("Projections", []))
            found.setdefault(name, {"known_on"}).update([projected] if isinstance(projected, str) else projected)


def scan(connection: duckdb.DuckDBPyConnection, columns: dict[str, list[str]]) -> int:
    """How many rows the tables have; every value of these columns is touched once."""
    rows = 0
    for name, wanted in columns.items():
        sums = ", ".join(SUMS.get(TABLES[name].column(c).kind, "sum({0})").format(f'"{c}"') for c in wanted)
        found = connection.execute(f'SELECT count(*), {sums} FROM "{name}"').fetchall()
        rows += int(found[0][0])
    return rows


def read_csv(folder: Path, database: Path) -> int:
    """How many rows the folder's CSV files have; each becomes a table as it is, unchecked and unsorted."""
    with duckdb.connect(str(database), config={"threads": "2"}) as connection:
        rows = 0
        for file in sorted(folder.glob("*.csv")):
            connection.execute(f"CREATE OR REPLACE TABLE \"{file.stem}\" AS FROM read_csv('{file}')")
            rows += int(connection.execute(f'SELECT count(*) FROM "{file.stem}"').fetchall()[0][0])
    return rows
