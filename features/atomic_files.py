"""Reads and writes files; writes are atomic: flushed to disk first, then renamed into place."""

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
"""What libraries say of a full disk when they hide the error number."""


def write_through(path: Path, content: bytes) -> None:
    """Writes a file; its content is on disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def append_through(path: Path, content: bytes) -> None:
    """Appends to a file; the content is on disk when this returns."""
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_through(path: Path, content: bytes) -> None:
    """Replaces a file: a reader sees the old content or the new, never a part. What failed leaves nothing behind."""
    temporary = path.with_name(f".{path.name}.writing")
    try:
        write_through(temporary, content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_if_present(path: Path) -> bytes:
    """The content of a file, nothing where there is none."""
    return path.read_bytes() if path.exists() else b""


def complete_lines(path: Path) -> list[bytes]:
    """The lines of a file that were written to their end."""
    return read_if_present(path).split(b"\n")[:-1]


def sync_folder(folder: Path) -> None:
    """Flushes a folder's entries to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def file_lock(path: Path, progress: Progress = quietly) -> Iterator[None]:
    """Holds a lock file that one process has at a time; says so while it waits. A killed process frees it."""
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
    """Raises MachineRefused where the disk is full or fails while something is written at that path."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = disk_error(error)
        if reason is None:
            raise
        raise MachineRefused(f"{path.name}: {reason}; nothing was changed") from error


def disk_error(error: Exception) -> str | None:
    """What is wrong with the disk and what to do; None for an error that is not the disk's."""
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
