"""Forms: how a cell's text becomes a value of its column's kind. A text that is none becomes nothing."""

import operator
from collections.abc import Sequence
from datetime import datetime
from functools import reduce

import ibis
import ibis.expr.types as ir

from features.engine.column_types import IBIS_TYPES
from features.file_mapping.declaration import ColumnMapping
from features.table_schema import Column, Kind

WHOLE = r"^-?[0-9]{1,18}$"
DECIMAL = r"^-?([0-9]{1,12}\.?[0-9]*|\.[0-9]+)$"
MANGLED = r"^[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[0-9]+\.0+$"
"""What a spreadsheet makes of a long id: 1E+05, or 123.0."""

IDS = (
    "student_id", "school_id", "staff_id", "incident_id", "section_id", "course_id", "term_id", "support_id",
    "state_id",
)  # fmt: skip
"""Columns that hold an id, in the words of files."""

FIRST_MONTH = 7
"""A school year begins in this month, as far as a month-day of a school year goes."""

EARLIEST, LATEST = 1900, 2100
"""Years that a date may have."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis has no types
def try_strptime(text: str, forms: list[str]) -> datetime:  # type: ignore[empty-body]  # a function of DuckDB
    """The time that a text tells in the first form that fits; nothing where none does."""


def text_of(cell: ir.StringValue, said: ColumnMapping) -> ir.StringValue:
    """A cell's text after the pattern and the padding of its column; nothing where the pattern does not fit."""
    if said.pattern is not None:
        cell = cell.re_extract(said.pattern, 1).strip().nullif("")
    if said.digits is not None:
        cell = ibis.ifelse(cell.re_search("^[0-9]+$"), padded(cell, said.digits), cell)
    return cell


def padded(text: ir.StringValue, digits: int) -> ir.StringValue:
    """A text with zeros before it; a longer one as it is."""
    return text.lpad(digits, "0")


def decode(text: ir.StringValue, codes: dict[str, str]) -> ir.StringValue:
    """What a code means; nothing for one that is not mapped, or means that there is nothing."""
    if "" in codes:
        text = text.fill_null("")
    return text.cases(*((code, meaning or None) for code, meaning in codes.items()), else_=None)


def value_of(column: Column, said: ColumnMapping, text: ir.StringValue, dates: Sequence[str]) -> ir.Value:
    """A text as a value of its column; nothing where it has not the form, or is not allowed."""
    if column.allowed:
        return ibis.ifelse(text.isin(column.allowed), text, None)
    match column.kind:
        case "date":
            return date_of(text, said.dates or dates)
        case "boolean":
            return text.lower().cases(("true", True), ("false", False), else_=None)
        case "hundredths" if said.times:
            number = ibis.ifelse(text.re_search(DECIMAL), text.try_cast("decimal(18, 6)"), None)
            return (number * said.times).round().cast("int64")
        case "integer" | "hundredths":
            return ibis.ifelse(text.re_search(WHOLE), text.try_cast("int64"), None)
        case _:
            return text


def date_of(text: ir.StringValue, forms: Sequence[str]) -> ir.DateValue:
    """The day that a text names in the first form that fits, nothing where none does or the year cannot be."""
    # %Y reads 24 as the year 24, so that a form with %y comes first: it does not fit 2024.
    ordered = sorted(forms, key=lambda form: "%Y" in form)
    day = try_strptime(text, ibis.array(ordered)).date()
    return ibis.ifelse(day.year().between(EARLIEST, LATEST), day, None)


def constant(column: Column, said: str) -> ir.Value:
    """The value that every row has."""
    if column.kind == "boolean":
        return ibis.literal(said == "true")
    return ibis.literal(said).cast(IBIS_TYPES[column.kind])


def day_of_school_year(month_day: str, school_year: ir.IntegerValue) -> ir.DateValue:
    """A month-day of the school year that ends in that year; nothing for a year that cannot be."""
    month, day = (int(part) for part in month_day.split("-"))
    year = school_year - int(month >= FIRST_MONTH)
    sound = ibis.ifelse(year.between(EARLIEST, LATEST), year, None)
    return ibis.date(sound.cast("int32"), month, day)


def is_spreadsheet_damaged(text: ir.StringValue) -> ir.BooleanValue:
    """Whether an id went through a spreadsheet. The cheap tests come first: nearly no id passes them."""
    suspect = text.endswith("0") & text.contains(".") | text.upper().contains("E+")
    return ibis.ifelse(suspect, text.re_search(MANGLED), False)


def mask(text: ir.StringValue) -> ir.StringValue:
    """A text's shape: letters as x, digits as 9, at most 40 characters."""
    return text.substr(0, 40).re_replace(r"\p{L}|\p{M}", "x").re_replace(r"\p{N}", "9")


def any_of(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether one of some conditions holds; one about a missing value does not."""
    return reduce(operator.or_, (condition.fill_null(False) for condition in conditions), ibis.literal(False))


EXPECTED: dict[Kind, str] = {
    "integer": "a whole number",
    "hundredths": "a whole number of hundredths",
}
"""How a value of each kind is written, for an error."""


def expected_of(column: Column, said: ColumnMapping, dates: Sequence[str]) -> str:
    """The form of a column's cells, for an error."""
    if column.kind == "hundredths" and said.times:
        return "a number such as 0.5"
    return date_form(said.dates or dates) if column.kind == "date" else EXPECTED[column.kind]


def date_form(dates: Sequence[str]) -> str:
    """How a date is written, for an error."""
    return f"a date as {' or '.join(spoken(form) for form in dates)}"


SPOKEN = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Mon", "%B": "Month"}


def spoken(form: str) -> str:
    """A date's form as people write it, such as MM/DD/YYYY."""
    for sign, word in SPOKEN.items():
        form = form.replace(sign, word)
    return form
