"""Cells of OneRoster as our own files have them: days, grades, lists and modification times."""

from typing import Literal

import ibis
import ibis.expr.types as ir

from features.ingest.load_parameters import LOAD_DAY

GRADES = {"PR": "-1", "PK": "-1", "TK": "-1", "IT": "-1", "KG": "0", "K": "0", "13": "13", "PS": "13"}
"""Codes of a grade that are no number, as CEDS has them, and what we call it."""

ISO, AMERICAN, COMPACT = r"^\d{4}-\d{2}-\d{2}", r"^(\d{1,2})/(\d{1,2})/(\d{4})", r"^\d{8}$"
"""Forms of a day: the standard's, with or without a time, and two that systems write."""

LastDays = Literal["exclusive", "inclusive"]


def day_text(text: ir.StringValue) -> ir.StringValue:
    """A day as YYYY-MM-DD; a text of another form stays, so that parsing names it."""
    month, day = (text.re_extract(AMERICAN, place).lpad(2, "0") for place in (1, 2))
    american = text.re_extract(AMERICAN, 3) + "-" + month + "-" + day
    compact = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)
    return ibis.cases(
        (text.re_search(ISO), text.substr(0, 10)),
        (text.re_search(AMERICAN), american),
        (text.re_search(COMPACT), compact),
        else_=text,
    )


def day_of(text: ir.StringValue) -> ir.DateValue:
    """A day; null where it cannot be read."""
    return day_text(text).try_cast("date")


def last_day(text: ir.StringValue, ends: LastDays) -> ir.DateValue:
    """The last day of something whose `endDate` this is."""
    return day_of(text) - ibis.interval(days=1) if ends == "exclusive" else day_of(text)


def last_day_text(text: ir.StringValue, ends: LastDays) -> ir.StringValue:
    """The same as text; what cannot be read stays."""
    return iso(last_day(text, ends)).fill_null(text)


def iso(day: ir.DateValue) -> ir.StringValue:
    """A day as text; DuckDB makes a time of a day less an interval."""
    return day.cast("string").substr(0, 10)


def known_day(changed: ir.StringValue) -> ir.StringValue:
    """When a row became known: the day on which the source changed it, else that of the load, never a later one."""
    return iso(ibis.least(day_of(changed).fill_null(LOAD_DAY), LOAD_DAY))


def parts_of(text: ir.StringValue) -> ir.ArrayValue:
    """The parts of a list, which stands in one cell with commas."""
    return text.re_replace(r"\s*[,;|]\s*", ",").strip().split(",")


def only_part(text: ir.StringValue) -> ir.StringValue:
    """The part of a list of one; null for a list of several."""
    return ibis.ifelse(parts_of(text).length() == 1, text.strip(), None)


def last_part(text: ir.StringValue) -> ir.StringValue:
    """The last part of a list: of grades the highest."""
    parts = parts_of(text)
    return parts[parts.length() - 1]


def grade_text(code: ir.StringValue) -> ir.StringValue:
    """A grade as our files have it."""
    code = code.strip().upper()
    return code.cases(*GRADES.items(), else_=code)
