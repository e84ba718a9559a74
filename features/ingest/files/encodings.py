"""Decodes a declared encoding to UTF-8 as a stream; other bytes are refused with a suggestion."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from features.ingest.findings import DataRefused, Finding

CHUNK = 1 << 20


class ByteOrderMark(NamedTuple):
    """A byte order mark, the encoding to declare for it, and the codec for the bytes after it."""

    start: bytes
    declared: str
    read: str


MARKS = (
    ByteOrderMark(codecs.BOM_UTF8, "utf-8", "utf-8"),
    ByteOrderMark(codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    ByteOrderMark(codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    ByteOrderMark(codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    ByteOrderMark(codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
"""Every byte order mark; a longer one before its own beginning."""

OTHER_FILES = (
    (b"\x1f\x8b", "a gzip file: let its name end in .gz"),
    (b"PK\x03\x04", "a zip or an Excel workbook: let its name end in .zip, or save the workbook as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save it as CSV"),
    (b"%PDF", "a PDF: export the records as CSV"),
)
"""The first bytes of files that are not text, and what they are."""


def refused(name: str, expected: str) -> DataRefused:
    """The refusal of a file's encoding."""
    return DataRefused([Finding("FILE03", name, None, "", expected)])


def as_utf8(source: BinaryIO, encoding: str, name: str) -> Iterator[bytes]:
    """The text as UTF-8 without a byte order mark; DataRefused (FILE03) where it is not in that encoding.

    `encoding` is a name as `codecs.lookup` gives it. UTF-8 that is declared cp1252 and the like is refused
    too: each of its accented letters would be read as two.
    """
    encoding = encoding.removesuffix("-sig")
    chunk = source.read(CHUNK)
    refuse_other_file(chunk, encoding, name)
    mark = next((mark for mark in MARKS if chunk.startswith(mark.start)), None)
    if mark:
        refuse_other_mark(mark, encoding, name)
        chunk = chunk[len(mark.start) :]
    else:
        refuse_other_zeros(chunk, encoding, name)
    text = TextDecoder(mark.read if mark else encoding, name)
    while chunk:
        following = source.read(CHUNK)
        yield text.utf8(chunk, last=not following)
        chunk = following


def refuse_other_file(head: bytes, encoding: str, name: str) -> None:
    """Raise DataRefused for a file whose first bytes are those of another kind of file."""
    for start, other in OTHER_FILES:
        if head.startswith(start):
            raise refused(name, f"expected text in {encoding}, but it is {other}")


def refuse_other_mark(mark: ByteOrderMark, encoding: str, name: str) -> None:
    """Raise DataRefused where the mark is of another encoding than the declared one."""
    if encoding not in (mark.declared, mark.read):
        expected = f"expected text in {encoding}, but it starts with the byte order mark of {mark.declared}"
        raise refused(name, f"{expected}: {declare(mark.declared)}")


def refuse_other_zeros(head: bytes, encoding: str, name: str) -> None:
    """Raise DataRefused where NUL bytes, or the lack of them, show that a text without a mark is in another encoding.

    In UTF-16 and UTF-32 ASCII letters have NUL bytes beside them. UTF-32 is not checked.
    """
    likely = likely_utf16(head)
    if encoding == "utf-16" and head:
        expected = "expected text in utf-16 with its byte order mark, but it has none"
        raise refused(name, f"{expected}: {declare(likely or 'utf-8')}")
    is_utf16 = encoding in ("utf-16-le", "utf-16-be")
    if is_utf16 and head and (likely not in ("", encoding) or 0 not in head):
        raise refused(name, f"expected text in {encoding}, but its bytes are of another: {declare(likely or 'utf-8')}")
    if likely and not is_utf16 and not encoding.startswith("utf-32"):
        raise refused(name, f"expected text in {encoding}, but every other byte is NUL: {declare(likely)}")


