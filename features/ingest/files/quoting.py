"""Finds the quoted cells of a CSV text as Arrow reads them, and quotes that are misplaced."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.file_mapping.declaration import Dialect

LF, CR = b"\n\r"
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]
NONE: Places = np.empty(0, np.intp)


class QuotedText(NamedTuple):
    """A text that starts with a record: positions of quotes that open and close by turns, and of misplaced ones."""

    text: bytes
    turns: Places
    misplaced: Places

    @property
    def is_open(self) -> bool:
        """Whether the text ends within a quoted cell."""
        return len(self.turns) % 2 == 1

    def end_of_records(self) -> int:
        """The position after the last whole record, which ends by LF, CR or both; 0 where there is none."""
        # A CR at the very end may be the first half of a CR LF.
        end = 1 + max(self.text.rfind(b"\n"), self.text.rfind(b"\r", 0, -1))
        while end and (turns := int(np.searchsorted(self.turns, end))) % 2:
            opened = int(self.turns[turns - 1])
            end = 1 + max(self.text.rfind(b"\n", 0, opened), self.text.rfind(b"\r", 0, opened))
        return end


class QuoteFinder:
    """Finds the quoted cells of a text.

    A quote opens a cell only at the cell's start; elsewhere it is a letter. The next one closes it, unless it is
    doubled or escaped. Arrow silently adds text between a closing quote and the cell's end to the cell: such a quote is
    misplaced.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.quote, self.escape = dialect.quote.encode(), dialect.escape.encode()
        self.is_edge = np.zeros(256, dtype=bool)
        self.is_edge[[LF, CR, ord(dialect.delimiter)]] = True

    def find(self, text: bytes) -> QuotedText:
        """The quoted cells of a text that starts with a record."""
        if self.escape and self.escape in text:
            text = self.without_escaped(text)
        if not self.quote or self.quote not in text:
            return QuotedText(text, NONE, NONE)
        padded = np.frombuffer(b"\n%b\n" % text, np.uint8)
        places = np.flatnonzero(padded == self.quote[0])
        before, after = padded[places - 1], padded[places + 1]
        if self.are_well_formed(before, after):
            return QuotedText(text, places - 1, NONE)
        return QuotedText(text, *self.walk(places - 1, before, after))

    def without_escaped(self, text: bytes) -> bytes:
        """The text with every escaped byte replaced by a plain letter."""
        plain = np.frombuffer(text, np.uint8).copy()
        escapes = np.flatnonzero(plain == self.escape[0])
        starts_run = np.diff(escapes, prepend=-2) != 1
        run = escapes[np.maximum.accumulate(np.where(starts_run, np.arange(len(escapes)), 0))]
        escaped = escapes[(escapes - run) % 2 == 0] + 1
        plain[escaped[escaped < len(plain)]] = ord("x")
        return plain.tobytes()

    def are_well_formed(self, before: Bytes, after: Bytes) -> bool:
        """Whether every quote, opening and closing by turns, stands at the edge of a cell or is doubled."""
        beside = after.copy()
        beside[::2] = before[::2]
        fine = self.is_edge[beside]
        if not self.escape:
            fine |= beside == self.quote[0]
        return bool(fine.all())

    def walk(self, places: Places, before: Bytes, after: Bytes) -> tuple[Places, Places]:
        """Goes from quote to quote: those that open or close, and those that close in the middle of a cell."""
        turns: list[int] = []
        misplaced: list[int] = []
        doubled = -1
        neighbours = (self.is_edge[before].tolist(), after.tolist(), self.is_edge[after].tolist())
        for place, starts, following, ends in zip(places.tolist(), *neighbours, strict=True):
            if place == doubled or (len(turns) % 2 == 0 and not starts):
                continue
            if len(turns) % 2 and following == self.quote[0] and not self.escape:
                doubled = place + 1
                continue
            turns.append(place)
            if len(turns) % 2 == 0 and not ends:
                misplaced.append(place)
        return np.array(turns, np.intp), np.array(misplaced, np.intp)
