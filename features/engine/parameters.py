"""The parameters of a compiled script: days and numbers that are given when it runs, as nodes of an Ibis expression."""

import ibis.expr.datashape as ds
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir


class Parameter(ops.Value):  # type: ignore[misc]  # Ibis tells no types
    """A value that an expression does not know: it is given by name when the compiled script runs."""

    dtype: dt.DataType
    label: str
    shape = ds.scalar

    @property
    def name(self) -> str:
        """What a column without another name is called, which is never asked for."""
        return self.label


def day_parameter(name: str) -> ir.DateScalar:
    """A day that is given when the script runs."""
    day: ir.DateScalar = Parameter(dt.date, name).to_expr()
    return day


def number_parameter(name: str) -> ir.IntegerScalar:
    """A whole number that is given when the script runs."""
    number: ir.IntegerScalar = Parameter(dt.int64, name).to_expr()
    return number


def text_parameter(name: str) -> ir.StringScalar:
    """A text that is given when the script runs."""
    text: ir.StringScalar = Parameter(dt.string, name).to_expr()
    return text
