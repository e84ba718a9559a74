"""Where the quoted cells of a CSV text are, as Arrow reads them, and which quotes cannot be meant so."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.file_mapping.declaration import Dialect

LF, CR = b"\n\r"
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]
NONE: Places = np.empty(0, np.intp)


class QuotedText(NamedTuple):
    """Places of a text that starts with a record: quotes that open or close by turns, and those that do it wrongly."""

    text: bytes
    turns: Places
    misplaced: Places

    @property
    def is_open(self) -> bool:
        """Whether the text ends within a quoted cell."""
        return len(self.turns) % 2 == 1

    def end_of_records(self) -> int:
        """Where the last whole record ends, by LF, CR or both; 0 where none does."""
        # A CR at the very end may be the first half of a CR LF.
        end = 1 + max(self.text.rfind(b"\n"), self.text.rfind(b"\r", 0, -1))
        while end and (turns := int(np.searchsorted(self.turns, end))) % 2:
            opened = int(self.turns[turns - 1])
            end = 1 + max(self.text.rfind(b"\n", 0, opened), self.text.rfind(b"\r", 0, opened))
        return end


class QuoteFinder:
    """Finds the quoted cells of a text.

    A quote opens a cell where the cell starts, and is a letter elsewhere. The next one closes it, unless it is doubled
    or escaped. Arrow takes text between a closing quote and the end of its cell for a part of the cell, without a word:
    such a quote is misplaced, one is missing or too many.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.quote, self.escape = dialect.quote.encode(), dialect.escape.encode()
        self.is_edge = np.zeros(256, dtype=bool)
        self.is_edge[[LF, CR, ord(dialect.delimiter)]] = True

    def find(self, text: bytes) -> QuotedText:
        """The quoted cells of a text that starts with a record."""
        if self.escape and self.escape in text:
            text = self.without_escaped(text)
        if self.quote not in text:
            return QuotedText(text, NONE, NONE)
        padded = np.frombuffer(b"\n%b\n" % text, np.uint8)
        places = np.flatnonzero(padded == self.quote[0])
        before, after = padded[places - 1], padded[places + 1]
        if self.are_well_formed(before, after):
            return QuotedText(text, places - 1, NONE)
        return QuotedText(text, *self.walk(places - 1, before, after))

    def without_escaped(self, text: bytes) -> bytes:
        """The text with every escaped byte made a letter that means nothing."""
        plain = np.frombuffer(text, np.uint8).copy()
        escapes = np.flatnonzero(plain == self.escape[0])
        starts_run = np.diff(escapes, prepend=-2) != 1
        run = escapes[np.maximum.accumulate(np.where(starts_run, np.arange(len(escapes)), 0))]
        escaped = escapes[(escapes - run) % 2 == 0] + 1
        plain[escaped[escaped < len(plain)]] = ord("x")
        return plain.tobytes()

    def are_well_formed(self, before: Bytes, after: Bytes) -> bool:
        """Whether quotes, opening and closing by turns, stand at the edges of cells, or are doubled."""
        beside = after.copy()
        beside[::2] = before[::2]
        fine = self.is_edge[beside]
        if not self.escape:
            fine |= beside == self.quote[0]
        return bool(fine.all())

    def walk(self, places: Places, before: Bytes, after: Bytes) -> tuple[Places, Places]:
        """The quotes that open or close, and those that close in the middle of a cell, one after the other."""
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
