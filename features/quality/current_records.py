"""What a check looks at: the records that hold now, as far as they are known today."""

from datetime import date
from typing import TypeVar

import ibis.expr.types as ir
from pydantic import TypeAdapter

from features.warehouse.reader import Reader, current_rows, sql_of

Record = TypeVar("Record")


def known_rows(name: str, today: date) -> ir.Table:
    """The current rows of a canonical table that were known by today.

    The version of a past day would need a look at every version of every record: the whole table, ranked.
    """
    table = current_rows(name)
    return table.filter(table.known_on <= today)


def rows_of(reader: Reader, expression: ir.Table) -> list[tuple[object, ...]]:
    """The rows of an expression as Python values: few, for everything is counted in the warehouse."""
    found: list[tuple[object, ...]] = reader.connection.execute(sql_of(expression)).fetchall()
    return found


def records_of(reader: Reader, expression: ir.Table, kind: type[Record]) -> list[Record]:
    """The rows of an expression, each as a record whose fields are named like its columns."""
    adapter, names = TypeAdapter(kind), expression.columns
    return [adapter.validate_python(dict(zip(names, row, strict=True))) for row in rows_of(reader, expression)]
