"""The warehouse: one DuckDB file per district, replaced whole by each load.

An open writer keeps every other process out, so a change is made on a copy, which is then renamed over the
file (file, then folder, forced to disk). Readers open the file read-only for one task.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr.operations import Node

from features.atomic_files import MachineRefused, locked, saying_what_failed, sync_folder
from features.engine.view import View, schema_of, school_year_of, stored_table
from features.progress import Progress, quietly
from features.settings import Refused
from features.tables import TABLES, Table

READING: dict[str, str | bool | int | float | list[str]] = {"threads": "2", "memory_limit": "3GB"}
"""How a warehouse is read: what a snapshot of a large district does not hold in that much memory, it spills."""

MEMORY = "2GB"
"""What DuckDB may hold in memory while a warehouse changes; the rest spills to disk."""

UNSORTED = 0.10
"""Share of a table's rows that may lie behind its sorted part."""


class NothingKnown(Refused):
    """A date or a cohort about which the warehouse knows nothing."""


def sql_of(expression: ir.Expr) -> str:
    """An expression as DuckDB's SQL; compiled once, as compiling takes longer than many a query."""
    return compiled(expression.op())


@lru_cache(maxsize=4096)
def compiled(operation: Node) -> str:
    """An operation as DuckDB's SQL."""
    return str(ibis.to_sql(operation.to_expr(), dialect="duckdb"))


def current(name: str) -> ir.Table:
    """The rows of a canonical table that hold now: not replaced, and not withdrawn."""
    table = stored_table(name)
    return table.filter(table.superseded_by_load.isnull() & ~table.withdrawn)


@dataclass(frozen=True)
class Reader:
    """An open warehouse, for reading one task's worth."""

    connection: duckdb.DuckDBPyConnection

    def beside(self) -> "Reader":
        """Another reader of the same warehouse, for another thread."""
        return Reader(self.connection.cursor())

    def frame(self, sql: str) -> pd.DataFrame:
        """The rows of a query as a pandas frame."""
        found: pd.DataFrame = self.connection.execute(sql).df()
        return found

    def table(self, expression: ibis.Table) -> pd.DataFrame:
        """The rows of an Ibis expression as a pandas frame."""
        return self.frame(sql_of(expression))

    def records(self, expression: ibis.Table) -> list[tuple[Any, ...]]:
        """The rows of an Ibis expression as Python values."""
        return self.connection.execute(sql_of(expression)).fetchall()

    def current(self, name: str) -> pd.DataFrame:
        """Every current row of a canonical table."""
        return self.table(current(name))

    def view(self, as_of: date, *, loads_through: int | None = None) -> View:
        """The records as known at the end of that day; NothingKnown before the first school day."""
        days = View(as_of, 0, loads_through).rows("calendar_days").filter(ibis._.in_session)
        firsts = self.table(days.group_by("school_year").aggregate(first=days.date.min()))
        begun = [(int(year), first.date()) for year, first in zip(firsts.school_year, firsts["first"], strict=True)]
        year = school_year_of(begun, as_of)
        if year is None:
            calendar = self.current("calendar_days")
            first = calendar.loc[calendar["in_session"].astype(bool), "date"].min()
            on_record = "none" if pd.isna(first) else first.date()
            raise NothingKnown(
                f"as-of date {as_of}: before the first school day on record ({on_record}); choose a later date"
            )
        return View(as_of, year, loads_through)

    def has_rows(self, name: str) -> bool:
        """Whether a table holds anything."""
        return not self.table(stored_table(name).limit(1)).empty

    def last_school_day(self, school_year: int) -> date:
        """The last day of instruction of a school year, over all schools."""
        days = current("calendar_days")
        days = days.filter(days.in_session & (days.school_year == school_year))
        last = self.table(days.aggregate(last=days.date.max()))["last"].iloc[0]
        return pd.Timestamp(last).date()

    def data_through(self) -> date:
        """The latest date on which anything in attendance or marks became known."""
        latest = [
            pd.Timestamp(self.table(stored_table(name).aggregate(d=stored_table(name).known_on.max()))["d"].iloc[0])
            for name in ("attendance", "marks")
        ]
        known = [day.date() for day in latest if not pd.isna(day)]
        if not known:
            raise NothingKnown("the warehouse has no attendance and no marks; run `ontrack ingest` first")
        return max(known)

    def data_version(self) -> str:
        """The digest of the latest load: which data a score or a model was made from."""
        loads = self.current("loads").sort_values("load_id")
        return str(loads["digest"].iloc[-1]) if len(loads) else "empty"


