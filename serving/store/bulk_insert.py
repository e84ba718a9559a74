"""Inserts many rows at once: prepared batches on SQLite, COPY on PostgreSQL; in the session's transaction."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import cast

import pyarrow as pa
import pyarrow.csv
from psycopg import Connection as PostgresConnection
from psycopg import Copy, Error
from psycopg.sql import SQL, Identifier
from sqlalchemy import Dialect, Integer, Table, insert
from sqlalchemy.orm import Session

from serving.store.database_errors import without_values
from serving.store.rows import Row

BATCH = 5_000
Bind = Callable[[object], object]
CSV = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
"""A missing cell is empty, an empty text is quoted: PostgreSQL tells them apart."""


def insert_rows(session: Session, table: type[Row], rows: Iterable[Mapping[str, object]]) -> None:
    """Inserts rows, each with the same columns and with values as the table declares them."""
    declared, waiting = cast(Table, table.__table__), iter(rows)
    while batch := [dict(row) for row in islice(waiting, BATCH)]:
        if is_postgresql(session):
            copy_rows(session, declared, batch)
        else:
            session.execute(insert(table), batch)


def insert_table(session: Session, table: type[Row], rows: pa.Table) -> None:
    """Inserts an Arrow table, by the names of its columns; a JSON column holds JSON as text, a moment is UTC."""
    declared, names = cast(Table, table.__table__), rows.column_names
    for batch in filter(len, rows.to_batches(max_chunksize=BATCH)):  # what was put together may have an empty part
        if is_postgresql(session):
            copy_csv(session, declared, names, batch)
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
            copy_cells(session, table, names, batch)
        else:
            insert_stored(session, table, names, [tuple(map(sqlite_cell, row)) for row in batch])


def insert_stored(session: Session, table: Table, names: Sequence[str], rows: list[tuple[object, ...]]) -> None:
    """Inserts rows of cells as SQLite stores them."""
    columns = ", ".join(table.columns[name].name for name in names)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' for _ in names)})"  # noqa: S608 - our names
    session.connection().exec_driver_sql(statement, rows)


def is_postgresql(session: Session) -> bool:
    """Whether the session is on PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def sqlite_cell(cell: object) -> object:
    """A cell as SQLite stores it: dates and moments as text."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", timespec="microseconds")
    return cell.isoformat() if isinstance(cell, date) else cell


def copy_rows(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Copies rows into a table of PostgreSQL, each value as an INSERT would bind it."""
    names = list(rows[0])
    binds = [bind_processor(table, name, session.get_bind().dialect) for name in names]
    cells = [tuple(bind(row[name]) for name, bind in zip(names, binds, strict=True)) for row in rows]
    copy_cells(session, table, names, cells)


def copy_cells(session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Copies rows of cells into a table of PostgreSQL."""
    with copying(session, table, names) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def copying(session: Session, table: Table, names: Sequence[str], *, csv: bool = False) -> Iterator[Copy]:
    """A COPY into a table of PostgreSQL.

    PostgreSQL copies into no table with row-level security: for a role that it holds for, rows take the way over a
    temporary table, from which they are inserted and checked.
    """
    session.flush()
    cursor = driver_connection(session).cursor()
    target, columns = Identifier(table.name), SQL(", ").join(map(Identifier, names))
    try:
        cursor.execute("SELECT row_security_active(%s)", [table.name])
        walled = cursor.fetchone() == (True,)
        to = Identifier(f"copied_{table.name}") if walled else target
        if walled:
            cursor.execute(SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP").format(to, target))
        with cursor.copy(
            SQL("COPY {} ({}) FROM STDIN").format(to, columns) + SQL(" (FORMAT csv)" if csv else "")
        ) as copy:
            yield copy
        if walled:
            cursor.execute(SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, columns, columns, to))
            cursor.execute(SQL("DROP TABLE {}").format(to))
    except Error as error:
        raise without_values(error, f"COPY {table.name}") from None


def bind_processor(table: Table, name: str, dialect: Dialect) -> Bind:
    """What turns a value of a column into what the driver takes."""
    return table.columns[name].type.dialect_impl(dialect).bind_processor(dialect) or unchanged


def unchanged(value: object) -> object:
    """The value."""
    return value


def copy_csv(session: Session, table: Table, names: Sequence[str], batch: pa.RecordBatch) -> None:
    """Copies a batch of Arrow columns into a table of PostgreSQL."""
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(as_declared(table, batch), buffer, CSV)
    with copying(session, table, names, csv=True) as copy:
        copy.write(buffer.getvalue())


def as_declared(table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with whole numbers where the table has such: pandas makes them floats beside missing ones."""
    columns = [
        column.cast(pa.int64())
        if isinstance(table.columns[name].type, Integer) and pa.types.is_floating(column.type)
        else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def driver_connection(session: Session) -> PostgresConnection:
    """The driver's connection on which the session's transaction runs."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, PostgresConnection)  # noqa: S101 - asked on PostgreSQL only
    return connection
