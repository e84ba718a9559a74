"""Puts a run's roster in place of the one before: schools, students, caseloads and supports; only what changed."""

from datetime import date
from typing import cast

import pandas as pd
import pyarrow as pa
from sqlalchemy import Table, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from serving.store.bulk_insert import insert_cells, is_postgresql
from serving.store.bulk_read import StoredRow, stored_rows
from serving.store.rows import Row


def replace_rows(session: Session, table: type[Row], frame: pd.DataFrame, district_id: str) -> None:
    """Makes a district's rows of a table those of a frame; rows that are there already are left alone.

    Most students of a list are those of the week before: to write all of them again would keep others waiting.
    """
    declared = table.__table__
    assert isinstance(declared, Table)  # noqa: S101 - no row is made of a join
    names = [column.name for column in declared.columns if column.name in frame and column.name != "district_id"]
    as_text = not is_postgresql(session)
    rows = list(zip(*(database_cells(frame[name], days_as_text=as_text) for name in names), strict=True))
    own = declared.c.district_id == district_id
    held = set(stored_rows(session, select(*(declared.c[name] for name in names)).where(own)))
    delete_rows(session, declared, names, held.difference(rows), district_id)
    fresh = ((*row, district_id) for row in rows if row not in held)
    insert_cells(session, declared, [*names, "district_id"], fresh)


def delete_rows(session: Session, table: Table, names: list[str], rows: set[StoredRow], district_id: str) -> None:
    """Deletes these rows of a district, by their key."""
    keys = [column.name for column in table.primary_key if column.name != "district_id"]
    asked = and_(table.c.district_id == district_id, *(table.c[key] == bindparam(f"gone_{key}") for key in keys))
    places = {f"gone_{key}": names.index(key) for key in keys}
    gone = [{name: as_day(table, names[place], row[place]) for name, place in places.items()} for row in rows]
    if gone:
        session.connection().execute(delete(table).where(asked), gone)


def as_day(table: Table, name: str, cell: object) -> object:
    """A stored cell as a query takes it: a day that is stored as text is a day again."""
    is_day = table.columns[name].type.python_type is date
    return date.fromisoformat(cell) if is_day and isinstance(cell, str) else cell


def frame_rows(table: type[Row], frame: pd.DataFrame, district_id: str) -> list[dict[str, object]]:
    """A frame's rows for a table of the service database, by the names of their columns."""
    names = [column.name for column in table.__table__.columns if column.name in frame]
    cells = zip(*(database_cells(frame[name]) for name in names), strict=True)
    return [{**dict(zip(names, row, strict=True)), "district_id": district_id} for row in cells]


def database_cells(column: "pd.Series[str]", *, days_as_text: bool = False) -> list[object]:
    """A column's values as the database takes them: dates as dates, or as SQLite stores them, missing as None."""
    cells = pa.Array.from_pandas(column)
    days = cells.cast(pa.date32(), safe=False) if pa.types.is_timestamp(cells.type) else cells
    stored = days.cast(pa.string()) if days_as_text and pa.types.is_date(days.type) else days
    return cast("list[object]", stored.to_pylist())
