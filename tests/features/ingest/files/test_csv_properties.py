"""Whatever a file is made of: its rows, their numbers and the bad ones are those that a plain reader finds."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hypothesis import event, given
from hypothesis import strategies as st

from features.file_mapping.declaration import Dialect
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused
from tests.features.ingest.files.file_rows import Taken, take
from tests.features.ingest.files.reference_reader import PlainReader
from tests.sweeps import tried


class Dribbling(io.BytesIO):
    """Bytes that come a few at a time, however many are asked for."""

    few = 4

    def read(self, _: int | None = -1, /) -> bytes:
        """The next few."""
        return super().read(self.few)


@dataclass(frozen=True)
class Dribbled(SourceFile):
    """A file whose bytes come a few at a time."""

    content: bytes = b""
    few: int = 4

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes."""
        stream = Dribbling(self.content)
        stream.few = self.few
        yield stream


QUOTES = st.sampled_from(['"', "'", ""])
ESCAPES = st.sampled_from(["", "\\"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """A way to write a file."""
    quote = draw(QUOTES)
    return Dialect.model_validate({"quote": quote, "escape": draw(ESCAPES) if quote else ""})


@st.composite
def texts(draw: st.DrawFn, dialect: Dialect) -> str:
    """Rows as they may come: mostly well-formed cells, now and then anything."""
    quote, escape = dialect.quote, dialect.escape
    inside = st.lists(st.sampled_from(["é", ",", "\n", "\r\n", "\r", (escape or quote) + quote]), max_size=5)
    quoted = inside.map(lambda parts: quote + "".join(parts) + quote)
    anything = st.text(st.sampled_from(["a", "é", ",", "\n", "\r", " ", "\\", quote or '"']), max_size=6)
    cells = st.one_of(st.sampled_from(["", "a", "éé"]), quoted, anything)
    rows = draw(st.lists(st.tuples(cells, cells, ENDS), max_size=8))
    last = draw(st.one_of(st.just(""), cells))
    text = "a,b\n" + "".join(f"{first},{second}{end}" for first, second, end in rows) + last
    return text + "x" if text.endswith("\\") else text


@tried(100, 2000)
@given(st.data())
def test_arrow_reads_what_a_plain_reader_reads(data: st.DataObject) -> None:
    dialect = data.draw(dialects(), label="dialect")
    text = data.draw(texts(dialect), label="text")
    few = data.draw(st.sampled_from([4, 5, 16, 1 << 20]), label="few")
    plain = PlainReader(dialect.delimiter, dialect.quote, dialect.escape)
    plain.read(text)
    file = Dribbled("a.csv", Path("a.csv"), content=text.encode(), few=few)
    try:
        taken = take(file, dialect)
    except DataRefused as refused:
        event("refused")
        (finding,) = refused.findings
        assert (finding.code, finding.row, plain.is_open) == ("FILE05", 1 + len(plain.records), True)
        return
    assert not plain.is_open
    compare(taken, plain)


def compare(taken: Taken, plain: PlainReader) -> None:
    """Every record is where it belongs: good, blank, with another number of cells, or misquoted."""
    numbered = [(row, cells or ["", ""], misplaced) for row, (cells, misplaced) in enumerate(plain.records, 1)][1:]
    bad = [row for row, cells, misplaced in numbered if misplaced or len(cells) != 2]
    event("bad" if bad else "good")
    assert taken.rows == [(row, *cells) for row, cells, _ in numbered if row not in bad]
    assert [row for row, _ in taken.malformed] == bad
    misquoted = [row for row, cells, misplaced in numbered if misplaced and len(cells) == 2]
    assert [row for row, sentence in taken.malformed if "quote" in sentence] == misquoted
