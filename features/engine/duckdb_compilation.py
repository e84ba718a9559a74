"""Ibis' compiler for DuckDB, which reads a parameter as a variable of the connection."""

from collections.abc import Iterable

from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.expr.operations import DropColumns
from sqlglot.expressions import Anonymous, Literal, Select, Table

from features.engine.parameters import Parameter


class ScriptCompiler(DuckDBCompiler):  # type: ignore[misc]  # Ibis tells no types
    """DuckDB's compiler, for which a parameter is a variable of the connection."""

    def visit_Parameter(self, op: Parameter, *, label: str, **_: object) -> Anonymous:  # noqa: N802  # called by name
        """The function of DuckDB that reads the variable."""
        return Anonymous(this="GETVARIABLE", expressions=[Literal.string(label)])

    def visit_DropColumns(  # noqa: N802  # called by name
        self, op: DropColumns, *, parent: Table, columns_to_drop: Iterable[str]
    ) -> Select:
        """A table without some columns, which are named in one order in every process.

        Ibis names them in that of a set; the same step of two scripts that two processes compiled was not the same.
        """
        found: Select = super().visit_DropColumns(op, parent=parent, columns_to_drop=sorted(columns_to_drop))
        return found


COMPILER = ScriptCompiler()
