"""The row rules of one record that did not come in a file: the same rules, asked in memory."""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from features.file_mapping.declaration import Dialect, FileMapping
from features.ingest.delivery import DeliveredTable
from features.ingest.files.malformed_rows import MalformedRows
from features.ingest.files.source_rows import SourceRows
from features.ingest.files.sources import SourceFile
from features.ingest.parsing.sound_cells import is_sound
from features.ingest.parsing.table_parser import parse_table
from features.ingest.rules.no_shows import LEFT_OUT
from features.policies.record_policies import RecordPolicies
from features.tables import TABLES
from features.warehouse.writer import Writer

Cells = Mapping[str, str]
"""A record as the cells of a file of our own shape: `student_id` and `known_on` among them."""
FREE: deque[duckdb.DuckDBPyConnection] = deque(maxlen=8)
"""Databases in memory that no thread uses; one more than these is closed."""


@dataclass(frozen=True)
class BrokenRule:
    """The first rule that a record breaks: its code, its columns, and what was expected."""

    code: str
    columns: tuple[str, ...]
    expected: str


def broken_rule(table: str, cells: Cells, policies: RecordPolicies, today: date) -> BrokenRule | None:
    """The first rule that a record breaks by itself; None where it may be loaded. Rules across tables come later.

    The rules are asked only where the cells alone do not tell that they all hold.
    """
    return None if is_sound(table, cells, today) else rule_broken_by(table, cells, policies, today)


def rule_broken_by(table: str, cells: Cells, policies: RecordPolicies, today: date) -> BrokenRule | None:
    """The same by the rules of rows themselves, in a database in memory."""

    @contextmanager
    def read(_source: SourceFile, _dialect: Dialect, _header: tuple[str, ...] | None) -> Iterator[SourceRows]:
        yield rows_of_record(cells)

    source = SourceFile(table, Path(table))
    delivered = DeliveredTable(
        TABLES[table], FileMapping(kind="delta"), Dialect(), (source,), read, policies=policies
    )  # fmt: skip
    with memory() as connection:
        parse_table(Writer(connection), delivered, first_number=0, today=today, plain=False, lookups=())
        found = connection.execute(f'SELECT rule, broken, expected FROM "understood_{table}"').fetchall()  # noqa: S608 - our own names
    broken = next(((rule, said, expected) for rule, said, expected in found if rule not in (None, LEFT_OUT)), None)
    return None if broken is None else BrokenRule(broken[0], tuple(broken[1].split(", ")), broken[2])


@contextmanager
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory of one's own, with nothing in it; it is used again, as opening one costs more than a record.

    What is made in it is rolled back, so that no record stays; after an error it is closed.
    """
    try:
        connection = FREE.pop()
    except IndexError:
        connection = duckdb.connect(config={"threads": "1"})
    connection.begin()
    try:
        yield connection
        connection.rollback()
    except BaseException:
        connection.close()
        raise
    FREE.append(connection)


def rows_of_record(cells: Cells) -> SourceRows:
    """The record as a reader of files would give it."""
    names = tuple(cells)
    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
    columns = [pa.array([2]), *(pa.array([cells[name]], pa.string()) for name in names)]
    batch = pa.RecordBatch.from_arrays(columns, schema=schema)
    return SourceRows(names, names, pa.RecordBatchReader.from_batches(schema, [batch]), MalformedRows(0))
