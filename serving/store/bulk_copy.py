"""Copies many rows at once into a table of PostgreSQL, in the session's transaction."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.csv
from psycopg import Connection as PostgresConnection
from psycopg import Copy, Error
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Dialect, Integer, Table
from sqlalchemy.orm import Session

from serving.store.database_errors import without_values

Bind = Callable[[object], object]
CSV = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
"""A missing cell is empty, an empty text is quoted: PostgreSQL tells them apart."""


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
def copying(
    session: Session, table: Table, names: Sequence[str], *, csv: bool = False, replace: bool = False
) -> Iterator[Copy]:
    """A COPY into a table of PostgreSQL.

    PostgreSQL copies into no table with row-level security: for a role that it holds for, rows take the way over a
    temporary table, from which they are inserted and checked. So do rows that `replace` others of their keys.
    """
    session.flush()
    cursor = driver_connection(session).cursor()
    target, columns = Identifier(table.name), SQL(", ").join(map(Identifier, names))
    try:
        cursor.execute("SELECT row_security_active(%s)", [table.name])
        apart = cursor.fetchone() == (True,) or replace
        to = Identifier(f"copied_{table.name}") if apart else target
        if apart:
            cursor.execute(SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP").format(to, target))
        with cursor.copy(
            SQL("COPY {} ({}) FROM STDIN").format(to, columns) + SQL(" (FORMAT csv)" if csv else "")
        ) as copy:
            yield copy
        if apart:
            inserted = SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, columns, columns, to)
            cursor.execute(inserted + in_place_of(table, names) if replace else inserted)
            cursor.execute(SQL("DROP TABLE {}").format(to))
    except Error as error:
        raise without_values(error, f"COPY {table.name}") from None


def in_place_of(table: Table, names: Sequence[str]) -> Composed:
    """What an INSERT does with a row whose key is there."""
    keys = [column.name for column in table.primary_key]
    moved = [SQL("{0} = excluded.{0}").format(Identifier(name)) for name in names if name not in keys]
    of_keys = SQL(", ").join(map(Identifier, keys))
    return SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(of_keys, SQL(", ").join(moved))


def bind_processor(table: Table, name: str, dialect: Dialect) -> Bind:
    """What turns a value of a column into what the driver takes."""
    return table.columns[name].type.dialect_impl(dialect).bind_processor(dialect) or unchanged


def unchanged(value: object) -> object:
    """The value."""
    return value


def copy_csv(
    session: Session, table: Table, names: Sequence[str], batch: pa.RecordBatch, *, replace: bool = False
) -> None:
    """Copies a batch of Arrow columns into a table of PostgreSQL; with `replace`, in place of rows of their keys."""
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(as_declared(table, batch), buffer, CSV)
    with copying(session, table, names, csv=True, replace=replace) as copy:
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
