"""Records that break no row rule for certain, told from their cells alone: most of what is sent one by one."""

import re
from collections.abc import Mapping
from datetime import date

from features.ingest.mapping.type_conversion import EARLIEST, LATEST
from features.ingest.rules.row_rules import CROSS_FIELD_RULES
from features.table_schema import Column
from features.tables import TABLES

PLAIN = frozenset({"attendance", "marks", "incidents"})
"""Tables whose rows no policy changes before the rules look at them."""
TEXT = re.compile(r"\w(?:[\w .,&'()/:-]{0,198}[\w)])?")
"""Texts that are neither empty nor too long, without white space around them."""
WHOLE = re.compile(r"-?[0-9]{1,18}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
BOOLEANS = ("true", "false")
KNOWN_ON = "known_on"


def is_sound(table: str, cells: Mapping[str, str], today: date) -> bool:
    """Whether a record surely breaks no rule of rows; False where only the rules themselves can say.

    It never says more than they do (a property of the tests), and takes some microseconds where they take many
    milliseconds: DuckDB plans their query anew for each record.
    """
    if table not in PLAIN:
        return False
    columns = {name_in_files(one): one for one in TABLES[table].columns if one.kind != "assigned"}
    known_on = day_of(cells.get(KNOWN_ON, ""))
    return (
        cells.keys() <= columns.keys() | {KNOWN_ON}
        and known_on is not None
        and known_on <= today
        and all(is_sound_cell(one, cells.get(name)) for name, one in columns.items())
        and not any(one.table == table and one.least in cells and one.most in cells for one in CROSS_FIELD_RULES)
    )


def name_in_files(column: Column) -> str:
    """How a column is called in a file."""
    return "student_id" if column.kind == "student" else column.name


def is_sound_cell(column: Column, cell: str | None) -> bool:
    """Whether a cell surely is a value of its column, or may be missing."""
    if cell is None:
        return not column.required
    if column.pattern and re.fullmatch(column.pattern, cell) is None:
        return False
    if column.allowed:
        return cell in column.allowed
    match column.kind:
        case "date":
            return day_of(cell) is not None
        case "boolean":
            return cell in BOOLEANS
        case "integer" | "hundredths":
            return WHOLE.fullmatch(cell) is not None and is_within(column, int(cell))
        case "text" | "student":
            return TEXT.fullmatch(cell) is not None and not (cell.endswith("0") and "." in cell)  # as spreadsheets do
    return False


def is_within(column: Column, value: int) -> bool:
    """Whether a number lies within its column's bounds."""
    return column.least is None or column.most is None or column.least <= value <= column.most


def day_of(cell: str) -> date | None:
    """The day of an ISO date within the years that records may have; None for anything else."""
    if DAY.fullmatch(cell) is None:
        return None
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return None
    return day if EARLIEST <= day.year <= LATEST else None
