"""Files that are whole or not there: written through to the disk, then put in place."""

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from features.errors import MachineRefused
from features.progress import Progress, quietly

FULL = re.compile(r"no space left|disk full|file too large|quota exceeded", re.IGNORECASE)
"""How a full disk is told by libraries that hide the number of the error."""


def write_through(path: Path, content: bytes) -> None:
    """A file with that content, on the disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def append_through(path: Path, content: bytes) -> None:
    """A file that ends with that content, on the disk when this returns."""
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_through(path: Path, content: bytes) -> None:
    """A file with that content in the place of the one before: a reader sees either, never a part."""
    temporary = path.with_name(f".{path.name}.writing")
    write_through(temporary, content)
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A folder whose entries are on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def file_lock(path: Path, progress: Progress = quietly) -> Iterator[None]:
    """A time in which no other process holds the same lock file; says that it waits. It ends with the process, too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"another process is changing {path.name.strip('.').removesuffix('.lock')}; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def refuse_disk_errors(path: Path) -> Iterator[None]:
    """Raise MachineRefused for a disk that is full or fails while something is written at that path."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = disk_error(error)
        if reason is None:
            raise
        raise MachineRefused(f"{path.name}: {reason}; nothing was changed") from error


def disk_error(error: Exception) -> str | None:
    """What a disk said and what to do; None where it was not the disk."""
    said = str(error)
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or FULL.search(said):
        return "the disk is full: free some space and run it again"
    if isinstance(error, OSError) and error.errno in (errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM):
        return f"the disk does not take it ({os.strerror(error.errno)}): mend that and run it again"
    uncommitted = isinstance(error, duckdb.TransactionException) and "failed to commit" in said.lower()
    if uncommitted or isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException):
        return "the disk failed while DuckDB was writing: check it and run it again"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "neither memory nor disk has room for it: free some space and run it again"
    return None
