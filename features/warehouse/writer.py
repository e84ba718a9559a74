"""Changes a copy of a warehouse: creates, replaces, supersedes and sorts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.column_types import duckdb_type
from features.engine.parameters import number_parameter
from features.engine.script_cache import query_script
from features.engine.sql_script import Script
from features.engine.stored_tables import schema_of, stored_table
from features.engine.view import Values
from features.table_schema import Table
from features.tables import TABLES
from features.warehouse.reader import Reader

UNSORTED = 0.10
"""Share of a table's rows that may lie behind its sorted part."""


@dataclass(frozen=True)
class Writer(Reader):
    """A copy of a warehouse that a load changes. Queries are compiled scripts; DuckDB runs and stores them."""

    def count(self, script: Script, values: Values | None = None) -> int:
        """How many rows a script finds."""
        ((rows,),) = script.run_within(self.connection, "SELECT count(*) FROM (", values or {}, ")")
        return int(str(rows))

    def create(self, name: str, script: Script, values: Values | None = None) -> int:
        """Creates a table from a script's rows, in their order, and returns how many."""
        ((rows,),) = script.run_within(self.connection, f'CREATE TABLE "{name}" AS', values or {})
        return int(str(rows))

    def create_empty(self, name: str, schema: ibis.Schema) -> None:
        """Creates a table without rows, in place of one that is there."""
        typed = ", ".join(f'"{column}" {duckdb_type(kind)}' for column, kind in schema.items())
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" ({typed})')

    def replace(self, name: str, script: Script) -> None:
        """Replaces a table's rows by others, which may be computed from the old ones."""
        self.create(f"new_{name}", script)
        self.drop(name)
        self.connection.execute(f'ALTER TABLE "new_{name}" RENAME TO "{name}"')

    def add(self, name: str, rows: pd.DataFrame | pa.Table) -> None:
        """Adds rows to a table, columns by name."""
        self.connection.register("added_rows", rows)
        self.connection.execute(f'INSERT INTO "{name}" BY NAME SELECT * FROM added_rows')  # noqa: S608 - our own names
        self.connection.unregister("added_rows")

    def attach(self, path: Path, catalog: str) -> None:
        """Attaches another DuckDB file, to be read under that name."""
        self.connection.execute(f"ATTACH {path_in_sql(path)} AS {catalog} (READ_ONLY)")

    def supersede(self, name: str, key: Sequence[str], which: Script, values: Values) -> None:
        """Marks current rows that match a row of a script in these columns as superseded by the load `load_id`."""
        same = " AND ".join(f'held."{column}" = which."{column}"' for column in key)
        which.run_within(
            self.connection,
            f'UPDATE "{name}" held SET superseded_by_load = {values["load_id"]} FROM (',  # noqa: S608 - our own names
            values,
            f") which WHERE {same} AND held.superseded_by_load IS NULL",
        )

    def insert(self, name: str, script: Script, values: Values | None = None) -> int:
        """Adds a script's rows to a table, columns by name, and returns how many."""
        ((rows,),) = script.run_within(self.connection, f'INSERT INTO "{name}" BY NAME', values or {})
        return int(str(rows))

    def sort_if_needed(self, table: Table, load_id: int) -> None:
        """Sorts a table again after a load where too many rows lie behind its sorted part."""
        through = self.sorted_through(table)
        if through:
            script = query_script(unsorted_share, table.name)
            ((behind, rows),) = self.records(script, {"through": through})
            if behind <= UNSORTED * rows:
                return
            self.replace(table.name, query_script(sorted_rows, table.name))
        self.note_sorted(table, load_id)

    def note_sorted(self, table: Table, load_id: int) -> None:
        """Notes the latest load whose rows are in the sorted part of a table."""
        self.connection.execute(f"COMMENT ON TABLE \"{table.name}\" IS 'sorted through load {load_id}'")

    def sorted_through(self, table: Table) -> int:
        """The latest load whose rows were in the sorted part of a table when this copy was opened; 0 without one."""
        return self.sorted_when_opened.get(table.name, 0)

    @cached_property
    def sorted_when_opened(self) -> Mapping[str, int]:
        """The same of every table that has such a part; DuckDB's list of tables is slow, so it is read once."""
        listed = "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = current_database()"
        noted = self.connection.execute(f"{listed} AND comment IS NOT NULL").fetchall()
        return {name: int(comment.rpartition(" ")[2]) for name, comment in noted}

    def drop(self, name: str) -> None:
        """Drops a table."""
        self.connection.execute(f'DROP TABLE "{name}"')

    def create_missing(self) -> None:
        """Creates the canonical tables and columns that are missing, empty."""
        if self.has_every_column():
            return
        for name, table in TABLES.items():
            if self.has_table(name):
                self.add_columns(table)
            else:
                self.create_empty(name, schema_of(table))

    def add_columns(self, table: Table) -> None:
        """Adds the columns that a table of an earlier version lacks: empty, and `withdrawn` false."""
        held, wanted = self.column_names(table.name), schema_of(table)
        for column, kind in wanted.items():
            if column not in held:
                default = "DEFAULT false" if column == "withdrawn" else ""
                typed = f'"{column}" {duckdb_type(kind)}'
                self.connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {typed} {default}')
        self.order_columns(table)

    def order_columns(self, table: Table) -> None:
        """Puts a table's columns into the order of its declaration, by which a compiled script reads all of them."""
        held = self.column_names(table.name)
        wanted = list(dict.fromkeys([*schema_of(table), *held]))
        if held == wanted:
            return
        through = self.sorted_through(table)
        columns = ", ".join(f'"{column}"' for column in wanted)
        self.connection.execute(f'CREATE TABLE "new_{table.name}" AS SELECT {columns} FROM "{table.name}"')  # noqa: S608 - our own names
        self.drop(table.name)
        self.connection.execute(f'ALTER TABLE "new_{table.name}" RENAME TO "{table.name}"')
        if through:
            self.note_sorted(table, through)


def path_in_sql(path: Path) -> str:
    """A path as a text in SQL."""
    return text_in_sql(str(path))


def text_in_sql(text: str) -> str:
    """A text in SQL."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def unsorted_share(name: str) -> ir.Table:
    """How many rows of a table are `behind` its sorted part, of loads after `through`, and how many `rows` it has."""
    rows = stored_table(name)
    behind = rows.load_id.count(where=rows.load_id > number_parameter("through"))
    return rows.aggregate(behind=behind, rows=rows.count())


def sorted_rows(name: str) -> ir.Table:
    """A table's rows, sorted by student."""
    return stored_table(name).order_by(*sort_columns(TABLES[name]))


def sort_columns(table: Table) -> list[str]:
    """The columns by which a table's rows are stored, students first."""
    student = ["student_key"] if table.has_students else []
    return list(dict.fromkeys([*student, *table.key, "known_on", "load_id"]))
