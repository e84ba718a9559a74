"""A district's warehouse file: one DuckDB file, opened to read, replaced whole by each change.

An open writer keeps every other process out, so a change is made on a copy, which is then renamed over the
file (file, then folder, forced to disk). Readers open the file read-only for one task.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from features.atomic_files import file_lock, refuse_disk_errors, sync_folder
from features.errors import MachineRefused, Refused
from features.progress import Progress, quietly
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer, path_in_sql

Config = dict[str, str | bool | int | float | list[str]]

CONFIG: Config = {"threads": "2", "python_enable_replacements": False}
"""DuckDB's settings for every warehouse: a name in SQL is a table, never a variable of this program."""

WRITE_CONFIG: Config = {**CONFIG, "memory_limit": "2GB", "disabled_optimizers": "in_clause"}
"""DuckDB's settings while a warehouse changes; what needs more memory spills to disk.

A list of allowed values is compared, not joined: a join for each takes half a millisecond of planning, and large files
are read no faster with it.
"""

READ_CONFIG: Config = {**CONFIG, "memory_limit": "3GB"}
"""DuckDB's settings while a warehouse is read; a snapshot that needs more memory spills to disk."""

SMALL = 4_000_000
"""Bytes of a warehouse file, of some thousand students, below which its queries are planned longer than they run."""

PLAIN_PLANS = "join_filter_pushdown,join_order,common_subplan,statistics_propagation"
"""DuckDB's optimizers that take a fifth of the time of a snapshot of a few students, and find it nothing to save.

From 3,000 students on they make up for it; of 10,000 a snapshot takes a tenth longer without them.
"""


@contextmanager
def open_warehouse(path: Path) -> Iterator[Reader]:
    """Opens a warehouse read-only and closes it afterwards; Refused where there is none.

    One of an earlier version first gets the tables and columns that came since, empty.
    """
    if not path.exists():
        raise Refused(f"{path.stem}: no warehouse yet; run `ontrack ingest --district {path.stem}`")
    connection = connect_to_read(path)
    try:
        if not Reader(connection).has_every_column():
            connection.close()
            with change_warehouse(path):
                pass
            connection = connect_to_read(path)
        yield Reader(connection)
    finally:
        connection.close()


def connect_to_read(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse that is read, whose queries are planned as its size is worth."""
    small = {"disabled_optimizers": PLAIN_PLANS} if path.stat().st_size < SMALL else {}
    return duckdb.connect(str(path), read_only=True, config={**READ_CONFIG, **small})


@contextmanager
def change_warehouse(path: Path, *, keep: bool = True, progress: Progress = quietly) -> Iterator[Writer]:
    """Opens a copy of the warehouse to change; it replaces the file when the block ends without an error.

    One process at a time changes a warehouse; another says so and waits. Without `keep` the change is only tried.
    MachineRefused where the disk is full or fails; the warehouse is then as it was.
    """
    copy = path.with_name(f".{path.name}.tmp")
    with refuse_disk_errors(path), file_lock(path.with_name(f".{path.name}.lock"), progress):
        remove_copy(copy)  # of a change that was killed
        try:
            if path.exists():
                shutil.copyfile(path, copy)
            with open_duckdb(copy) as connection:
                writer = Writer(connection)
                writer.create_missing()
                yield writer
            if keep:
                replace_durably(copy, path)
        finally:
            remove_copy(copy)


@contextmanager
def open_duckdb(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a DuckDB file to write, complete when the block has ended; what exceeds memory spills beside it.

    It has no write-ahead log, which would be forced to disk with each statement: until it is complete nobody reads it,
    and one that was killed is made anew. Cursors of the connection see the file as `changed.main`.
    """
    with attached_duckdb(path) as connection:
        yield connection
        connection.execute("CHECKPOINT changed")


@contextmanager
def open_scratch(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a DuckDB database for work of which nothing stays; what exceeds memory spills into a folder."""
    connection = duckdb.connect(config={**WRITE_CONFIG, "temp_directory": str(spill_path(folder / "work"))})
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def attached_duckdb(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a DuckDB file, which it uses as `changed`."""
    connection = duckdb.connect(config={**WRITE_CONFIG, "temp_directory": str(spill_path(path))})
    try:
        connection.execute(f"ATTACH {path_in_sql(path)} AS changed (RECOVERY_MODE no_wal_writes)")
        connection.execute("USE changed")
        yield connection
    finally:
        connection.close()


def log_path(path: Path) -> Path:
    """The write-ahead log of a DuckDB file."""
    return path.with_name(f"{path.name}.wal")


def spill_path(path: Path) -> Path:
    """The folder that a DuckDB file's work spills to."""
    return path.with_name(f"{path.name}.spill")


def remove_copy(copy: Path) -> None:
    """Removes a copy, its log and what it spilled: they hold students' records."""
    copy.unlink(missing_ok=True)
    log_path(copy).unlink(missing_ok=True)  # which earlier versions wrote
    shutil.rmtree(spill_path(copy), ignore_errors=True)


def replace_durably(new: Path, old: Path) -> None:
    """Renames the new file over the old one, both flushed to disk; on failure the old one stays.

    MachineRefused where the file was replaced but the disk did not confirm it.
    """
    with new.open("rb") as handle:
        os.fsync(handle.fileno())
    new.replace(old)
    try:
        sync_folder(old.parent)
    except OSError as error:
        said = f"the change was made, but the disk did not confirm it ({os.strerror(error.errno or errno.EIO)})"
        raise MachineRefused(f"{old.name}: {said}; check the disk and run it again") from error
