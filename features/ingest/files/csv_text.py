"""UTF-8 text in whole records, and as Arrow asks for it: it ends before what is wrong with it."""

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
"""The byte behind a misplaced quote, so that the row is known after Arrow has read it; no text that we read has it."""


class EndlessRecord(Exception):  # noqa: N818 - never leaves this module
    """A record does not end: too long, or open where the file ends."""

    def __init__(self, how: Literal["long", "open"]) -> None:
        self.how = how


def whole_records(chunks: Iterable[bytes], dialect: Dialect, longest: int) -> Iterator[bytes]:
    """The same text in pieces of whole records, with a MARK behind every misplaced quote; Endless for one that is not.

    Arrow reads a record across two pieces otherwise than in one, where quotes are misplaced. The last record gets an
    end where it has none: Arrow takes a header alone for nothing else.
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
    """Text as Arrow asks for it, piece by piece. It ends before what is wrong with it, so that all before is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.ready = b""
        self.ended = False
        self.endless: EndlessRecord | None = None
        self.refusal: DataRefused | None = None
        self.lock = threading.Lock()

    def readable(self) -> bool:
        """Always."""
        return True

    def skip_blank_lines(self, delimiter: str) -> int:
        """The number of lines of nothing but delimiters and spaces that it starts with: they are gone after this."""
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
        """The next piece, empty at the end. Arrow asks from a thread of its own."""
        with self.lock:
            taken, self.ready = self.ready or self.following(), b""
            return taken

    def following(self) -> bytes:
        """One more piece, empty where it ends."""
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
        """Ends it, also for the thread that may still ask."""
        with self.lock:
            self.ended, self.ready = True, b""
