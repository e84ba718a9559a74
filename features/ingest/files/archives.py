"""Reads gzip and zip as streams; bombs, links and other archives that no school system exports are refused."""

import copy
import gzip
import io
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from features.ingest.findings import DataRefused, Finding

MOST_ENTRIES = 1_000
MOST_DIRECTORY = 1 << 20
FREE = 64 << 20
MOST_GROWTH = 200
MOST_BYTES = 64 << 30
"""Limits: entries of a zip, bytes of its directory, bytes of any growth, growth beyond them, bytes in all."""

NESTED = (".gz", ".zip", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, ValueError)
"""What Python raises for damaged archives; a UnicodeDecodeError is a ValueError."""

Check = Callable[[int, bool], None]
"""Given the bytes produced so far and whether they are all, raises DataRefused where they are too many or too few."""


def refused(name: str, expected: str) -> DataRefused:
    """The refusal of an archive, or of a file that came as one."""
    return DataRefused([Finding("FILE06", name, None, "", expected)])


def opened(path: Path, name: str) -> BinaryIO:
    """A file's bytes on disk as a stream; DataRefused where it cannot be read."""
    try:
        return path.open("rb")
    except OSError as error:
        expected = f"expected a file that can be read, but the system says: {error.strerror}"
        raise DataRefused([Finding("FILE01", name, None, "", expected)]) from None


class CountedStream(io.RawIOBase):
    """Decompressed bytes, counted while they are produced."""

    def __init__(self, inner: io.BufferedIOBase, name: str, check: Check) -> None:
        self.inner, self.name, self.check = inner, name, check
        self.produced = 0

    def readable(self) -> bool:
        """Always True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # only io.BufferedReader calls it
        """Fills the buffer and returns the number of bytes; DataRefused where they are damaged or too many."""
        try:
            chunk = self.inner.read(len(buffer))
        except DAMAGE:
            raise refused(self.name, "expected a whole file, but it is cut short or damaged; send it again") from None
        self.produced += len(chunk)
        self.check(self.produced, not chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def open_gzip(path: Path, name: str) -> Iterator[BinaryIO]:
    """The decompressed bytes of a gzip file; DataRefused, at once or while reading, where it is unsafe or damaged."""
    if PurePosixPath(name).stem.lower().endswith(NESTED):
        raise refused(name, "expected a file, not an archive in an archive; unpack the inner one")
    with opened(path, name) as packed:
        trial = unpacked(packed, name)
        # Decompress once without reading rows, which takes longer: a bomb is found sooner.
        for _ in range(2 * FREE >> 20):
            if not trial.read(1 << 20):
                break
        packed.seek(0)
        yield unpacked(packed, name)


def unpacked(packed: BinaryIO, name: str) -> BinaryIO:
    """The decompressed bytes of a gzip stream; DataRefused where they grow beyond the limits."""

    def check(produced: int, _: bool) -> None:
        refuse_growth(produced, packed.tell(), name)

    return io.BufferedReader(CountedStream(gzip.GzipFile(fileobj=packed), name, check), 1 << 20)


def refuse_growth(plain: int, packed: int, name: str) -> None:
    """Raise DataRefused where more bytes are decompressed than the limits allow."""
    if plain > min(FREE + MOST_GROWTH * packed, MOST_BYTES):
        raise refused(name, f"expected an extract, but it grows {MOST_GROWTH}-fold or beyond 64 GiB when unpacked")


@contextmanager
def open_member(path: Path, member: str, name: str) -> Iterator[BinaryIO]:
    """The decompressed bytes of a zip's entry; DataRefused, at once or while reading, where it is unsafe or damaged."""
    with listed(path, name) as archive:
        entry = next((entry for entry in archive.infolist() if entry.filename == member), None)
        if entry is None:
            raise refused(name, "expected the zip to stay as it was while it is read; try again")
        yield io.BufferedReader(
            CountedStream(start_of(archive, entry, name), name, has_size(entry.file_size, name)), 1 << 20
        )


