"""The same expressions compiled to SQLite's SQL, for a few students at a time: SQLite plans in microseconds.

DuckDB plans a statement anew each time it is run, which takes longer than a handful of rows do. Dates are ISO text and
booleans are integers here; everything that is summed is an integer, so that both engines give the same bits.
"""

import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.compilers.sqlite import SQLiteCompiler
from sqlglot.expressions import Expression, Placeholder, convert
from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

from features.engine.compilation import CompiledTable, Steps, script_of, without_collection
from features.engine.parameters import Parameter
from features.engine.sql_script import Script
from features.engine.sqlite_engine import APART, SHIFT


class SqliteScriptCompiler(SQLiteCompiler):  # type: ignore[misc]  # Ibis tells no types
    """SQLite's compiler, for which a parameter is given by name when the statement is run."""

    def visit_Parameter(self, op: Parameter, *, label: str, **_: object) -> Placeholder:  # noqa: N802  # called by name
        """The place of a parameter."""
        return Placeholder(this=label)

    def visit_DateAdd(self, op: ops.DateAdd, *, left: Expression, **_: object) -> Expression:  # noqa: N802
        """A date so many days later."""
        return self.shifted(op, left, 1)

    def visit_DateSub(self, op: ops.DateSub, *, left: Expression, **_: object) -> Expression:  # noqa: N802
        """A date so many days earlier."""
        return self.shifted(op, left, -1)

    def shifted(self, op: ops.DateAdd | ops.DateSub, day: Expression, sign: int) -> Expression:
        """A date moved by a fixed number of days; TypeError for any other interval."""
        if not isinstance(op.right, ops.Literal) or op.right.dtype.unit.value != "D":
            raise TypeError("a day is moved by a fixed number of days")
        shifted: Expression = self.f.anon[SHIFT](day, convert(sign * int(op.right.value)))
        return shifted

    def visit_DateDelta(  # noqa: N802
        self, op: ops.DateDelta, *, left: Expression, right: Expression, **_: object
    ) -> Expression:
        """The days from the right date to the left one."""
        apart: Expression = self.f.anon[APART](left, right)
        return apart


COMPILER = SqliteScriptCompiler()


def compile_for_sqlite(query: ir.Table, steps: Steps | None = None) -> Script:
    """A query and its steps as SQLite's SQL. What is nested is put side by side: SQLite reads few levels."""
    with without_collection():
        return script_of(query, steps or Steps(), compile_sqlite_table)


def compile_sqlite_table(table: ops.Relation) -> CompiledTable:
    """A table expression as SQLite's SQL, and the names of its parameters."""
    flat = eliminate_subqueries(COMPILER.to_sqlglot(table.to_expr()))
    return str(flat.sql(dialect=COMPILER.dialect)), frozenset(one.label for one in table.find(Parameter))
