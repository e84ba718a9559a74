"""Ibis expressions compiled to a script of SQL: DuckDB's, or that of the engine for which a task compiles.

A process that finds all of its scripts on disk compiles nothing, so Ibis' compilers are imported by what first does.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from features.engine.dialect import current_dialect
from features.engine.parameters import Parameter
from features.engine.sql_script import Dialect, Script

if TYPE_CHECKING:
    from ibis.backends.sql.compilers.base import SQLGlotCompiler

MOST_COMPILED = 400
"""Tables whose SQL is kept: scripts of several cohorts and feature sets have steps in common."""

CompiledTable = tuple[str, frozenset[str]]
"""A table's SQL, and the names of its parameters."""

TableCompiler = Callable[[ops.Relation], CompiledTable]
"""What makes SQL of a table expression, in one engine's words."""


class Steps:
    """The intermediate tables of one query, as they are asked for."""

    def __init__(self) -> None:
        self.made: dict[str, ir.Table] = {}
        self.views: list[str] = []

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The table of that name; it is made, and becomes a step, where it is none yet."""
        if name not in self.made:
            self.made[name] = make()
        return ibis.table(self.made[name].schema(), name=name)

    def view(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The same as a view of other steps: for a plain choice of their columns, of which few rows may be read."""
        if name not in self.made:
            self.views.append(name)
        return self.kept(name, make)

    def compiled(self, compiler: TableCompiler) -> list[tuple[str, CompiledTable]]:
        """The steps in the order in which they are made."""
        return [(name, compiler(table.op())) for name, table in self.made.items()]


def compile_script(query: ir.Table, steps: Steps | None = None) -> Script:
    """A query and its steps as SQL; ValueError for a view with parameters, which could have other values when read."""
    return script_of(query, steps or Steps(), compile_table)


def script_of(query: ir.Table, steps: Steps, compiler: TableCompiler) -> Script:
    """A query and its steps in the words of an engine."""
    compiled = steps.compiled(compiler)
    if any(names for name, (_, names) in compiled if name in steps.views):
        raise ValueError(f"a view has parameters: {sorted(steps.views)}")
    sql, used = compiler(query.op())
    parameters = used.union(*(names for _, (_, names) in compiled))
    views = frozenset(steps.views)
    made = tuple((name, step) for name, (step, _) in compiled)
    return Script(made, sql, tuple(sorted(parameters)), views, current_dialect())


def compile_table(table: ops.Relation) -> CompiledTable:
    """A table expression as the SQL of this time's engine, and the names of its parameters."""
    return compile_for(current_dialect(), table)


@lru_cache(maxsize=MOST_COMPILED)
def compile_for(dialect: Dialect, table: ops.Relation) -> CompiledTable:
    """A table expression as the SQL of a dialect, and the names of its parameters."""
    compiler = compiler_for(dialect)
    sql = compiler.to_sqlglot(table.to_expr()).sql(dialect=compiler.dialect)
    return str(sql), frozenset(one.label for one in table.find(Parameter))


def compiler_for(dialect: Dialect) -> "SQLGlotCompiler":
    """Ibis' compiler for a dialect; that for Spark needs neither Spark nor Java."""
    if dialect == "duckdb":
        from features.engine.duckdb_compilation import COMPILER

        return COMPILER
    from features.engine.spark_compilation import SparkScriptCompiler

    return SparkScriptCompiler()


@contextmanager
def without_collection() -> Iterator[None]:
    """A time without garbage collection, which would look at an expression's thousands of nodes again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
