"""Changes a copy of a warehouse: creates, replaces, supersedes and sorts."""

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
    """A copy of a warehouse that a load changes. Queries are Ibis expressions; DuckDB runs and stores them."""

    def table_names(self) -> set[str]:
        """The names of its tables."""
        return {name for (name,) in self.connection.execute("SHOW TABLES").fetchall()}

    def count(self, expression: ibis.Table) -> int:
        """How many rows an expression has."""
        return int(self.table(expression.aggregate(n=expression.count()))["n"].iloc[0])

    def create(self, name: str, expression: ibis.Table) -> None:
        """Creates a table from an expression's rows, in their order."""
        self.connection.execute(f'CREATE TABLE "{name}" AS {sql_of(expression)}')

    def replace(self, name: str, expression: ibis.Table) -> None:
        """Replaces a table's rows by others, which may be computed from the old ones."""
        self.create(f"new_{name}", expression)
        self.drop(name)
        self.connection.execute(f'ALTER TABLE "new_{name}" RENAME TO "{name}"')

    def add(self, name: str, rows: pd.DataFrame) -> None:
        """Adds rows of a frame to a canonical table, columns by name."""
        self.connection.register("added_rows", rows)
        self.connection.execute(f'INSERT INTO "{name}" BY NAME SELECT * FROM added_rows')  # noqa: S608 - our own names
        self.connection.unregister("added_rows")

    def attach(self, path: Path, catalog: str) -> None:
        """Attaches another DuckDB file, to be read under that name."""
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"ATTACH '{quoted}' AS {catalog} (READ_ONLY)")

    def supersede(self, name: str, which: ibis.Table, load_id: int) -> None:
        """Marks current rows that match a row of an expression as superseded by a load."""
        same = " AND ".join(f'held."{column}" = which."{column}"' for column in which.columns)
        self.connection.execute(
            f'UPDATE "{name}" held SET superseded_by_load = {load_id} FROM ({sql_of(which)}) which '  # noqa: S608 - our own names
            f"WHERE {same} AND held.superseded_by_load IS NULL"
        )

    def insert(self, name: str, rows: ibis.Table) -> None:
        """Adds an expression's rows to a table, columns by name."""
        self.connection.execute(f'INSERT INTO "{name}" BY NAME {sql_of(rows)}')

    def append(self, table: Table, rows: ibis.Table) -> None:
        """Adds rows behind a table, sorted by student."""
        self.insert(table.name, rows.order_by(*sort_columns(table)))

    def sort_if_needed(self, table: Table, load_id: int) -> None:
        """Sorts a table again after a load where too many rows lie behind its sorted part."""
        held, through = stored_table(table.name), self.sorted_through(table)
        if through and self.count(held.filter(held.load_id > through)) <= UNSORTED * self.count(held):
            return
        if through:
            self.replace(table.name, held.order_by(*sort_columns(table)))
        self.connection.execute(f"COMMENT ON TABLE \"{table.name}\" IS 'sorted through load {load_id}'")

    def sorted_through(self, table: Table) -> int:
        """The latest load whose rows are in the sorted part of a table; 0 without one."""
        said = self.connection.execute(
            "SELECT coalesce(comment, '0') FROM duckdb_tables() "
            "WHERE database_name = current_database() AND table_name = ?",
            [table.name],
        )
        return int(said.fetchall()[0][0].rpartition(" ")[2])

    def drop(self, name: str) -> None:
        """Drops a table."""
        self.connection.execute(f'DROP TABLE "{name}"')

    def create_missing(self) -> None:
        """Creates the canonical tables and columns that are missing, empty."""
        for name in TABLES.keys() & self.table_names():
            self.add_columns(TABLES[name])
        for name in TABLES.keys() - self.table_names():
            nothing = pd.DataFrame({column: [] for column in schema_of(TABLES[name])})
            self.connection.register("nothing", nothing)
            empty = ibis.table(dict.fromkeys(nothing, "float64"), name="nothing")
            self.create(name, empty.cast(dict(schema_of(TABLES[name]).items())))
            self.connection.unregister("nothing")

    def add_columns(self, table: Table) -> None:
        """Adds the columns that a table of an earlier version lacks: empty, and `withdrawn` false."""
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
