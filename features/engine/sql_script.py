"""A query in steps: what several parts of it read is made once, as a temporary table, in the order of the steps."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd


class Steps:
    """The intermediate tables of one query, as they are asked for."""

    def __init__(self) -> None:
        self.made: dict[str, ir.Table] = {}

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The table of that name; it is made, and becomes a step, where it is none yet."""
        if name not in self.made:
            self.made[name] = make()
        return ibis.table(self.made[name].schema(), name=name)


@dataclass(frozen=True)
class Script:
    """Steps and a last query over them, in DuckDB's SQL."""

    steps: tuple[tuple[str, str], ...]
    sql: str

    def frame(self, connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        """What the last query finds; the steps are gone afterwards."""
        made = []
        try:
            for name, sql in self.steps:
                connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
                made.append(name)
            found: pd.DataFrame = connection.execute(self.sql).df()
            return found
        finally:
            for name in made:
                connection.execute(f'DROP TABLE temp."{name}"')


def script_of(query: ir.Table, steps: Steps) -> Script:
    """A query and its steps as SQL."""
    made = [(name, str(ibis.to_sql(one, dialect="duckdb", pretty=False))) for name, one in steps.made.items()]
    return Script(tuple(made), str(ibis.to_sql(query, dialect="duckdb", pretty=False)))