def likely_utf16(head: bytes) -> str:
    """The UTF-16 byte order that the places of NUL bytes suggest; empty where they are few."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 <= len(head) // 2:
        return ""
    return "utf-16-le" if odd >= even else "utf-16-be"


def declare(encoding: str) -> str:
    """The advice to declare an encoding."""
    return f'set encoding = "{encoding}" if that is what it is'


class TextDecoder:
    """Decodes a text to UTF-8, chunk by chunk."""

    def __init__(self, encoding: str, name: str) -> None:
        self.encoding, self.name = encoding, name
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.as_utf8 = codecs.getincrementaldecoder("utf-8")()
        self.may_be_utf8 = not encoding.startswith("utf")
        self.has_ascii = encoding in ("utf-8", "ascii") or encoding.startswith(("cp125", "iso8859"))
        self.lines = 1
        self.accents = 0
        self.controls = 0

    def utf8(self, chunk: bytes, *, last: bool) -> bytes:
        """The chunk in UTF-8; DataRefused where it is not what it is declared to be."""
        midway = self.decoder.getstate()[0] or self.as_utf8.getstate()[0]
        if self.has_ascii and chunk.isascii() and not midway:
            plain = chunk
        else:
            plain = self.decode(chunk, last=last)
            self.note_accents(chunk, plain)
        if 0 in plain:
            line = self.line_at(plain, plain.index(0))
            raise self.refused(f"line {line:,} has a NUL character, which no text has; send it again")
        self.lines += plain.count(b"\n")
        if last:
            self.refuse_accents()
        return plain

    def decode(self, chunk: bytes, *, last: bool) -> bytes:
        """The chunk decoded strictly; DataRefused with the line where it cannot be."""
        try:
            return self.decoder.decode(chunk, last).encode()
        except UnicodeDecodeError as error:
            raise self.refused(self.reason(error, last=last)) from None

    def reason(self, error: UnicodeDecodeError, *, last: bool) -> str:
        """Why bytes cannot be decoded, as far as can be told, and what to do."""
        before = error.object[: error.start].decode(self.encoding, "ignore").encode()
        line = f"line {self.line_at(before, len(before)):,}"
        had_accents = bool(self.accents) or not before.isascii()
        if last and error.end == len(error.object) and (had_accents or self.encoding.startswith(("utf-16", "utf-32"))):
            return f"{line} ends in the middle of a character: it was cut short; send it again"
        if had_accents and self.encoding == "utf-8":
            return f"{line} is in another encoding than the lines before it; ask for a file in one"
        for other in ("utf-8", "cp1252"):
            if other != self.encoding and can_be_read(error.object, other, last=last):
                return f"{line} is not in it: {declare(other)}"
        return f"{line} is not in it; ask whoever sends it which encoding it is in"

    def note_accents(self, chunk: bytes, plain: bytes) -> None:
        """Notes the first line beyond ASCII, the first with a control character, and whether all may be UTF-8."""
        beyond = re.search(rb"[\x80-\xff]", plain)
        if beyond and not self.accents:
            self.accents = self.line_at(plain, beyond.start())
        control = re.search(rb"\xc2[\x80-\x9f]", plain) if self.encoding == "iso8859-1" else None
        if control and not self.controls:
            self.controls = self.line_at(plain, control.start())
        try:
            if self.may_be_utf8:
                self.as_utf8.decode(chunk)
        except UnicodeDecodeError:
            self.may_be_utf8 = False
            self.as_utf8.reset()

    def refuse_accents(self) -> None:
        """Raise DataRefused where the letters beyond ASCII show another encoding."""
        if self.accents and self.may_be_utf8 and not self.as_utf8.getstate()[0]:
            raise self.refused(f"its accented letters, from line {self.accents:,} on, are utf-8: {declare('utf-8')}")
        if self.controls:
            raise self.refused(f"line {self.controls:,} has control characters: {declare('cp1252')}")

    def line_at(self, plain: bytes, place: int) -> int:
        """The file's line at a position of the current chunk."""
        return self.lines + plain.count(b"\n", 0, place)

    def refused(self, reason: str) -> DataRefused:
        """The refusal of this text."""
        return refused(self.name, f"expected text in {self.encoding}, but {reason}")


def can_be_read(chunk: bytes, encoding: str, *, last: bool) -> bool:
    """Whether bytes can be decoded; they may end within a character unless they are the last."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(chunk, last)
    except UnicodeDecodeError:
        return False
    return True
