"""Inserts many rows at once: prepared batches on SQLite, COPY on PostgreSQL; in the session's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from types import ModuleType
from typing import cast

import numpy as np
import pyarrow as pa
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from serving.store.rows import Row

BATCH = 5_000
COPIED = 50_000
"""Rows of one COPY: each on its own way to a table with row-level security costs a temporary table."""


def insert_rows(session: Session, table: type[Row], rows: Iterable[Mapping[str, object]]) -> None:
    """Inserts rows, each with the same columns and with values as the table declares them."""
    declared, waiting = cast(Table, table.__table__), iter(rows)
    while batch := [dict(row) for row in islice(waiting, BATCH)]:
        if is_postgresql(session):
            bulk_copy().copy_rows(session, declared, batch)
        else:
            session.execute(insert(table), batch)


def insert_table(session: Session, table: type[Row], rows: pa.Table, *, replace: bool = False) -> None:
    """Inserts an Arrow table, by the names of its columns; a JSON column holds JSON as text, a moment is UTC.

    With `replace`, a row whose key is there already takes the place of that one.
    """
    declared, names = cast(Table, table.__table__), rows.column_names
    size = COPIED if is_postgresql(session) else BATCH
    for batch in filter(len, rows.to_batches(max_chunksize=size)):  # what was put together may have an empty part
        if is_postgresql(session):
            bulk_copy().copy_csv(session, declared, names, batch, replace=replace)
        else:
            insert_stored(session, declared, names, stored_cells(batch), replace=replace)


def in_place_of(table: Table, names: Sequence[str]) -> str:
    """What an INSERT of SQLite does with a row whose key is there."""
    keys = [column.name for column in table.primary_key]
    moved = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {moved}"


def stored_cells(batch: pa.RecordBatch) -> list[tuple[object, ...]]:
    """The rows of a batch as SQLite stores them: days and moments as text."""
    return list(zip(*map(stored_column, batch.columns), strict=True))


def stored_column(column: pa.Array) -> list[object]:
    """The cells of a column as SQLite stores them; those that are the same, such as a run's own, are one object."""
    if not is_day(column):
        return cast("list[object]", column.to_pylist())
    found = column.dictionary_encode()
    texts = np.array([*map(sqlite_cell, found.dictionary.to_pylist()), None], dtype=object)
    return cast("list[object]", texts[found.indices.fill_null(-1).to_numpy()].tolist())


def is_day(column: pa.Array) -> bool:
    """Whether a column holds days or moments."""
    return bool(pa.types.is_date(column.type) or pa.types.is_timestamp(column.type))


def insert_cells(session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Inserts rows of cells as the database stores them: JSON as text, moments in UTC without a zone."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        if is_postgresql(session):
            bulk_copy().copy_cells(session, table, names, batch)
        else:
            insert_stored(session, table, names, [tuple(map(sqlite_cell, row)) for row in batch])


def insert_stored(
    session: Session, table: Table, names: Sequence[str], rows: list[tuple[object, ...]], *, replace: bool = False
) -> None:
    """Inserts rows of cells as SQLite stores them; with `replace`, in place of rows of their keys."""
    columns = ", ".join(table.columns[name].name for name in names)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' for _ in names)})"  # noqa: S608 - our names
    session.connection().exec_driver_sql(statement + in_place_of(table, names) if replace else statement, rows)


def bulk_copy() -> ModuleType:
    """The module that copies into PostgreSQL; it loads the driver, which SQLite needs not."""
    from serving.store import bulk_copy as found

    return found


def is_postgresql(session: Session) -> bool:
    """Whether the session is on PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def sqlite_cell(cell: object) -> object:
    """A cell as SQLite stores it: dates and moments as text."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", timespec="microseconds")
    return cell.isoformat() if isinstance(cell, date) else cell
