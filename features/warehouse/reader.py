"""Reads a warehouse: queries as pandas frames, the view as of a date, and how far the records go."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import compile_script
from features.engine.concurrent_enrollments import any_overlap
from features.engine.script_cache import cached_script, query_script
from features.engine.shared_steps import SharedSteps, steps_shared
from features.engine.sql_script import Script
from features.engine.stored_tables import schema_of, stored_table
from features.engine.terms_and_marks import with_own_days
from features.engine.transferred_records import transferred_name
from features.engine.view import Values, View, ViewShape, school_year_of
from features.engine.view_policies import Transfers, ViewPolicies, policies_from
from features.engine.visible_tables import VisibleTables
from features.errors import NothingKnown
from features.tables import TABLES

if TYPE_CHECKING:
    from features.warehouse.reader_as_of import ReaderAsOf


def current_rows(name: str) -> ir.Table:
    """The current rows of a canonical table: not superseded and not withdrawn."""
    table = stored_table(name)
    return table.filter(table.superseded_by_load.isnull() & ~table.withdrawn)


@cached_script
def current_script(name: str) -> Script:
    """DuckDB's SQL for the current rows of a canonical table, terms with days of their own."""
    rows, apart = current_rows(name), {"terms": (), "school_terms": ("school_id", "track")}
    return compile_script(with_own_days(rows, apart[name]) if name in apart else rows)


@cached_script
def visible_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for the rows of a canonical table that a view shows."""
    return compile_script(VisibleTables(shape).as_read(name))


@cached_script
def first_days_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the first day of instruction (`first`) of each `school_year` that a view shows."""
    days = VisibleTables(shape).versions_in_force("calendar_days").filter(ibis._.in_session)
    return compile_script(days.group_by("school_year").aggregate(first=days.date.min()))


@cached_script
def newest_script(name: str) -> Script:
    """DuckDB's SQL for the day on which anything in a table was last known (`newest`)."""
    return compile_script(stored_table(name).aggregate(newest=ibis._.known_on.max()))


