"""Mapping validation: finds what `ontrack.toml` maps but the table cannot have; one message names the place."""

import difflib
import re
from collections.abc import Iterator

from features.file_mapping.column_mapping import ColumnMapping, is_iso_date
from features.file_mapping.declaration import TERM_END, FileMapping, file_columns
from features.file_mapping.mark_scales import OF_MARKS, has_scale
from features.table_schema import SCHOOL_YEAR, Column, Table
from features.tables import MARKS, TABLES

KINDS_OF_SETTING = {"times": ("hundredths",), "digits": ("text", "student"), "dates": ("date",)}
"""Column settings that are for some kinds of column only."""

EVENT_DATES = ("date", "entry_date", "start_date")
"""Columns with the date of an event; a table's event date is the first that it has."""


def validate_mapping(name: str, files: FileMapping) -> None:
    """Raise ValueError for the first error in the mapping of a table's files."""
    table = TABLES.get(name)
    if table is None or not table.from_source:
        known = [t.name for t in TABLES.values() if t.from_source]
        raise ValueError(f"files.{name}: no such table{suggestion(name, known)}")
    for place, expected in mapping_errors(table, files):
        raise ValueError(f"files.{name}.{place}: {expected}")


def suggestion(name: str, known: list[str]) -> str:
    """The end of a message about an unknown name: the nearest known one, or all of them."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def mapping_errors(table: Table, files: FileMapping) -> Iterator[tuple[str, str]]:
    """Every error: its place in the mapping, and what was expected there."""
    columns = {**columns_of(table), **helper_columns(table, files)}
    for name, mapping in files.columns.items():
        if name not in columns:
            yield f"columns.{name}", unknown_column(name, list(columns))
        else:
            yield from column_errors(columns[name], mapping, f"columns.{name}")
    for name, codes in files.codes.items():
        if name not in columns:
            yield f"codes.{name}", unknown_column(name, list(columns))
        else:
            yield from code_errors(columns[name], codes, files.columns.get(name))
    for number, part in enumerate(files.parts, start=1):
        whole = files.of_part(part).model_copy(update={"parts": ()})
        yield from ((f"parts, the {number}. of them: {place}", what) for place, what in mapping_errors(table, whole))
    yield from mark_errors(table, files)
    yield from history_errors(table, files)


def mark_errors(table: Table, files: FileMapping) -> Iterator[tuple[str, str]]:
    """Errors in the settings of marks: another table has them, or two of them say what marks mean."""
    for name in OF_MARKS:
        if table is not MARKS and getattr(files, name):
            yield name, "only marks have it"
    mark, scaled = files.columns.get("mark"), has_scale(files)
    if scaled and "mark" in files.codes:
        yield "codes.mark", "expected either codes or a scale for what marks mean; put these into the scale's codes"
    if scaled and mark is not None and mark.always is not None:
        yield "columns.mark.always", "expected a column with marks, as there is a scale for them"


def columns_of(table: Table) -> dict[str, Column]:
    """The canonical columns of a table's files, by name."""
    own = [column for column in table.columns if column.kind != "assigned"]
    return dict(zip(file_columns(table), own, strict=True))


def helper_columns(table: Table, files: FileMapping) -> dict[str, Column]:
    """The school year as an extra column, where another column is a day of it."""
    asked = any(mapping.day_of_school_year for mapping in files.columns.values())
    return {SCHOOL_YEAR.name: SCHOOL_YEAR} if asked else {}


def unknown_column(name: str, known: list[str]) -> str:
    """The message for an unknown canonical column."""
    if name == "known_on":
        return "known_on has a setting of its own, beside columns"
    return f"no such column{suggestion(name, known)}"


def column_errors(column: Column, mapping: ColumnMapping, place: str) -> Iterator[tuple[str, str]]:
    """Errors in the mapping of one column."""
    for setting, kinds in KINDS_OF_SETTING.items():
        if getattr(mapping, setting) and column.kind not in kinds:
            yield f"{place}.{setting}", f"expected for columns of {' or '.join(kinds)} only; this one is {column.kind}"
    if mapping.joined and (column.kind != "text" or column.allowed):
        yield f"{place}.joined", "expected for an id only; this column is none"
    if mapping.day_of_school_year and column.kind != "date":
        yield f"{place}.day_of_school_year", f"expected for a date; this column is {column.kind}"
    if mapping.always is not None and value_error(column, mapping.always):
        yield f"{place}.always", f"expected {value_error(column, mapping.always)}"


def code_errors(column: Column, codes: dict[str, str], mapping: ColumnMapping | None) -> Iterator[tuple[str, str]]:
    """Errors in a column's codes: it can have none, or one is mapped to a value that it cannot hold."""
    place = f"codes.{'student_id' if column.kind == 'student' else column.name}"
    if column.kind == "date" or (mapping is not None and mapping.column is None and mapping.lookup is None):
        yield place, "expected for a column that has codes; this one is a date, or the same for all rows"
        return
    for code, meaning in codes.items():
        expected = meaning_error(column, meaning, mapping)
        if expected:
            yield f"{place}.{code}", f"expected {expected}"


def meaning_error(column: Column, meaning: str, mapping: ColumnMapping | None) -> str:
    """What was expected of a code's meaning; empty where it is valid. An empty meaning is an empty cell."""
    if meaning == "":
        return "a meaning; this column may not be empty" if column.required else ""
    if column.kind == "hundredths" and mapping is not None and mapping.times:
        return "" if re.fullmatch(r"-?\d{1,12}(\.\d+)?", meaning) else "a number such as 0.5"
    return value_error(column, meaning)


def value_error(column: Column, text: str) -> str:
    """What was expected of a value that the mapping gives a column; empty where it is valid."""
    if column.allowed:
        return "" if text in column.allowed else f"one of {', '.join(column.allowed)}"
    if column.pattern:
        return "" if re.fullmatch(column.pattern, text) else f"a value like {column.pattern}"
    match column.kind:
        case "boolean":
            return "" if text in ("true", "false") else "true or false"
        case "date":
            return "" if is_iso_date(text) else "a date as YYYY-MM-DD"
        case "integer" | "hundredths":
            return "" if is_in_range(column, text) else f"a whole number from {column.least} to {column.most}"
    return ""


def is_in_range(column: Column, text: str) -> bool:
    """Whether a text is a whole number in a column's range."""
    if not re.fullmatch(r"-?\d{1,18}", text):
        return False
    return column.least is None or column.most is None or column.least <= int(text) <= column.most


def history_errors(table: Table, files: FileMapping) -> Iterator[tuple[str, str]]:
    """Errors in rules about time, for which the table has no date."""
    dates = [column.name for column in table.columns if column.kind == "date" and column.required]
    after = files.known_on.after if files.known_on else None
    events = [*dates, TERM_END] if {"school_year", "term_id"} <= set(file_columns(table)) else dates
    if after is not None and after not in events:
        expected = f"expected a date that every row has: {', '.join(events)}" if events else "this table has no dates"
        yield "known_on.after", expected
    dated = any(name in EVENT_DATES for name in dates)
    if isinstance(files.covers, int) and not dated:
        yield "covers", "expected all or nothing; rows of this table have no date"
    if files.covers == "school_years" and not dated and SCHOOL_YEAR not in table.columns:
        yield "covers", "expected all or nothing; rows of this table are of no school year"
