"""A compiled query: SQL in steps, with parameters. What several parts of it read is made once, as a temporary table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import duckdb
import pandas as pd

from features.engine.view import Values

MOST_PARSED = 500
"""Statements whose parsed form is kept, the last ones used: of some 15 bytes for each character. DuckDB needs more than
a millisecond to parse a thousand characters, and a definition is run again for each date and file."""

Dialect = Literal["duckdb", "spark"]
"""Whose SQL a script is."""

PARSED: dict[str, duckdb.Statement] = {}
PARSING = Lock()
"""Held while a parsed statement is taken or put back: threads share them."""


def execute(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Run one statement; its parsed form is kept for all connections of the process, names are looked up anew."""
    with PARSING:
        parsed = PARSED.pop(sql, None)
    if parsed is None:
        (parsed,) = connection.extract_statements(sql)
    with PARSING:
        PARSED[sql] = parsed
        if len(PARSED) > MOST_PARSED:
            del PARSED[next(iter(PARSED))]
    return connection.execute(parsed)


@dataclass(frozen=True)
class Script:
    """Steps and a last query over them, in SQL, the names of its parameters, and which steps are views.

    Its methods run DuckDB's; `features.lake` runs Spark's.
    """

    steps: tuple[tuple[str, str], ...]
    sql: str
    parameters: tuple[str, ...] = ()
    views: frozenset[str] = frozenset()
    dialect: Dialect = "duckdb"

    def kind(self, step: str) -> str:
        """What a step is made as, in SQL."""
        return "VIEW" if step in self.views else "TABLE"

    def frame(self, connection: duckdb.DuckDBPyConnection, values: Values) -> pd.DataFrame:
        """What the last query finds; the steps are gone afterwards. KeyError for a parameter without a value."""
        with self.steps_made(connection, values):
            found: pd.DataFrame = execute(connection, self.sql).df()
            return found

    def rows(self, connection: duckdb.DuckDBPyConnection, values: Values) -> list[tuple[object, ...]]:
        """The same as Python values."""
        with self.steps_made(connection, values):
            found: list[tuple[object, ...]] = execute(connection, self.sql).fetchall()
            return found

    def run_within(
        self, connection: duckdb.DuckDBPyConnection, before: str, values: Values, after: str = ""
    ) -> list[tuple[object, ...]]:
        """Run a statement around the last query, such as `CREATE TABLE … AS`, and return the rows that it gives."""
        with self.steps_made(connection, values):
            found: list[tuple[object, ...]] = execute(connection, f"{before} {self.sql} {after}").fetchall()
            return found

    def records(self, connection: duckdb.DuckDBPyConnection, values: Values) -> list[dict[str, object]]:
        """The same as Python values by column."""
        with self.steps_made(connection, values):
            found = execute(connection, self.sql)
            names = [name for name, *_ in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @contextmanager
    def steps_made(self, connection: duckdb.DuckDBPyConnection, values: Values) -> Iterator[None]:
        """A time in which the parameters have these values and the temporary tables of the steps exist."""
        made = []
        try:
            self.set_parameters(connection, values)
            for name, sql in self.steps:
                execute(connection, f'CREATE OR REPLACE TEMP {self.kind(name)} "{name}" AS {sql}')
                made.append(name)
            yield
        finally:
            for name in reversed(made):
                connection.execute(f'DROP {self.kind(name)} temp."{name}"')

    def set_parameters(self, connection: duckdb.DuckDBPyConnection, values: Values) -> None:
        """Give each parameter its value on this connection: cursors do not share them, and one not set reads as null.

        KeyError for a parameter without a value.
        """
        given = {name: values[name] for name in self.parameters}
        for name, value in given.items():
            connection.execute(f'SET VARIABLE "{name}" = ?', [value])
