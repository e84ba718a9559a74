"""A sample of a file's rows: its beginning, and pieces from all over a large one."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, get_args

import pyarrow as pa

from features.file_mapping.declaration import Delimiter, Dialect
from features.ingest.files.csv_rows import made_unique, read_csv, unquoted
from features.ingest.files.encodings import MARKS, can_be_read, likely_utf16, refuse_other_file
from features.ingest.files.row_batches import RowBatches
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding
from features.ingest.proposal.name_match import known_words, words_of

HEAD = 8 << 20
PIECE = 256 << 10
PIECES = 16
"""Bytes read from a file's beginning, bytes of each further piece, and how many those are."""

SNIFFED = 60
"""Records from which delimiter and header are told."""

MOST_COLUMNS = 500
"""Columns beyond which a file is not looked at: that is no export of records."""

FIELD_WORDS = 0.4
"""The share of a header's names that must have a word of the field; else its cells may be a record, and a person's."""

NUMBER_OR_DATE = re.compile(r"[-+]?[0-9][0-9.,:/ -]*")


@dataclass(frozen=True, eq=False)
class FileSample:
    """Rows of a file as trimmed text, null where empty, a column `c0`, `c1`, … for each of `names`.

    `names` are those of its header, or made up where it has none. A file in ASCII may be in any encoding.
    """

    file: str
    dialect: Dialect
    names: tuple[str, ...]
    has_header: bool
    cells: pa.Table
    is_whole: bool
    is_ascii: bool


