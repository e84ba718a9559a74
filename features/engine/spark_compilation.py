"""The same expressions compiled to Spark's SQL. Ibis' compiler alone is asked, which needs neither PySpark nor Java."""

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.common.temporal import DateUnit
from sqlglot.expressions import Cast, Expression, Placeholder

from features.engine.parameters import Parameter


class SparkScriptCompiler(PySparkCompiler):  # type: ignore[misc]  # Ibis tells no types
    """Spark's compiler, for which a parameter is given by name when the statement is run.

    A missing number is null, never NaN: Ibis' option of treating one as the other, which only stands where its backend
    was imported, is not asked for.
    """

    post_rewrites = ()
    """Not Ibis' own for Spark: of distinct rows in an order it makes the rows that differ in any filtered column."""

    def visit_Parameter(self, op: Parameter, *, label: str, **_: object) -> Cast:  # noqa: N802  # called by name
        """The place of a parameter, typed: a value that is missing has no type of its own."""
        return Cast(this=Placeholder(this=label), to=self.type_mapper.from_ibis(op.dtype))

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: object, dtype: dt.DataType) -> Expression | None:  # noqa: N802
        """A value as it stands in a definition."""
        if dtype.is_floating():
            found: Expression = SQLGlotCompiler.visit_NonNullLiteral(self, op, value=value, dtype=dtype)
            return found
        other: Expression | None = super().visit_NonNullLiteral(op, value=value, dtype=dtype)
        return other

    def visit_DateTruncate(self, op: ops.DateTruncate, *, arg: Expression, unit: DateUnit) -> Expression:  # noqa: N802
        """The first day of a month or week, as a day: Spark's own word for it gives a time."""
        found: Expression = self.cast(self.visit_TimestampTruncate(op, arg=arg, unit=unit), op.dtype)
        return found

    def visit_Field(self, op: ops.Field, *, rel: Expression, name: str) -> Expression:  # noqa: N802
        """A column."""
        found: Expression = SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name)
        return found
