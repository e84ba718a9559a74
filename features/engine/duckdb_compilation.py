"""Ibis' compiler for DuckDB, which reads a parameter as a variable of the connection."""

from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from sqlglot.expressions import Anonymous, Literal

from features.engine.parameters import Parameter


class ScriptCompiler(DuckDBCompiler):  # type: ignore[misc]  # Ibis tells no types
    """DuckDB's compiler, for which a parameter is a variable of the connection."""

    def visit_Parameter(self, op: Parameter, *, label: str, **_: object) -> Anonymous:  # noqa: N802  # called by name
        """The function of DuckDB that reads the variable."""
        return Anonymous(this="GETVARIABLE", expressions=[Literal.string(label)])


COMPILER = ScriptCompiler()
