"""The warehouse: one DuckDB file per district, replaced whole by each load.

An open writer keeps every other process out, so a change is made on a copy, which is then renamed over the
file (file, then folder, forced to disk). Readers open the file read-only for one task.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from features.durable import locked, sync_folder
from features.engine import View, schema_of, school_year_of, stored
from features.settings import Refused
from features.tables import TABLES


class NothingKnown(Refused):
    """A date or a cohort about which the warehouse knows nothing."""


@dataclass(frozen=True)
class Reader:
    """An open warehouse, for reading one task's worth."""

    connection: duckdb.DuckDBPyConnection

    def frame(self, sql: str) -> pd.DataFrame:
        """The rows of a query as a pandas frame."""
        found: pd.DataFrame = self.connection.execute(sql).df()
        return found

    def table(self, expression: ibis.Table) -> pd.DataFrame:
        """The rows of an Ibis expression as a pandas frame."""
        return self.frame(str(ibis.to_sql(expression, dialect="duckdb")))

    def current(self, name: str) -> pd.DataFrame:
        """Every current row of a canonical table."""
        table = stored(name)
        return self.table(table.filter(table.superseded_by_load.isnull()))

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

    def last_school_day(self, school_year: int) -> date:
        """The last day of instruction of a school year, over all schools."""
        days = stored("calendar_days")
        days = days.filter(days.in_session & (days.school_year == school_year) & days.superseded_by_load.isnull())
        last = self.table(days.aggregate(last=days.date.max()))["last"].iloc[0]
        return pd.Timestamp(last).date()

    def data_through(self) -> date:
        """The latest date on which anything in attendance or marks became known."""
        latest = [
            pd.Timestamp(self.table(stored(name).aggregate(d=stored(name).known_on.max()))["d"].iloc[0])
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

    def create(self, name: str, expression: ibis.Table) -> None:
        """A new table holding an expression's rows in its order."""
        self.connection.execute(f'CREATE TABLE "{name}" AS {ibis.to_sql(expression, dialect="duckdb")}')

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

    def drop(self, name: str) -> None:
        """That table is gone."""
        self.connection.execute(f'DROP TABLE "{name}"')

    def create_missing(self) -> None:
        """Every canonical table exists, empty where nothing was loaded."""
        for name in TABLES.keys() - self.names():
            nothing = pd.DataFrame({column: [] for column in schema_of(TABLES[name])})
            self.connection.register("nothing", nothing)
            empty = ibis.table(dict.fromkeys(nothing, "float64"), name="nothing")
            self.create(name, empty.cast(dict(schema_of(TABLES[name]).items())))
            self.connection.unregister("nothing")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """A read-only warehouse, closed afterwards; Refused where there is none."""
    if not path.exists():
        raise Refused(f"{path.stem}: no warehouse yet; run `ontrack ingest --district {path.stem}`")
    connection = duckdb.connect(str(path), read_only=True, config={"threads": "2"})
    try:
        yield Reader(connection)
    finally:
        connection.close()


@contextmanager
def changing(path: Path) -> Iterator[Writer]:
    """A copy of the warehouse to change; it replaces the file only when the block ends without an error.

    One process at a time changes a warehouse; another waits.
    """
    copy = path.with_name(f".{path.name}.tmp")
    with locked(path.with_name(f".{path.name}.lock")):
        remove_copy(copy)  # of a change that was killed
        try:
            if path.exists():
                shutil.copyfile(path, copy)
            connection = duckdb.connect(str(copy), config={"threads": "2"})
            try:
                writer = Writer(connection)
                writer.create_missing()
                yield writer
            finally:
                connection.close()
            replace_durably(copy, path)
        finally:
            remove_copy(copy)


def remove_copy(copy: Path) -> None:
    """A copy and its log are gone: both hold students' records."""
    copy.unlink(missing_ok=True)
    copy.with_name(copy.name + ".wal").unlink(missing_ok=True)


def replace_durably(new: Path, old: Path) -> None:
    """The new file stands in the old one's place, on disk, or the old one still does."""
    with new.open("rb") as handle:
        os.fsync(handle.fileno())
    new.replace(old)
    sync_folder(old.parent)
