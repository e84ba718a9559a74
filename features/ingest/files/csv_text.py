"""Cuts UTF-8 text into whole CSV records and feeds them to Arrow, up to the first error."""

import io
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np

from features.file_mapping.declaration import Dialect
from features.ingest.files.quoting import Places, QuoteFinder
from features.ingest.findings import DataRefused

MARK = 0
"""The byte put behind a misplaced quote to find its row after Arrow has read it. Text never has it otherwise."""


class EndlessRecord(Exception):  # noqa: N818 - never leaves this module
    """A record does not end: too long, or open where the file ends."""

    def __init__(self, how: Literal["long", "open"]) -> None:
        self.how = how


def whole_records(chunks: Iterable[bytes], dialect: Dialect, longest: int) -> Iterator[bytes]:
    """The text in pieces of whole records, a MARK behind every misplaced quote; EndlessRecord where one does not end.

    Where quotes are misplaced, Arrow reads a record across two pieces differently than in one. The last record gets a
    line end where it has none: Arrow ignores a header alone without it.
    """
    quotes = QuoteFinder(dialect)
    rest = b""
    for chunk in chunks:
        rest += chunk
        quoted = quotes.find(rest)
        end = quoted.end_of_records()
        if end:
            misplaced = quoted.misplaced[quoted.misplaced < end]
            yield marked(rest[:end], misplaced)
            rest = rest[end:]
        if len(rest) > longest:
            raise EndlessRecord("long")
    quoted = quotes.find(rest)
    if quoted.is_open:
        raise EndlessRecord("open")
    if rest:
        yield marked(rest + b"\n", quoted.misplaced)


def marked(text: bytes, places: Places) -> bytes:
    """The text with a MARK behind each of the places."""
    return np.insert(np.frombuffer(text, np.uint8), places + 1, MARK).tobytes() if len(places) else text


class TextFeed(io.RawIOBase):
    """A file object that gives Arrow one piece at a time. It ends before an error, so that rows before it are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.ready = b""
        self.ended = False
        self.endless: EndlessRecord | None = None
        self.refusal: DataRefused | None = None
        self.lock = threading.Lock()

    def readable(self) -> bool:
        """Always True."""
        return True

    def skip_blank_lines(self, delimiter: str) -> int:
        """Skips leading lines of only delimiters and spaces and returns how many they are."""
        skipped = 0
        blank = re.compile(rb"(?:[ \t%b]*(?:\r\n|\r|\n))*" % re.escape(delimiter.encode()))
        while not self.ended and not self.ready:
            self.ready = self.following()
            start = blank.match(self.ready)
            lines = start[0] if start else b""
            skipped += len(re.findall(rb"\r\n|\r|\n", lines))
            self.ready = self.ready[len(lines) :]
        return skipped

    def read(self, _: int = -1, /) -> bytes:
        """The next piece; empty at the end. Arrow calls it from a thread of its own."""
        with self.lock:
            piece, self.ready = self.ready or self.following(), b""
            return piece

    def following(self) -> bytes:
        """One more piece; empty at the end."""
        try:
            if not self.ended:
                return next(self.pieces)
        except StopIteration:
            self.ended = True
        except EndlessRecord as endless:
            self.ended, self.endless = True, endless
        except DataRefused as refusal:
            self.ended, self.refusal = True, refusal
        return b""

    def stop(self) -> None:
        """Ends the text, also for Arrow's thread that may still read."""
        with self.lock:
            self.ended, self.ready = True, b""
