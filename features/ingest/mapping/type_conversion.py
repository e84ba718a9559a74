"""Type conversion: from a cell's text to a value of its column's kind; null where the text is not one."""

import operator
import re
from collections.abc import Sequence
from datetime import datetime
from functools import reduce

import ibis
import ibis.expr.types as ir

from features.engine.column_types import IBIS_TYPES
from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.date_formats import SPREADSHEET
from features.file_mapping.declaration import Dialect
from features.table_schema import Column, Kind

WHOLE = r"^-?[0-9]{1,18}$"
DECIMAL = r"^-?([0-9]{1,12}\.?[0-9]*|\.[0-9]+)$"
MANGLED = r"^[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[0-9]+\.0+$"
"""How a spreadsheet writes a long id: 1E+05, or 123.0."""

DAY_COUNT, DAY_COUNT_DIGITS = r"^[1-7][0-9]{4}(\.[0-9]+)?$", 5
"""How a spreadsheet counts days: 45567, or 45567.5 at noon."""

UNDECLARED_DAY_COUNT = (
    'this may be how a spreadsheet counts days: export the column as a date, or add "spreadsheet" to `dates` in '
    "[districts.reading]"
)

DECIMAL_COMMA = r"^-?[0-9]+,[0-9]+$"
"""A number with a comma before its decimals, or between thousands."""

UNDECLARED_COMMA = (
    'for a comma before decimals say decimal = "," in [districts.reading], for one between thousands thousands = ","'
)

NUMBERS: tuple[Kind, ...] = ("integer", "hundredths")
"""Kinds of column that hold numbers."""

IDS = (
    "student_id", "school_id", "staff_id", "incident_id", "section_id", "course_id", "term_id", "support_id",
    "state_id", "recovers_course_id",
)  # fmt: skip
"""Columns that hold an id, by their name in files."""

FIRST_MONTH = 7
"""The month in which a school year begins, for a month-day of a school year."""

EARLIEST, LATEST = 1900, 2100
"""The first and the last year that a date may have."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis has no types
def try_strptime(text: str, formats: list[str]) -> datetime:  # type: ignore[empty-body]  # a function of DuckDB
    """The time that a text gives in the first format that fits; null where none does."""


def text_of(cell: ir.StringValue, mapping: ColumnMapping) -> ir.StringValue:
    """A cell's text after its column's pattern and zero padding; null where the pattern does not match."""
    if mapping.pattern is not None:
        cell = cell.re_extract(mapping.pattern, 1).strip().nullif("")
    if mapping.digits is not None:
        cell = ibis.ifelse(cell.re_search("^[0-9]+$"), padded(cell, mapping.digits), cell)
    return cell


def padded(text: ir.StringValue, digits: int) -> ir.StringValue:
    """A text padded with zeros on the left; a longer one stays as it is."""
    return text.lpad(digits, "0")


def decode(text: ir.StringValue, codes: dict[str, str]) -> ir.StringValue:
    """What a code means; null for a code that is not mapped, or is mapped to an empty value."""
    if "" in codes:
        text = text.fill_null("")
    return text.cases(*((code, meaning or None) for code, meaning in codes.items()), else_=None)


def value_of(column: Column, mapping: ColumnMapping, text: ir.StringValue, dates: Sequence[str]) -> ir.Value:
    """A text converted to its column's type; null where it does not have the format, or is not allowed."""
    if column.allowed:
        return ibis.ifelse(text.isin(column.allowed), text, None)
    match column.kind:
        case "date":
            return date_of(text, mapping.dates or dates)
        case "boolean":
            return text.lower().cases(("true", True), ("false", False), else_=None)
        case "hundredths" if mapping.times:
            number = ibis.ifelse(text.re_search(DECIMAL), text.try_cast("decimal(18, 6)"), None)
            return (number * mapping.times).round().cast("int64")
        case "integer" | "hundredths":
            return ibis.ifelse(text.re_search(WHOLE), text.try_cast("int64"), None)
        case _:
            return text


