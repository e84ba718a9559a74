"""The source files of a folder or a zip, read as streams: nothing is unpacked to disk."""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from features.errors import Refused
from features.ingest.files.archives import members, open_gzip, open_member, opened, refused

WILDCARDS = frozenset("*?[")
"""Signs that make a pattern of a name."""


@dataclass(frozen=True)
class SourceFile:
    """One source file: its name for people, its path, and its entry where the path is a zip."""

    name: str
    path: Path
    member: str = ""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its decompressed bytes as a stream; DataRefused, at once or while reading, where it is unsafe or damaged."""
        if self.member:
            way: AbstractContextManager[BinaryIO] = open_member(self.path, self.member, self.name)
        elif self.name.lower().endswith(".gz"):
            way = open_gzip(self.path, self.name)
        else:
            way = opened(self.path, self.name)
        with way as plain:
            yield plain

    def matches(self, pattern: str) -> bool:
        """Whether a pattern matches its name, its name in the zip, or the last part of either."""
        return matches_any(self.names, pattern)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its name, its name in the zip, and the last part of either."""
        return frozenset({self.member or self.name, *name_parts(self.name)})


def name_parts(name: str) -> tuple[str, str]:
    """A file's name and the last part of it."""
    return name, PurePosixPath(name).name


def matches_any(names: Collection[str], pattern: str) -> bool:
    """Whether a name or pattern of `ontrack.toml` is one of a file's names, also with .gz."""
    if WILDCARDS.isdisjoint(pattern):
        return pattern in names or f"{pattern}.gz" in names
    return any(fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}.gz") for name in names)


def files_in(place: Path) -> tuple[SourceFile, ...]:
    """The files below a folder, those within its zips too, or of one zip, sorted by name; hidden ones are left out.

    DataRefused for a link that leads out of the folder and for an unsafe zip.
    """
    if place.is_dir():
        below = (file for path in paths_below(place) for file in files_of(path, path.relative_to(place).as_posix()))
        return tuple(sorted(below, key=lambda file: file.name))
    if is_zip(place) and place.is_file():
        return tuple(sorted(files_of(place, place.name), key=lambda file: file.name))
    raise Refused(f"{place}: no such folder or .zip; expected one with a CSV file per table, such as students.csv")


def is_zip(path: Path) -> bool:
    """Whether a file's name ends in .zip."""
    return path.suffix.lower() == ".zip"


def files_of(path: Path, name: str) -> Iterator[SourceFile]:
    """The file itself, or the files within it where it is a zip."""
    if not is_zip(path):
        yield SourceFile(name, path)
        return
    for member in members(path, name):
        if not is_hidden(member):
            yield SourceFile(f"{name}/{member}", path, member)


def is_hidden(name: str) -> bool:
    """Whether a part of a name starts with a dot."""
    return any(part.startswith(".") for part in PurePosixPath(name).parts)


def paths_below(folder: Path) -> Iterator[Path]:
    """Every regular file below a folder that is not hidden; DataRefused for a link that leads out of it."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_hidden(name)]
        for name in (*folders, *names):
            path = Path(parent, name)
            if path.is_symlink() and not is_hidden(name):
                refuse_link_outside(path, folder)
            if path.is_file() and not is_hidden(name):
                yield path


def refuse_link_outside(link: Path, folder: Path) -> None:
    """Raise DataRefused where a link leads to nothing, or to a place outside of the folder."""
    if not link.exists() or not link.resolve().is_relative_to(folder.resolve()):
        name = link.relative_to(folder).as_posix()
        raise refused(name, "expected a file, not a link to a place outside of the folder; put the file itself there")


def matching_files(files: Iterable[SourceFile], pattern: str) -> tuple[SourceFile, ...]:
    """The files that match a name or pattern of `ontrack.toml`, also with .gz."""
    return tuple(file for file in files if file.matches(pattern))


def digest_of(file: SourceFile) -> str:
    """sha256 over the bytes on disk; over the decompressed bytes for an entry of a zip."""
    whole = hashlib.sha256()
    with file.open() if file.member else opened(file.path, file.name) as handle:
        while chunk := handle.read(1 << 20):
            whole.update(chunk)
    return whole.hexdigest()
