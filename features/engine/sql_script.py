"""A compiled query: SQL in steps, with parameters. What several parts of it read is made once, as a temporary table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pandas as pd

from features.engine.view import Values


@dataclass(frozen=True)
class Script:
    """Steps and a last query over them, in DuckDB's SQL, and the names of the parameters in it."""

    steps: tuple[tuple[str, str], ...]
    sql: str
    parameters: tuple[str, ...] = ()

    def frame(self, connection: duckdb.DuckDBPyConnection, values: Values) -> pd.DataFrame:
        """What the last query finds; the steps are gone afterwards. KeyError for a parameter without a value."""
        with self.steps_made(connection, values):
            found: pd.DataFrame = connection.execute(self.sql).df()
            return found

    def rows(self, connection: duckdb.DuckDBPyConnection, values: Values) -> list[tuple[object, ...]]:
        """The same as Python values."""
        with self.steps_made(connection, values):
            found: list[tuple[object, ...]] = connection.execute(self.sql).fetchall()
            return found

    def run_within(
        self, connection: duckdb.DuckDBPyConnection, before: str, values: Values, after: str = ""
    ) -> list[tuple[object, ...]]:
        """Run a statement around the last query, such as `CREATE TABLE … AS`, and return the rows that it gives."""
        with self.steps_made(connection, values):
            found: list[tuple[object, ...]] = connection.execute(f"{before} {self.sql} {after}").fetchall()
            return found

    def records(self, connection: duckdb.DuckDBPyConnection, values: Values) -> list[dict[str, object]]:
        """The same as Python values by column."""
        with self.steps_made(connection, values):
            found = connection.execute(self.sql)
            names = [name for name, *_ in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @contextmanager
    def steps_made(self, connection: duckdb.DuckDBPyConnection, values: Values) -> Iterator[None]:
        """A time in which the parameters have these values and the temporary tables of the steps exist."""
        made = []
        try:
            self.set_parameters(connection, values)
            for name, sql in self.steps:
                connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
                made.append(name)
            yield
        finally:
            for name in made:
                connection.execute(f'DROP TABLE temp."{name}"')

    def set_parameters(self, connection: duckdb.DuckDBPyConnection, values: Values) -> None:
        """Give each parameter its value on this connection: cursors do not share them, and one not set reads as null.

        KeyError for a parameter without a value.
        """
        given = {name: values[name] for name in self.parameters}
        for name, value in given.items():
            connection.execute(f'SET VARIABLE "{name}" = ?', [value])
