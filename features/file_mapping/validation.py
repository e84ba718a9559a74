"""What `ontrack.toml` says of a table's files though the table cannot have it: one sentence names the place."""

import difflib
import re
from collections.abc import Iterator

from features.file_mapping.declaration import TERM_END, Column, Files, is_date, names_in_file
from features.table_schema import Column as Canonical
from features.table_schema import Table
from features.tables import SCHOOL_YEAR, TABLES

WORKED_ON = {"times": ("hundredths",), "digits": ("text", "student"), "dates": ("date",)}
"""Settings of a column that go with some kinds only."""

EVENTS = ("date", "entry_date", "start_date")
"""Columns that say when something happened: the first one that a table has."""


def refuse_misfits(name: str, files: Files) -> None:
    """Raise ValueError for the first thing said of a table's files that the table cannot have."""
    table = TABLES.get(name)
    if table is None or not table.from_source:
        known = [t.name for t in TABLES.values() if t.from_source]
        raise ValueError(f"files.{name}: no such table{nearest(name, known)}")
    for place, expected in misfits(table, files):
        raise ValueError(f"files.{name}.{place}: {expected}")


def nearest(name: str, known: list[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or all of them."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def misfits(table: Table, files: Files) -> Iterator[tuple[str, str]]:
    """Every place with what was expected there."""
    columns = {**columns_of(table), **helping(table, files)}
    for name, said in files.columns.items():
        if name not in columns:
            yield f"columns.{name}", unknown_column(name, list(columns))
        else:
            yield from misfits_of_column(columns[name], said, f"columns.{name}")
    for name, codes in files.codes.items():
        if name not in columns:
            yield f"codes.{name}", unknown_column(name, list(columns))
        else:
            yield from misfits_of_codes(columns[name], codes, files.columns.get(name))
    yield from misfits_of_history(table, files)


def columns_of(table: Table) -> dict[str, Canonical]:
    """The canonical columns of a table's files, by name."""
    own = [column for column in table.columns if column.kind != "assigned"]
    return dict(zip(names_in_file(table), own, strict=True))


def helping(table: Table, files: Files) -> dict[str, Canonical]:
    """The school year of a file whose table has none, where a column is a day of it."""
    asked = any(said.day_of_school_year for said in files.columns.values())
    return {SCHOOL_YEAR.name: SCHOOL_YEAR} if asked else {}


def unknown_column(name: str, known: list[str]) -> str:
    """The sentence for a canonical column that there is not."""
    if name == "known_on":
        return "known_on has a setting of its own, beside columns"
    return f"no such column{nearest(name, known)}"


def misfits_of_column(column: Canonical, said: Column, place: str) -> Iterator[tuple[str, str]]:
    """What a canonical column cannot be read from or worked on with."""
    for setting, kinds in WORKED_ON.items():
        if getattr(said, setting) and column.kind not in kinds:
            yield f"{place}.{setting}", f"expected for columns of {' or '.join(kinds)} only; this one is {column.kind}"
    if said.day_of_school_year and column.kind != "date":
        yield f"{place}.day_of_school_year", f"expected for a date; this column is {column.kind}"
    if said.always is not None and misfit_value(column, said.always):
        yield f"{place}.always", f"expected {misfit_value(column, said.always)}"


def misfits_of_codes(column: Canonical, codes: dict[str, str], said: Column | None) -> Iterator[tuple[str, str]]:
    """Codes for a column that has none, and codes that mean what the column cannot hold."""
    place = f"codes.{'student_id' if column.kind == 'student' else column.name}"
    if column.kind == "date" or (said is not None and said.column is None and said.lookup is None):
        yield place, "expected for a column that has codes; this one is a date, or the same for all rows"
        return
    for code, meaning in codes.items():
        expected = misfit_meaning(column, meaning, said)
        if expected:
            yield f"{place}.{code}", f"expected {expected}"


def misfit_meaning(column: Canonical, meaning: str, said: Column | None) -> str:
    """What was expected of a code's meaning; nothing where it fits. An empty one stands for an empty cell."""
    if meaning == "":
        return "a meaning; this column may not be empty" if column.required else ""
    if column.kind == "hundredths" and said is not None and said.times:
        return "" if re.fullmatch(r"-?\d{1,12}(\.\d+)?", meaning) else "a number such as 0.5"
    return misfit_value(column, meaning)


def misfit_value(column: Canonical, text: str) -> str:
    """What was expected of a value that a mapping gives a column; nothing where it fits."""
    if column.allowed:
        return "" if text in column.allowed else f"one of {', '.join(column.allowed)}"
    match column.kind:
        case "boolean":
            return "" if text in ("true", "false") else "true or false"
        case "date":
            return "" if is_date(text) else "a date as YYYY-MM-DD"
        case "integer" | "hundredths":
            return "" if is_within(column, text) else f"a whole number from {column.least} to {column.most}"
    return ""


def is_within(column: Canonical, text: str) -> bool:
    """Whether a text is a whole number in a column's range."""
    if not re.fullmatch(r"-?\d{1,18}", text):
        return False
    return column.least is None or column.most is None or column.least <= int(text) <= column.most


def misfits_of_history(table: Table, files: Files) -> Iterator[tuple[str, str]]:
    """Rules about time that a table has no date for."""
    dates = [column.name for column in table.columns if column.kind == "date" and column.required]
    after = files.known_on.after if files.known_on else None
    events = [*dates, TERM_END] if {"school_year", "term_id"} <= set(names_in_file(table)) else dates
    if after is not None and after not in events:
        told = f"expected a date that every row has: {', '.join(events)}" if events else "this table has no dates"
        yield "known_on.after", told
    dated = any(name in EVENTS for name in dates)
    if isinstance(files.covers, int) and not dated:
        yield "covers", "expected all or nothing; rows of this table have no date"
    if files.covers == "school_years" and not dated and SCHOOL_YEAR not in table.columns:
        yield "covers", "expected all or nothing; rows of this table are of no school year"