@dataclass(frozen=True)
class TextPiece(SourceFile):
    """A piece of a file's text in UTF-8, which is read as a file of its own."""

    text: bytes = b""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The text as a stream."""
        yield io.BytesIO(self.text)


def sample_of(file: SourceFile) -> FileSample:
    """A sample of a file; DataRefused for one that is no text, damaged, empty or too wide."""
    raw, is_whole = raw_pieces(file)
    refuse_other_file(raw[0], "utf-8", file.name)
    encoding = encoding_of(raw)
    head, *further = (lines_of(piece, encoding, first=n == 0) for n, piece in enumerate(raw))
    dialect = dialect_of(head, encoding)
    first = records_of(head, dialect, SNIFFED)
    if first and len(first[0]) > MOST_COLUMNS:
        raise DataRefused([Finding("FILE04", file.name, 1, "", f"expected at most {MOST_COLUMNS} columns")])
    has_header = is_header(first)
    header = None if has_header else tuple(f"column_{n}" for n in range(1, len(first[0]) + 1)) if first else None
    names, tables = header, []
    for place, text in enumerate([head, *further]):
        try:
            found, cells = cells_of(file, text, dialect, names)
        except DataRefused:
            if place == 0:
                raise
            continue
        names = names or found
        tables.append(cells)
    is_ascii = all(piece.isascii() for piece in raw)
    return FileSample(file.name, dialect, names or (), has_header, pa.concat_tables(tables), is_whole, is_ascii)


def in_one_encoding(samples: Sequence[FileSample]) -> list[FileSample]:
    """The samples; where files with accents are in one single-byte encoding, those in ASCII are taken to be in it too.

    Another day they will have accents as well.
    """
    told = {sample.dialect.encoding for sample in samples if not sample.is_ascii}
    if len(told) != 1 or not told <= {"cp1252", "iso8859-1"}:
        return list(samples)
    return [
        replace(one, dialect=one.dialect.model_copy(update={"encoding": min(told)})) if one.is_ascii else one
        for one in samples
    ]


def raw_pieces(file: SourceFile) -> tuple[list[bytes], bool]:
    """The file's beginning, pieces from all over it where it can be read at any place, and whether that is all."""
    with file.open() as stream:
        head = stream.read(HEAD)
    if len(head) < HEAD:
        return [head], True
    if file.member or file.name.lower().endswith(".gz"):
        return [head], False
    size = file.path.stat().st_size
    pieces = [head]
    with file.path.open("rb") as plain:
        for n in range(PIECES):
            plain.seek((HEAD + (size - HEAD) * n // PIECES) // 4 * 4)
            pieces.append(plain.read(PIECE))
    return pieces, False


def encoding_of(raw: Sequence[bytes]) -> str:
    """The encoding to declare: by its byte order mark, its zeros, or the first common one that fits."""
    mark = next((mark for mark in MARKS if raw[0].startswith(mark.start)), None)
    if mark:
        return mark.declared
    if likely_utf16(raw[0][:PIECE]):
        return likely_utf16(raw[0][:PIECE])
    if all(can_be_read(whole_lines(piece, first=n == 0), "utf-8", last=False) for n, piece in enumerate(raw)):
        return "utf-8"
    return "cp1252" if all(can_be_read(piece, "cp1252", last=False) for piece in raw) else "iso8859-1"


def whole_lines(piece: bytes, *, first: bool) -> bytes:
    """A piece without the beginning of a line that it starts within."""
    return piece if first else piece[piece.find(b"\n") + 1 :]


def lines_of(piece: bytes, encoding: str, *, first: bool) -> str:
    """The whole lines of a piece as text. The last line of a file may have no end."""
    text = piece.decode(encoding, "ignore").removeprefix("\ufeff").replace("\0", "")
    begins = 0 if first else text.find("\n") + 1
    ends = text.rfind("\n") + 1 if len(piece) in (HEAD, PIECE) else len(text)
    return text[begins:ends]


def dialect_of(text: str, encoding: str) -> Dialect:
    """How a text is written: the delimiter with which most records have as many cells, its quote and its escape."""
    quote = "'" if '"' not in text and re.search(r"(?m)^'[^'\n]*'[,;\t|^]", text) else '"'
    escape = "\\" if re.search(r'[^,;\t|^\n\\]\\"[^,;\t|^\r\n]', text) else ""
    best, rank = ",", (0.0, 0)
    for delimiter in get_args(Delimiter):
        tried = Dialect(encoding=encoding, delimiter=delimiter, quote=quote, escape=escape)
        widths = Counter(len(record) for record in records_of(text, tried, SNIFFED))
        width, n = widths.most_common(1)[0] if widths else (0, 0)
        found = (n / max(1, widths.total()), width)
        if width > 1 and found > rank:
            best, rank = delimiter, found
    return Dialect.model_validate({"encoding": encoding, "delimiter": best, "quote": quote, "escape": escape})


def records_of(text: str, dialect: Dialect, most: int) -> list[list[str]]:
    """The first records of a text that are not blank, their cells trimmed."""
    reader = csv.reader(
        io.StringIO(text[: 1 << 18], newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote,
        doublequote=not dialect.escape, escapechar=dialect.escape or None,
    )  # fmt: skip
    records: list[list[str]] = []
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append([unquoted(cell) for cell in record])
            if len(records) == most:
                break
    except csv.Error:
        pass  # a cell beyond all measure: what was read before it tells enough
    return records


def is_header(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names columns: it has words of the field, and what is in no header is not in it.

    That is a number, a date or an address, a name twice, and a cell that stands below it too.
    """
    if not records:
        return True
    named = [name for name in records[0] if name]
    if len(named) * 2 < len(records[0]) or len(set(named)) < len(named):
        return False
    if any(NUMBER_OR_DATE.fullmatch(name) or "@" in name for name in named):
        return False
    if sum(not known_words().isdisjoint(words_of(name)) for name in named) < FIELD_WORDS * len(named):
        return False
    below = [[row[n] for row in records[1:] if n < len(row)] for n in range(len(records[0]))]
    return not any(name and name in cells for name, cells in zip(records[0], below, strict=True))


def cells_of(
    file: SourceFile, text: str, dialect: Dialect, header: tuple[str, ...] | None
) -> tuple[tuple[str, ...], pa.Table]:
    """The names and cells of a piece of text; DataRefused where it cannot be read."""
    piece = TextPiece(file.name, file.path, text=text.encode())
    plain = dialect.model_copy(update={"encoding": "utf-8"})
    with read_csv(piece, plain, header) as rows:
        batches = RowBatches(rows, range(len(rows.names)), ())
        schema = pa.schema([("row", pa.int64()), *((f"c{n}", pa.string()) for n in range(len(rows.names)))])
        return made_unique(rows.header), pa.Table.from_batches(list(batches.batches()), schema)
