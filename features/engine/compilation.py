"""Ibis expressions compiled to a script of DuckDB's SQL."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from features.engine.parameters import with_variables
from features.engine.sql_script import Script


class Steps:
    """The intermediate tables of one query, as they are asked for."""

    def __init__(self) -> None:
        self.made: dict[str, ir.Table] = {}

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The table of that name; it is made, and becomes a step, where it is none yet."""
        if name not in self.made:
            self.made[name] = make()
        return ibis.table(self.made[name].schema(), name=name)


def compile_script(query: ir.Table, steps: Steps | None = None) -> Script:
    """A query and its steps as SQL."""
    made = steps.made.items() if steps else ()
    compiled = [(name, *compile_table(table)) for name, table in made]
    sql, used = compile_table(query)
    parameters = used.union(*(names for _, _, names in compiled))
    return Script(tuple((name, step) for name, step, _ in compiled), sql, tuple(sorted(parameters)))


def compile_table(table: ir.Table) -> tuple[str, frozenset[str]]:
    """A table expression as DuckDB's SQL, and the names of its parameters."""
    expression, parameters = with_variables(table)
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False)), parameters