@dataclass(frozen=True)
class Reader:
    """A warehouse opened for reading, for one task.

    With `shared`, what several scripts read is made once and stands until the task ends.
    """

    makes_intervals: ClassVar[bool] = True
    """Whether records are made intervals, which the snapshots of several dates read together."""
    never_here: ClassVar[tuple[str, ...]] = ()
    """Tables that are not read here, whatever a district sends."""

    connection: duckdb.DuckDBPyConnection
    shared: SharedSteps | None = field(default=None, kw_only=True, compare=False, repr=False)

    def for_thread(self) -> "Reader":
        """Another reader of the same warehouse, for another thread."""
        return Reader(self.connection.cursor())

    def frame(self, sql: str) -> pd.DataFrame:
        """The rows of a query as a pandas frame."""
        found: pd.DataFrame = self.connection.execute(sql).df()
        return found

    @contextmanager
    def sharing_steps(self) -> Iterator[Self]:
        """A time in which there is a reader whose scripts share their steps; this one where its scripts do already."""
        if self.shared is not None:
            yield self
            return
        with steps_shared(self.connection) as shared:
            yield replace(self, shared=shared)

    @contextmanager
    def sharing_more_steps(self) -> Iterator[Self]:
        """A time in which there is a reader whose scripts share the steps that stand and more, which are then gone."""
        with steps_shared(self.connection, self.shared) as shared:
            yield replace(self, shared=shared)

    @contextmanager
    def named_steps(self, script: Script, values: Values, names: Collection[str]) -> Iterator[None]:
        """A time in which other scripts can read some steps of this one by their names."""
        if self.shared is None:
            with script.steps_made(self.connection, values):
                yield
            return
        with self.shared.named(script, values, names):
            yield

    @contextmanager
    def showing(self, name: str, rows: pa.Table) -> Iterator[None]:
        """A time in which scripts can read these rows by a name."""
        self.connection.register(name, rows)
        try:
            yield
        finally:
            self.connection.unregister(name)

    def run(self, script: Script, values: Values | None = None) -> pd.DataFrame:
        """The rows of a compiled script, its parameters having these values."""
        own = self.shared.over(script, values or {}) if self.shared else script
        return own.frame(self.connection, values or {})

    def records(self, script: Script, values: Values | None = None) -> list[tuple[Any, ...]]:
        """The rows of a compiled script as Python values."""
        return script.rows(self.connection, values or {})

    def named_records(self, script: Script, values: Values | None = None) -> list[dict[str, Any]]:
        """The same by column."""
        return script.records(self.connection, values or {})

    def current(self, name: str) -> pd.DataFrame:
        """Every current row of a canonical table."""
        return self.run(current_script(name))

    def view(self, as_of: date, *, loads_through: int | None = None) -> View:
        """The records as known at the end of that day; NothingKnown before the first school day."""
        policies = self.policies(loads_through)
        known = View(as_of, 0, loads_through, policies=policies)
        firsts = self.run(first_days_script(known.shape), known.values)
        begun = [(int(year), first.date()) for year, first in zip(firsts.school_year, firsts["first"], strict=True)]
        year = school_year_of(begun, as_of)
        if year is None:
            raise NothingKnown(f"as-of date {as_of}: {self.why_no_year(as_of)}")
        return View(as_of, year, loads_through, first_day=dict(begun)[year], policies=policies)

    def why_no_year(self, as_of: date) -> str:
        """Why a day has no school year: its calendar begins later, or was not known yet."""
        calendar = self.current("calendar_days")
        days = calendar.loc[calendar["in_session"].astype(bool), ["date", "known_on"]].min()
        if pd.isna(days["date"]) or days["date"].date() > as_of:
            on_record = "none" if pd.isna(days["date"]) else days["date"].date()
            return f"before the first school day on record ({on_record}); choose a later date"
        return (
            f"the calendar was not known by then, but from {days['known_on'].date()} on; see to `known_on` of "
            "calendar_days, and load into a new warehouse"
        )

    def view_with_transfers(self, as_of: date, *, loads_through: int | None = None) -> View:
        """The same with the records that other districts let go with students: what features read."""
        return replace(self.view(as_of, loads_through=loads_through), transfers=self.transfers())

    def transfers(self) -> Transfers:
        """Whether records of other districts are here, and whether any spell of theirs shares a day with another."""
        name = transferred_name("enrollments")
        if not (self.has_table(name) and self.has_rows(name)):
            return "none"
        return "sharing_days" if self.records(query_script(any_overlap, with_transfers=True)) else "apart"

    def policies(self, loads_through: int | None = None) -> ViewPolicies:
        """The policies by which records are read: those of the newest load, or of the newest up to `loads_through`."""
        newest = "SELECT policies FROM loads WHERE ? IS NULL OR load_id <= ? ORDER BY load_id DESC LIMIT 1"
        found = self.connection.execute(newest, [loads_through, loads_through]).fetchall()
        return policies_from(found[0][0] if found else None)

    def declared_policies(self) -> str | None:
        """The policies that `ontrack.toml` declared at the newest load; None where an earlier version loaded it."""
        found = self.connection.execute("SELECT declared FROM loads ORDER BY load_id DESC LIMIT 1").fetchall()
        return found[0][0] if found else None

    def known_at(self, view: View) -> "ReaderAsOf":
        """A reader for whom nothing is on record but what a view shows; it shares this one's steps."""
        from features.warehouse.reader_as_of import ReaderAsOf  # which is a reader too

        return ReaderAsOf(self.connection, view, shared=self.shared)

    def visible(self, view: View, name: str) -> pd.DataFrame:
        """Every row of a canonical table that a view shows."""
        return self.run(visible_script(name, view.shape), view.values)

    def column_names(self, name: str) -> list[str]:
        """The names of a table's columns, in their order; none where there is no such table."""
        try:
            return list(self.connection.table(name).columns)
        except duckdb.CatalogException:
            return []

    def has_every_column(self) -> bool:
        """Whether every table is there, each with its columns in the order in which they are declared.

        Asked table by table: the first look into DuckDB's own lists of tables and columns takes 10 to 20 ms.
        """
        wanted = {name: list(schema_of(table)) for name, table in TABLES.items()}
        return all(self.column_names(name)[: len(columns)] == columns for name, columns in wanted.items())

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return bool(self.column_names(name))

    def has_rows(self, name: str) -> bool:
        """Whether a table has a row."""
        return bool(self.connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchall())  # noqa: S608 - our own names

    @cached_property
    def school_year_spans(self) -> Mapping[int, tuple[date, date]]:
        """The first and the last day of instruction of each school year, over all schools; read once."""
        days = self.current("calendar_days")
        dates = days[days["in_session"].astype(bool)].groupby("school_year")["date"]
        spans = zip(dates.min().items(), dates.max(), strict=True)
        return {
            int(str(year)): (pd.Timestamp(first).date(), pd.Timestamp(last).date()) for (year, first), last in spans
        }

    def last_school_day(self, school_year: int) -> date:
        """The last day of instruction of a school year, over all schools; KeyError where it is not on record."""
        return self.school_year_spans[school_year][1]

    def data_through(self) -> date:
        """The latest date on which anything in attendance or marks became known."""
        latest = [pd.Timestamp(self.run(newest_script(name))["newest"].iloc[0]) for name in ("attendance", "marks")]
        known = [day.date() for day in latest if not pd.isna(day)]
        if not known:
            raise NothingKnown("the warehouse has no attendance and no marks; run `ontrack ingest` first")
        return max(known)

    def data_version(self) -> str:
        """The digest of the latest load: which data a score or a model was made from."""
        loads = self.current("loads").sort_values("load_id")
        return str(loads["digest"].iloc[-1]) if len(loads) else "empty"
