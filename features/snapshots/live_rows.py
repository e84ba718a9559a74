"""Rows of a request as a table holds them: put together by column, as what each row costs is paid for every record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType
from typing import cast

from features.engine.sqlite_engine import Cell
from features.errors import Refused
from features.snapshots.sent_enrollments import day_of
from features.table_schema import ENVELOPE, Table

Row = Mapping[str, object]
Values = Sequence[object]


@dataclass(frozen=True)
class RecordColumns:
    """So many rows of a table by column; a column that is not named is empty in every row."""

    count: int
    values: Mapping[str, Values]


Records = Sequence[Row] | RecordColumns
"""Rows of a table, one by one or by column."""


def stored_rows(table: Table, records: Records, as_of: date) -> list[tuple[Cell, ...]]:
    """Rows as a table holds them, each known on its own `known_on` or else on the as-of date; Refused where none is."""
    sent = by_column(table, records)
    if not sent.count:
        return []
    envelope: dict[str, object] = {"district_id": "live", "known_on": as_of, "load_id": 1, "withdrawn": False}
    try:
        cells = {
            column.name: column_cells(column_values(sent, column.name, envelope.get(column.name)), column.kind)
            for column in (*table.columns, *ENVELOPE)
        }
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"{table.name}: a row does not fit the table ({type(error).__name__})") from None
    cells["superseded_by_load"] = superseding_loads(table, cells)
    return list(zip(*cells.values(), strict=True))


def position_of(table: Table, name: str) -> int:
    """Where a column stands in a stored row."""
    return [column.name for column in (*table.columns, *ENVELOPE)].index(name)


def by_column(table: Table, records: Records) -> RecordColumns:
    """The records by column."""
    if isinstance(records, RecordColumns):
        return records
    names = [column.name for column in (*table.columns, *ENVELOPE)]
    return RecordColumns(len(records), {name: [row.get(name) for row in records] for name in names})


def column_values(sent: RecordColumns, name: str, otherwise: object) -> Values:
    """The values of a column, and another one where a row has none."""
    values = sent.values.get(name)
    if values is None:
        return [otherwise] * sent.count
    if otherwise is None or None not in values:
        return values
    return [otherwise if one is None else one for one in values]


def column_cells(values: Values, kind: str) -> Sequence[Cell]:
    """The values of a column as SQLite holds them; as they are, where all are of the type that it holds."""
    types = set(map(type, values)) - {NoneType}
    if types <= {HELD_AS.get(kind, str)}:
        return cast("Sequence[Cell]", values)
    if kind == "date" and types == {date}:
        return [None if one is None else one.isoformat() for one in cast("Sequence[date | None]", values)]
    if kind == "boolean" and types == {bool}:
        return [None if one is None else int(one) for one in cast("Sequence[bool | None]", values)]
    return [cell_of(one, kind) for one in values]


HELD_AS: Mapping[str, type] = {"integer": int, "hundredths": int, "boolean": NoneType, "date": NoneType}
"""The type of a column's values that SQLite holds as they are, by kind; of a text where none is said."""


def superseding_loads(table: Table, cells: Mapping[str, Sequence[Cell]]) -> Sequence[Cell]:
    """For each row the load of the next version of its record, as a load has it; None for the last version."""
    keys = list(zip(*(cells[name] for name in table.key), strict=True))
    found: list[Cell] = [None] * len(keys)
    if len(set(keys)) == len(keys):
        return found
    known, loads = cast("Sequence[str]", cells["known_on"]), cast("Sequence[int]", cells["load_id"])
    order = sorted(range(len(keys)), key=lambda row: (known[row], loads[row]))
    earlier: dict[tuple[Cell, ...], int] = {}
    for row in order:
        if keys[row] in earlier:
            before = earlier[keys[row]]
            found[before] = max(loads[before], loads[row])
        earlier[keys[row]] = row
    return found


def cell_of(value: object, kind: str) -> Cell:
    """A value as SQLite holds it: dates as ISO text, booleans as numbers; ValueError for one of another kind."""
    if value is None:
        return None
    if kind == "date":
        return value.isoformat() if type(value) is date else day_of(value).isoformat()
    if kind == "boolean":
        return int(value) if isinstance(value, bool) else {"true": 1, "false": 0}[str(value).lower()]
    if kind in ("integer", "hundredths"):
        return value if type(value) is int else whole_number(value)
    return value if type(value) is str else str(value)


def whole_number(value: object) -> int:
    """A whole number, also from its text or a float; ValueError for a part of one."""
    number = float(str(value))
    if not number.is_integer():
        raise ValueError("not a whole number")
    return int(number)