def plain_number(text: ir.StringValue, column: Column, dialect: Dialect) -> ir.StringValue:
    """A number's text with a point before its decimals and nothing between thousands, where it is written as declared.

    Null for a number that is written otherwise; the text of a column of another kind is as it was.
    """
    if column.kind not in NUMBERS or (dialect.decimal == "." and not dialect.thousands):
        return text
    group, mark = re.escape(dialect.thousands), re.escape(dialect.decimal)
    digits = f"([0-9]{{1,3}}({group}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
    bare = text.replace(dialect.thousands, "") if group else text
    written = text.re_search(rf"^-?{digits}({mark}[0-9]*)?$|^-?{mark}[0-9]+$")
    return ibis.ifelse(written, bare.replace(dialect.decimal, "."), None)


def date_of(text: ir.StringValue, formats: Sequence[str]) -> ir.DateValue:
    """The date in the first format that fits; null where none does, or the year is out of range."""
    # %Y reads 24 as the year 24, so formats with %y are tried first: they do not fit 2024.
    ordered = sorted((form for form in formats if form != SPREADSHEET), key=lambda pattern: "%Y" in pattern)
    days = [try_strptime(text, ibis.array(ordered)).date()] if ordered else []
    if SPREADSHEET in formats:
        days.append(day_of_count(text))
    day = ibis.coalesce(*days)
    return ibis.ifelse(day.year().between(EARLIEST, LATEST), day, None)


def day_of_count(text: ir.StringValue) -> ir.DateValue:
    """The date that a spreadsheet's count of days stands for; a time of the day is not kept."""
    count = ibis.ifelse(is_day_count(text), text.left(5).try_cast("int32"), None)
    return ibis.date(1899, 12, 30) + count.as_interval("D")


def is_day_count(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text may be a spreadsheet's count of days, from 1927 on; the cheap test comes first."""
    return ibis.ifelse(text.length() >= DAY_COUNT_DIGITS, text.re_search(DAY_COUNT), False)


def constant(column: Column, text: str) -> ir.Value:
    """The value of a column that is the same in every row."""
    if column.kind == "boolean":
        return ibis.literal(text == "true")
    return ibis.literal(text).cast(IBIS_TYPES[column.kind])


def day_of_school_year(month_day: str, school_year: ir.IntegerValue) -> ir.DateValue:
    """A month-day of the school year that ends in that year; null for a year out of range."""
    month, day = (int(part) for part in month_day.split("-"))
    year = school_year - int(month >= FIRST_MONTH)
    sound = ibis.ifelse(year.between(EARLIEST, LATEST), year, None)
    return ibis.date(sound.cast("int32"), month, day)


def is_spreadsheet_damaged(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a spreadsheet changed an id. The cheap tests come first: nearly no id passes them."""
    suspect = text.endswith("0") & text.contains(".") | text.upper().contains("E+")
    return ibis.ifelse(suspect, text.re_search(MANGLED), False)


def mask(text: ir.StringValue) -> ir.StringValue:
    """The shape of a text: digits become 9, letters and all other signs beyond ASCII x, at most 40 characters."""
    return text.substr(0, 40).re_replace(LETTERS, "x").re_replace("[0-9]", "9")


def any_of(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether any of the conditions is true; null counts as false."""
    return reduce(operator.or_, (condition.fill_null(False) for condition in conditions), ibis.literal(False))


LETTERS = r"[^\x00-@\[-`{-\x7F…]"
"""Letters of ASCII and every sign beyond it but an ellipsis, with which values are cut or joined.

DuckDB takes 4 ms to compile `\\p{L}`, in each place where it stands.
"""

EXPECTED: dict[Kind, str] = {
    "integer": "a whole number",
    "hundredths": "a whole number of hundredths",
}
"""The format of each kind, for an error message."""


def describe_format(column: Column, mapping: ColumnMapping, dialect: Dialect) -> str:
    """The format expected of a column's cells, for an error message."""
    if column.kind == "hundredths" and mapping.times:
        return f"a number such as 0{dialect.decimal}5"
    return describe_date_formats(mapping.dates or dialect.dates) if column.kind == "date" else EXPECTED[column.kind]


def describe_date_formats(dates: Sequence[str]) -> str:
    """The formats of a date, for an error message."""
    return f"a date as {' or '.join(readable_format(pattern) for pattern in dates)}"


READABLE_DIRECTIVES = {
    "%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Mon", "%B": "Month",
    SPREADSHEET: "a spreadsheet's count of days, such as 45567",
}  # fmt: skip


def readable_format(pattern: str) -> str:
    """A date format as people write it, such as MM/DD/YYYY."""
    for sign, word in READABLE_DIRECTIVES.items():
        pattern = pattern.replace(sign, word)
    return pattern