@dataclass(frozen=True)
class Writer(Reader):
    """A warehouse's copy while a load changes it. Ibis says what, DuckDB only where."""

    def names(self) -> set[str]:
        """The tables there are."""
        return {name for (name,) in self.connection.execute("SHOW TABLES").fetchall()}

    def count(self, expression: ibis.Table) -> int:
        """How many rows an expression has."""
        return int(self.table(expression.aggregate(n=expression.count()))["n"].iloc[0])

    def holds_rows(self, name: str) -> bool:
        """Whether a table has a row."""
        return bool(self.connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchall())  # noqa: S608 - our own names

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

    def close(self, name: str, which: ibis.Table, load_id: int) -> None:
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
        self.insert(table.name, rows.order_by(*sorting(table)))

    def tidy(self, table: Table, load_id: int) -> None:
        """A table with too many rows behind its sorted part is sorted again; that load is its latest."""
        held, through = stored_table(table.name), self.sorted_through(table)
        if through and self.count(held.filter(held.load_id > through)) <= UNSORTED * self.count(held):
            return
        if through:
            self.replace(table.name, held.order_by(*sorting(table)))
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
        for name in TABLES.keys() & self.names():
            self.add_columns(TABLES[name])
        for name in TABLES.keys() - self.names():
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


def sorting(table: Table) -> list[str]:
    """The columns by which a table's rows are stored in order, students first."""
    student = ["student_key"] if table.has_students else []
    return list(dict.fromkeys([*student, *table.key, "known_on", "load_id"]))


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """A read-only warehouse, closed afterwards; Refused where there is none.

    One of an earlier version first gets the tables and columns that came since, empty.
    """
    if not path.exists():
        raise Refused(f"{path.stem}: no warehouse yet; run `ontrack ingest --district {path.stem}`")
    connection = duckdb.connect(str(path), read_only=True, config=READING)
    try:
        if not is_of_this_version(connection):
            connection.close()
            with changing(path):
                pass
            connection = duckdb.connect(str(path), read_only=True, config=READING)
        yield Reader(connection)
    finally:
        connection.close()


def is_of_this_version(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a warehouse has every table and column."""
    said = "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database()"
    held = set(connection.execute(said).fetchall())
    return held >= {(name, column) for name, table in TABLES.items() for column in schema_of(table)}


@contextmanager
def changing(path: Path, *, keep: bool = True, progress: Progress = quietly) -> Iterator[Writer]:
    """A copy of the warehouse to change; it replaces the file only when the block ends without an error.

    One process at a time changes a warehouse; another says so and waits. Without `keep` the change is only tried.
    MachineRefused where the disk is full or fails; the warehouse is then as it was.
    """
    copy = path.with_name(f".{path.name}.tmp")
    with saying_what_failed(path), locked(path.with_name(f".{path.name}.lock"), progress):
        remove_copy(copy)  # of a change that was killed
        try:
            if path.exists():
                shutil.copyfile(path, copy)
            with opened(copy) as connection:
                writer = Writer(connection)
                writer.create_missing()
                yield writer
            if keep:
                replace_durably(copy, path)
        finally:
            remove_copy(copy)


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file to write, whole when the block has ended; what does not fit in memory spills beside it.

    Closing alone would not say that it could not write: what it left in the log beside the file would be lost.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": "2", "memory_limit": MEMORY, "temp_directory": str(spill_of(path)),
    }  # fmt: skip
    connection = duckdb.connect(str(path), config=config)
    try:
        yield connection
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    if log_of(path).exists():
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))


def log_of(path: Path) -> Path:
    """Where a DuckDB file's latest changes stand until they are in the file."""
    return path.with_name(f"{path.name}.wal")


def spill_of(path: Path) -> Path:
    """Where a DuckDB file's work spills to."""
    return path.with_name(f"{path.name}.spill")


def remove_copy(copy: Path) -> None:
    """A copy, its log and what it spilled are gone: they hold students' records."""
    copy.unlink(missing_ok=True)
    log_of(copy).unlink(missing_ok=True)
    shutil.rmtree(spill_of(copy), ignore_errors=True)


def replace_durably(new: Path, old: Path) -> None:
    """The new file stands in the old one's place, on disk, or the old one still does.

    MachineRefused where it stands there, and the disk does not say that it will after a power cut.
    """
    with new.open("rb") as handle:
        os.fsync(handle.fileno())
    new.replace(old)
    try:
        sync_folder(old.parent)
    except OSError as error:
        said = f"the change was made, but the disk did not confirm it ({os.strerror(error.errno or errno.EIO)})"
        raise MachineRefused(f"{old.name}: {said}; check the disk and run it again") from error
