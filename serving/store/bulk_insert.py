"""Inserts many rows at once: prepared batches on SQLite, COPY on PostgreSQL; in the session's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from types import ModuleType
from typing import cast

import pyarrow as pa
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from serving.store.rows import Row

BATCH = 5_000


def insert_rows(session: Session, table: type[Row], rows: Iterable[Mapping[str, object]]) -> None:
    """Inserts rows, each with the same columns and with values as the table declares them."""
    declared, waiting = cast(Table, table.__table__), iter(rows)
    while batch := [dict(row) for row in islice(waiting, BATCH)]:
        if is_postgresql(session):
            bulk_copy().copy_rows(session, declared, batch)
        else:
            session.execute(insert(table), batch)


def insert_table(session: Session, table: type[Row], rows: pa.Table) -> None:
    """Inserts an Arrow table, by the names of its columns; a JSON column holds JSON as text, a moment is UTC."""
    declared, names = cast(Table, table.__table__), rows.column_names
    for batch in filter(len, rows.to_batches(max_chunksize=BATCH)):  # what was put together may have an empty part
        if is_postgresql(session):
            bulk_copy().copy_csv(session, declared, names, batch)
        else:
            insert_stored(session, declared, names, stored_cells(batch))


def stored_cells(batch: pa.RecordBatch) -> list[tuple[object, ...]]:
    """The rows of a batch as SQLite stores them: days and moments as text."""
    columns = [list(map(sqlite_cell, one.to_pylist())) if is_day(one) else one.to_pylist() for one in batch.columns]
    return list(zip(*columns, strict=True))


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


def insert_stored(session: Session, table: Table, names: Sequence[str], rows: list[tuple[object, ...]]) -> None:
    """Inserts rows of cells as SQLite stores them."""
    columns = ", ".join(table.columns[name].name for name in names)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' for _ in names)})"  # noqa: S608 - our names
    session.connection().exec_driver_sql(statement, rows)


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
