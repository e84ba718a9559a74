"""Changes a copy of a warehouse: tables and rows added, replaced, superseded, sorted."""

from dataclasses import dataclass
from pathlib import Path

import ibis
import pandas as pd
from ibis.backends.sql.datatypes import DuckDBType

from features.engine.stored_tables import schema_of, stored_table
from features.table_schema import Table
from features.tables import TABLES
from features.warehouse.reader import Reader, sql_of

UNSORTED = 0.10
"""Share of a table's rows that may lie behind its sorted part."""


@dataclass(frozen=True)
class Writer(Reader):
    """A warehouse's copy while a load changes it. Ibis says what, DuckDB only where."""

    def table_names(self) -> set[str]:
        """The tables there are."""
        return {name for (name,) in self.connection.execute("SHOW TABLES").fetchall()}

    def count(self, expression: ibis.Table) -> int:
        """How many rows an expression has."""
        return int(self.table(expression.aggregate(n=expression.count()))["n"].iloc[0])

    def create(self, name: str, expression: ibis.Table) -> None:
        """A new table holding an expression's rows in its order."""
        self.connection.execute(f'CREATE TABLE "{name}" AS {sql_of(expression)}')

    def replace(self, name: str, expression: ibis.Table) -> None:
        """The same table holding other rows, which may be drawn from the old ones."""
        self.create(f"new_{name}", expression)
        self.drop(name)
        self.connection.execute(f'ALTER TABLE "new_{name}" RENAME TO "{name}"')

    def add(self, name: str, rows: pd.DataFrame) -> None:
        """More rows in a canonical table, columns by name."""
        self.connection.register("added_rows", rows)
        self.connection.execute(f'INSERT INTO "{name}" BY NAME SELECT * FROM added_rows')  # noqa: S608 - our own names
        self.connection.unregister("added_rows")

    def attach(self, path: Path, catalog: str) -> None:
        """Another DuckDB file can be read, under that name."""
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"ATTACH '{quoted}' AS {catalog} (READ_ONLY)")

    def supersede(self, name: str, which: ibis.Table, load_id: int) -> None:
        """The rows of a table that hold and agree with a row of an expression are superseded by that load."""
        same = " AND ".join(f'held."{column}" = which."{column}"' for column in which.columns)
        self.connection.execute(
            f'UPDATE "{name}" held SET superseded_by_load = {load_id} FROM ({sql_of(which)}) which '  # noqa: S608 - our own names
            f"WHERE {same} AND held.superseded_by_load IS NULL"
        )

    def insert(self, name: str, rows: ibis.Table) -> None:
        """More rows in a table, columns by name."""
        self.connection.execute(f'INSERT INTO "{name}" BY NAME {sql_of(rows)}')

    def append(self, table: Table, rows: ibis.Table) -> None:
        """More rows behind a table, in the order of its students."""
        self.insert(table.name, rows.order_by(*sort_columns(table)))

    def sort_if_needed(self, table: Table, load_id: int) -> None:
        """A table with too many rows behind its sorted part is sorted again; that load is its latest."""
        held, through = stored_table(table.name), self.sorted_through(table)
        if through and self.count(held.filter(held.load_id > through)) <= UNSORTED * self.count(held):
            return
        if through:
            self.replace(table.name, held.order_by(*sort_columns(table)))
        self.connection.execute(f"COMMENT ON TABLE \"{table.name}\" IS 'sorted through load {load_id}'")

    def sorted_through(self, table: Table) -> int:
        """The load through which a table's rows are sorted, 0 where none of them is."""
        said = self.connection.execute(
            "SELECT coalesce(comment, '0') FROM duckdb_tables() "
            "WHERE database_name = current_database() AND table_name = ?",
            [table.name],
        )
        return int(said.fetchall()[0][0].rpartition(" ")[2])

    def drop(self, name: str) -> None:
        """That table is gone."""
        self.connection.execute(f'DROP TABLE "{name}"')

    def create_missing(self) -> None:
        """Every canonical table and column exists, empty where nothing was loaded."""
        for name in TABLES.keys() & self.table_names():
            self.add_columns(TABLES[name])
        for name in TABLES.keys() - self.table_names():
            nothing = pd.DataFrame({column: [] for column in schema_of(TABLES[name])})
            self.connection.register("nothing", nothing)
            empty = ibis.table(dict.fromkeys(nothing, "float64"), name="nothing")
            self.create(name, empty.cast(dict(schema_of(TABLES[name]).items())))
            self.connection.unregister("nothing")

    def add_columns(self, table: Table) -> None:
        """A table of an earlier version has the columns that came since: empty, and no row withdrawn."""
        held = {column for column, *_ in self.connection.execute(f'DESCRIBE "{table.name}"').fetchall()}
        for column, kind in schema_of(table).items():
            if column not in held:
                default = "DEFAULT false" if column == "withdrawn" else ""
                typed = f'"{column}" {DuckDBType.to_string(kind)}'
                self.connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {typed} {default}')


def sort_columns(table: Table) -> list[str]:
    """The columns by which a table's rows are stored, students first."""
    student = ["student_key"] if table.has_students else []
    return list(dict.fromkeys([*student, *table.key, "known_on", "load_id"]))
