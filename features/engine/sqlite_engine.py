"""SQLite databases in memory in which scripts run over a few students' rows, which are gone afterwards."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from threading import BoundedSemaphore, Lock

from features.engine.sql_script import Script
from features.engine.view import Values
from features.table_schema import ENVELOPE, Table

MOST_USED = 4
"""Databases in which scripts run at once: threads take turns at a processor, so more of them would end no sooner, and
each leaves a database of about 1 MiB behind, for good.
"""
MOST_IDLE = 16
"""Databases that are kept for the next request, of all scripts together."""
STATEMENTS = 256
"""Statements that a connection keeps ready."""

SHIFT, APART = "shifted_day", "days_between"
"""Functions that add days to a date and count them: SQLite's own need newer versions."""

Cell = str | int | float | None
RowsByTable = Mapping[str, Sequence[Sequence[Cell]]]


@dataclass(frozen=True)
class FoundRows:
    """The rows that a query found, by the names of their columns."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True)
class Waiting:
    """A database that waits for its next use: its script, and the rows that it holds between uses."""

    script: Script
    beside: RowsByTable
    connection: sqlite3.Connection


NOTHING: RowsByTable = {}


class SqliteEngine:
    """Databases with empty tables, each for one script; one is taken for each use, and a few wait for the next.

    At most MOST_USED are in use at a time, by as many threads; the next one waits. A thread may use only one.
    """

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tuple(tables)
        self.idle: list[Waiting] = []
        self.lock = Lock()
        self.turns = BoundedSemaphore(MOST_USED)

    @contextmanager
    def rows(
        self, script: Script, given: RowsByTable, *, beside: RowsByTable = NOTHING
    ) -> Iterator[sqlite3.Connection]:
        """A database in which a script may be run over these rows; they are taken back at the end.

        Those `beside` them stay there, for the next use with the very same: a calendar, never a student's.
        """
        with self.turns, self.database(script, beside) as connection:
            connection.execute("BEGIN")
            try:
                insert_rows(connection, given)
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def database(self, script: Script, beside: RowsByTable) -> Iterator[sqlite3.Connection]:
        """A database with the rows beside, which waits for its next use at the end."""
        taken = self.take(script, beside)
        connection = taken.connection if taken else self.made(script)
        if taken is None or taken.beside is not beside:
            exchange_rows(connection, taken.beside if taken else NOTHING, beside)
        try:
            yield connection
        finally:
            self.give_back(Waiting(script, beside, connection))

    def take(self, script: Script, beside: RowsByTable) -> Waiting | None:
        """A waiting database of a script: one that holds the rows beside, where there is one."""
        with self.lock:
            own = [one for one in self.idle if one.script is script]
            found = next((one for one in own if one.beside is beside), own[0] if own else None)
            if found is not None:
                self.idle = [one for one in self.idle if one is not found]
        return found

    def give_back(self, used: Waiting) -> None:
        """Lets a database wait for the next use; that which has waited longest goes where there are too many."""
        with self.lock:
            self.idle.append(used)
            closed = self.idle.pop(0).connection if len(self.idle) > MOST_IDLE else None
        if closed is not None:
            closed.close()

    def made(self, script: Script) -> sqlite3.Connection:
        """A database with the empty tables and steps of a script."""
        connection = sqlite3.connect(
            ":memory:", isolation_level=None, cached_statements=STATEMENTS, check_same_thread=False
        )
        connection.execute("PRAGMA case_sensitive_like = ON")
        connection.create_function(SHIFT, 2, shifted_day, deterministic=True)
        connection.create_function(APART, 2, days_between, deterministic=True)
        for table in self.tables:
            columns = ", ".join(f'"{column.name}"' for column in (*table.columns, *ENVELOPE))
            connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
        unknown = dict.fromkeys(script.parameters)
        for name, sql in script.steps:
            connection.execute(f'CREATE TEMP TABLE "{name}" AS {sql}', unknown)
            connection.execute(f'DELETE FROM temp."{name}"')  # noqa: S608 - our own names
        return connection


def exchange_rows(connection: sqlite3.Connection, old: RowsByTable, new: RowsByTable) -> None:
    """Takes rows that a database holds between uses out of it, and puts others in; both or neither."""
    connection.execute("BEGIN")
    try:
        for name in old:
            connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - our own names
        insert_rows(connection, new)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise


def insert_rows(connection: sqlite3.Connection, given: RowsByTable) -> None:
    """Puts rows into the tables of these names."""
    for name, rows in given.items():
        if rows:
            places = ", ".join("?" * len(rows[0]))
            connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)  # noqa: S608 - our own names


def run(connection: sqlite3.Connection, script: Script, values: Values) -> FoundRows:
    """What the last query of a script finds, from steps that are made in order; KeyError without a value."""
    given = {name: as_given(values[name]) for name in script.parameters}
    for name, sql in script.steps:
        connection.execute(f'INSERT INTO temp."{name}" {sql}', given)
    found = connection.execute(script.sql, given)
    return FoundRows(tuple(name for name, *_ in found.description), found.fetchall())


def as_given(value: object) -> Cell:
    """A parameter as SQLite takes it: a date as ISO text."""
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(type(value).__name__)


def shifted_day(day: str | None, days: int) -> str | None:
    """A day of ISO text moved by days."""
    return None if day is None else (date.fromisoformat(day[:10]) + timedelta(days=days)).isoformat()


def days_between(last: str | None, first: str | None) -> int | None:
    """The days from a day of ISO text to another."""
    if last is None or first is None:
        return None
    return (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days
