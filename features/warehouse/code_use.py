"""How many students have a record with each code in a school year: how districts that mean different things differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.parameters import day_parameter
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.warehouse.reader import Reader


@dataclass(frozen=True)
class Coded:
    """A column of codes, and the days from the first day of school in which they are counted; 0 for the whole year.

    In a whole year nearly every student has been absent once, so that the share says nothing.
    """

    column: str
    days: int = 0


CODED: Mapping[str, Coded] = {
    "attendance": Coded("kind", 28),
    "incidents": Coded("severity"),
    "discipline_actions": Coded("action"),
    "marks": Coded("mark"),
}
"""The column of each table whose codes are counted."""
MOST_CODES = 15
"""Values of a column, more of which are no codes: marks may be numbers."""


def code_use(reader: Reader, school_year: int) -> tuple[int, pd.DataFrame]:
    """How many students were enrolled in a school year, and how many have each code.

    As known on the year's last school day: `table`, `column`, `value` and `students`, a row a code.
    """
    first, last = reader.school_year_spans[school_year]
    view = reader.view(last)
    enrolled = int(reader.run(enrolled_script(view.shape), view.values)["students"].iloc[0])
    parts = [codes_in(reader, view, name, first) for name in CODED if reader.has_rows(name)]
    return enrolled, pd.concat([part for part in parts if len(part) <= MOST_CODES], ignore_index=True)


def codes_in(reader: Reader, view: View, name: str, first: date) -> pd.DataFrame:
    """How many students have each code of a table, in the school year that begins on a day."""
    coded = CODED[name]
    through = first + timedelta(days=coded.days) if coded.days else view.as_of
    values = {**view.values, "since": first, "through": through}
    return reader.run(code_script(name, coded.column, view.shape), values).assign(table=name, column=coded.column)


@cached_script
def enrolled_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for how many `students` were enrolled in the school year of the view."""
    tables = VisibleTables(shape)
    rows = tables.rows("enrollments")
    here = rows.filter(rows.school_year == tables.school_year)
    return compile_script(here.aggregate(students=here.student_key.nunique()))


@cached_script
def code_script(name: str, column: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for how many `students` have a row with each `value` of a column from `since` to `through`.

    Rows without a date are those of the school year.
    """
    tables = VisibleTables(shape)
    rows = of_the_year(tables, tables.rows(name))
    counted = rows.group_by(value=rows[column]).aggregate(students=rows.student_key.nunique())
    return compile_script(counted.filter(counted.value.notnull()).order_by("value"))


def of_the_year(tables: VisibleTables, rows: ir.Table) -> ir.Table:
    """The rows of the school year of the view."""
    if "date" not in rows.columns:
        return rows.filter(rows.school_year == tables.school_year)
    return rows.filter((rows.date >= day_parameter("since")) & (rows.date <= day_parameter("through")))