def start_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> io.BufferedIOBase:
    """The entry's bytes up to their real end, not to the size that the zip declares."""
    endless = copy.copy(entry)
    endless.file_size = sys.maxsize
    try:
        return archive.open(endless)  # type: ignore[return-value]  # a ZipExtFile is a BufferedIOBase
    except DAMAGE:
        raise refused(name, "expected an entry of a zip, but it is damaged; send it again") from None


def has_size(declared: int, name: str) -> Check:
    """A check that exactly the declared number of bytes is produced."""

    def check(produced: int, ended: bool) -> None:
        if produced > declared or (ended and produced < declared):
            raise refused(
                name, f"expected {declared:,} bytes, as the zip declares, but it has more or less; send it again"
            )

    return check


def members(path: Path, name: str) -> tuple[str, ...]:
    """The names of the files in a zip; DataRefused where it is unsafe or damaged."""
    with listed(path, name) as archive:
        return tuple(entry.filename for entry in archive.infolist() if not entry.is_dir())


class BoundedReader(io.BufferedReader):
    """Limits a single read: zipfile reads as much of the directory at once as the zip declares."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes; BadZipFile for more at once than a directory may have."""
        if size is not None and size > MOST_DIRECTORY:
            raise zipfile.BadZipFile
        return super().read(size)


@contextmanager
def listed(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """An open zip with every entry checked; DataRefused where one is unsafe."""
    with opened(path, name) as handle, BoundedReader(io.FileIO(handle.fileno(), closefd=False)) as directed:
        try:
            archive = zipfile.ZipFile(directed)
        except DAMAGE:
            expected = f"expected a zip of at most {MOST_ENTRIES:,} files, but it is another file, damaged or larger"
            raise refused(name, f"{expected}; send it again") from None
        with archive:
            refuse_entries(archive.infolist(), path.stat().st_size, name)
            yield archive


def refuse_entries(entries: Sequence[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Raise DataRefused where a zip's directory declares too much, or an entry that is not allowed."""
    if len(entries) > MOST_ENTRIES:
        raise refused(name, f"expected at most {MOST_ENTRIES:,} files in a zip, not {len(entries):,}")
    for entry in entries:
        for is_wrong, expected in WRONG:
            if is_wrong(entry):
                raise refused(name, f"expected {expected}")
    if max(Counter(entry.filename for entry in entries).values(), default=0) > 1:
        raise refused(name, "expected every name once in a zip, but two entries have the same; send one of them")
    if sum(entry.compress_size for entry in entries) > packed:
        raise refused(name, "expected the entries of a zip beside each other, but they overlap; send it again")
    refuse_growth(sum(entry.file_size for entry in entries), packed, name)


def leads_elsewhere(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry's name could mean a place outside of the zip, or two different names."""
    name = entry.orig_filename
    return bool(re.search(r"^/|^[A-Za-z]:|[\\\0]", name)) or not {".", ".."}.isdisjoint(name.split("/"))


def is_special(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a link, a device or anything but a file or a folder."""
    return stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR)


WRONG: tuple[tuple[Callable[[zipfile.ZipInfo], bool], str], ...] = (
    (leads_elsewhere, "plain names in a zip, but one leads elsewhere (/, C:, .., a backslash or a NUL); zip it anew"),
    (is_special, "only files in a zip, but there is a link or a device in it; put the file itself there"),
    (lambda entry: bool(entry.flag_bits & 0x41), "a zip without a password; send it over a protected connection"),
    (
        lambda entry: entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        "a zip that is stored or deflated, the two common ways; choose the standard when zipping",
    ),
    (
        lambda entry: entry.filename.lower().endswith(NESTED),
        "files in a zip, but there is an archive in it, such as .gz or .zip; put the plain files there",
    ),
)
"""What no entry of a zip may be, and what is expected instead."""
