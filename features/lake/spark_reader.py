"""A reader of a district's tables in a lake: calendars lie here, students' records stay on Spark's executors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Self

import pandas as pd
import pyarrow as pa

from features.engine.dialect import compiling_for
from features.engine.sql_script import Script
from features.engine.view import Values, View
from features.lake.export import NEVER_EXPORTED
from features.lake.spark_scripts import SparkScripts, attempt
from features.tables import TABLES
from features.warehouse.reader import Reader
from features.warehouse.reader_as_of import ReaderAsOf

HELD_HERE = ("loads", "schools", "terms", "school_terms", "calendar_days")
"""Tables without a student, small enough to lie on this machine."""


@dataclass(frozen=True)
class SparkReader(Reader):
    """A district's tables in a lake, opened for one task.

    `connection` holds the tables of HELD_HERE and no other: what asks it for a student's records finds no such table.
    """

    makes_intervals: ClassVar[bool] = False
    never_here: ClassVar[tuple[str, ...]] = NEVER_EXPORTED

    scripts: SparkScripts = field(kw_only=True, compare=False, repr=False)

    def for_thread(self) -> "SparkReader":
        """Another reader of the same tables, for another thread."""
        return SparkReader(self.connection.cursor(), scripts=self.scripts)

    @contextmanager
    def sharing_steps(self) -> Iterator[Self]:
        """A time with this reader: its scripts share their steps already."""
        yield self

    @contextmanager
    def sharing_more_steps(self) -> Iterator[Self]:
        """The same."""
        yield self

    def run(self, script: Script, values: Values | None = None) -> pd.DataFrame:
        """The rows of a compiled script, with the types that DuckDB gives them."""
        if script.dialect == "duckdb":
            return super().run(script, values)
        return self.as_frame(self.scripts.table(script, values or {}))

    def records(self, script: Script, values: Values | None = None) -> list[tuple[Any, ...]]:
        """The rows of a compiled script as Python values."""
        if script.dialect == "duckdb":
            return super().records(script, values)
        rows = self.scripts.table(script, values or {})
        found: list[tuple[Any, ...]] = self.connection.from_arrow(rows).fetchall()
        return found

    def named_records(self, script: Script, values: Values | None = None) -> list[dict[str, Any]]:
        """The same by column."""
        if script.dialect == "duckdb":
            return super().named_records(script, values)
        found = self.connection.from_arrow(self.scripts.table(script, values or {}))
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def as_frame(self, rows: pa.Table) -> pd.DataFrame:
        """Rows that came back, as DuckDB would give them."""
        found: pd.DataFrame = self.connection.from_arrow(rows).df()
        return found

    def current(self, name: str) -> pd.DataFrame:
        """Every current row of a canonical table; one that is held here needs no Spark."""
        with compiling_for("duckdb" if name in HELD_HERE else "spark"):
            return super().current(name)

    def view(self, as_of: date, *, loads_through: int | None = None) -> View:
        """The records as known at the end of that day, by the calendar that is held here."""
        with compiling_for("duckdb"):
            return super().view(as_of, loads_through=loads_through)

    @contextmanager
    def showing(self, name: str, rows: pa.Table) -> Iterator[None]:
        """A time in which scripts can read these rows by a name, here and on Spark."""
        with super().showing(name, rows), self.scripts.showing(name, rows):
            yield

    def visible(self, view: View, name: str) -> pd.DataFrame:
        """Every row of a canonical table that a view shows."""
        with compiling_for("duckdb" if name in HELD_HERE else "spark"):
            return super().visible(view, name)

    def known_at(self, view: View) -> "SparkReaderAsOf":
        """A reader for whom nothing is on record but what a view shows."""
        return SparkReaderAsOf(self.connection, view, scripts=self.scripts)

    def column_names(self, name: str) -> list[str]:
        """The names of a table's columns; none where there is no such table."""
        return list(self.scripts.stored(name).columns) if self.has_table(name) else []

    def has_table(self, name: str) -> bool:
        """Whether there is a canonical table of that name."""
        return name in TABLES and self.scripts.has_table(name)

    def has_rows(self, name: str) -> bool:
        """Whether a table has a row."""
        return not attempt(self.scripts.stored(name).isEmpty)


@dataclass(frozen=True)
class SparkReaderAsOf(ReaderAsOf, SparkReader):
    """A district's tables in a lake as they were known at the end of an as-of date."""
