"""The records that a check reads: current ones that were known by the day of the check."""

from datetime import date
from typing import TypeVar

import ibis.expr.types as ir
from pydantic import TypeAdapter

from features.engine.parameters import day_parameter
from features.engine.sql_script import Script
from features.engine.view import Values
from features.warehouse.reader import Reader, current_rows

Record = TypeVar("Record")


TODAY = "today"
"""The parameter that is the day of a check."""


def check_day() -> ir.DateScalar:
    """The day of a check, as a parameter of its queries."""
    return day_parameter(TODAY)


def known_rows(name: str) -> ir.Table:
    """The current rows of a canonical table that were known by the day of the check.

    The version of a past day would need a look at every version of every record: the whole table, ranked.
    """
    table = current_rows(name)
    return table.filter(table.known_on <= check_day())


def rows_of(reader: Reader, script: Script, today: date) -> list[tuple[object, ...]]:
    """The rows of a query as Python values: few, for everything is counted in the warehouse."""
    return reader.records(script, {TODAY: today})


def records_of(
    reader: Reader, script: Script, kind: type[Record], today: date, values: Values | None = None
) -> list[Record]:
    """The rows of a query, each as a record whose fields are named like its columns."""
    adapter = TypeAdapter(kind)
    rows = reader.named_records(script, {TODAY: today, **(values or {})})
    return [adapter.validate_python(row) for row in rows]
