"""Moves the service database to another address: every row, or nothing, counted and compared before it is kept."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, ColumnElement, Connection, DateTime, Engine, Table, Text, cast, func, select, text
from sqlalchemy import type_coerce as seen_as
from sqlalchemy.orm import Session

from features.errors import Refused
from features.progress import Progress
from serving.store.bulk_insert import insert_cells
from serving.store.cell_types import ChangeCell, PackedRows, ReasonList, UtcTime
from serving.store.database import is_newest, migrate, read_session, refuse_unreachable, write_session
from serving.store.locks import lift_limits
from serving.store.rows import Row

STREAMED = 2_000
"""Rows held in memory at a time."""
DIGEST_BITS = 256


@dataclass(frozen=True)
class TableDigest:
    """How many rows a table has, and a digest over all of them in whatever order."""

    table: str
    rows: int
    digest: str


def move_database(source: Engine, target: Engine, progress: Progress) -> list[TableDigest]:
    """What was moved, table by table. Refused where the target holds rows already, or the copy is not the same.

    One transaction of the target takes all or nothing; the source is read as of one moment, and stays as it is.
    """
    migrate(target)
    refuse_unreachable(source)
    with read_session(source) as old, write_session(target) as new:
        for session, name in ((old, "the source"), (new, "the target")):
            lift_limits(session.connection())
            refuse_hidden_rows(session.connection(), name)
        refuse_older(old.connection())
        refuse_filled(new)
        return [move_table(old, new, table, progress) for table in Row.metadata.sorted_tables]


def refuse_hidden_rows(connection: Connection, name: str) -> None:
    """Refused for an account that row-level security shows one district only."""
    if connection.dialect.name != "postgresql":
        return
    if connection.execute(
        text("SELECT bool_or(row_security_active(oid)) FROM pg_class WHERE relname = 'runs'")
    ).scalar():
        raise Refused(f"{name}: this account sees one district at a time; give the address of the tables' owner")


def refuse_older(connection: Connection) -> None:
    """Refused where the source is of another version."""
    if not is_newest(connection):
        raise Refused("the source is of another version; run `ontrack upgrade-database` on it first")


def refuse_filled(session: Session) -> None:
    """Refused where any table of the target has a row."""
    for table in Row.metadata.sorted_tables:
        if session.scalar(select(func.count()).select_from(table)):
            raise Refused(f"the target has rows in `{table.name}` already; name an empty database")


def move_table(old: Session, new: Session, table: Table, progress: Progress) -> TableDigest:
    """Moves a table and compares what arrived with what was sent."""
    progress(f"moving {table.name}")
    insert_cells(new, table, [column.name for column in table.columns], stored_rows(old, table))
    advance_sequence(new, table)
    sent, arrived = digest_of_table(old, table), digest_of_table(new, table)
    if sent != arrived:
        raise Refused(
            f"`{table.name}` did not arrive as it was ({arrived.rows:,} of {sent.rows:,} rows); nothing is kept"
        )
    return arrived


def stored_rows(session: Session, table: Table) -> Iterator[tuple[object, ...]]:
    """A table's rows as the database stores them: JSON as its text, moments in UTC without a zone."""
    wanted = select(*(stored(column) for column in table.columns))
    for row in session.execute(wanted, execution_options={"yield_per": STREAMED}):
        yield tuple(row)


def stored(column: ColumnElement[object]) -> ColumnElement[object]:
    """A column as it is stored."""
    if isinstance(column.type, (JSON, ReasonList, ChangeCell, PackedRows)):
        return cast(column, Text)
    return seen_as(column, DateTime) if isinstance(column.type, UtcTime) else column


def digest_of_table(session: Session, table: Table) -> TableDigest:
    """A table's rows, counted and digested."""
    count, total = 0, 0
    for row in stored_rows(session, table):
        count, total = count + 1, total + digest_of_row(row)
    return TableDigest(table.name, count, f"{total % (1 << DIGEST_BITS):064x}")


def digest_of_row(row: Sequence[object]) -> int:
    """A row's digest as a number, which can be added in any order."""
    return int.from_bytes(hashlib.sha256(json.dumps(row, default=str).encode()).digest())


def advance_sequence(session: Session, table: Table) -> None:
    """Lets the next row of a table of PostgreSQL that counts its rows come after those moved."""
    if session.get_bind().dialect.name != "postgresql" or list(table.primary_key.columns.keys()) != ["id"]:
        return
    newest = session.scalar(select(func.max(table.columns["id"])))
    if newest is not None:
        session.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :newest)"), {"name": table.name, "newest": newest}
        )
