"""Files that are whole or not there: written through to the disk, then put in place."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
def locked(path: Path) -> Iterator[None]:
    """A time in which no other process holds the same lock file; waits for it. It ends with the process, too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
