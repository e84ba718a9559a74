"""Reads the rows of a CSV file as Arrow batches, each row with its number; cells stay text."""

import functools
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from features.file_mapping.declaration import Dialect
from features.ingest.files.csv_text import MARK, TextFeed, whole_records
from features.ingest.files.encodings import as_utf8
from features.ingest.files.malformed_rows import MalformedRows, Numbers
from features.ingest.files.source_rows import SourceRows
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding

LONGEST = 4 << 20
MOST_LINES_IN_CELL = 200
MOST_COLUMNS = 4096
"""Limits: bytes of a row, line breaks in a cell, cells in a header. Beyond them the declared dialect is wrong."""

UNCLOSED = "expected a header, but its quotes do not close where its cells end; see to `delimiter` and `quote`"

NOTHING = pa.RecordBatch.from_pylist([])


@contextmanager
def read_csv(file: SourceFile, dialect: Dialect, header: tuple[str, ...] | None) -> Iterator[SourceRows]:
    """The rows of a file, read lazily; `header` names the columns of a file without one.

    DataRefused: FILE03 another encoding, FILE04 no header, FILE05 a row without an end, FILE06 a damaged archive,
    FILE10 nothing in it. It is raised, too, where DuckDB reads the batches and wraps it in an error of its own.
    """
    with file.open() as source:
        reading = CsvReading(file.name, source, dialect)
        try:
            yield reading.rows(header)
        except DataRefused:
            raise
        except Exception:
            if reading.refusal:
                raise reading.refusal from None
            raise
        finally:
            reading.feed.stop()


class CsvReading:
    """The state of one file while it is read."""

    def __init__(self, name: str, source: BinaryIO, dialect: Dialect) -> None:
        self.name, self.dialect = name, dialect
        self.feed = TextFeed(whole_records(as_utf8(source, dialect.encoding, name), dialect, LONGEST))
        self.malformed = MalformedRows(self.feed.skip_blank_lines(dialect.delimiter))
        self.refusal: DataRefused | None = None

    def rows(self, header: tuple[str, ...] | None) -> SourceRows:
        """The rows and their header; DataRefused where there is none."""
        arrow = self.opened(header)
        self.malformed.expected = len(arrow.schema)
        batches = self.numbered(arrow)
        if header is None:
            first = next((batch for batch in batches if batch.num_rows), NOTHING)
            header = self.header_in(first)
            batches = chain([first.slice(1)], batches)
        names = made_unique(header)
        schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
        named = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in batches)
        return SourceRows(header, names, pa.RecordBatchReader.from_batches(schema, named), self.malformed)

    def opened(self, header: tuple[str, ...] | None) -> csv.CSVStreamingReader:
        """Arrow's reader at the first record; DataRefused where there is no record, or it never ends."""
        if not self.feed.ready:
            self.refuse_end()
            raise self.refused("FILE10", None, "expected a header and rows, but it is empty; send it again")
        columns = len(header) if header is not None else most_columns(self.feed.ready, self.dialect.delimiter)
        arrow = csv.open_csv(self.feed, *options(self.dialect, header, columns, self.malformed.take))
        if len(arrow.schema) > MOST_COLUMNS:
            row = self.malformed.before + 1
            raise self.refused(
                "FILE04", row, f"expected a header of at most {MOST_COLUMNS:,} columns; see to `delimiter`"
            )
        return arrow

    def header_in(self, batch: pa.RecordBatch) -> tuple[str, ...]:
        """The names in the first record; DataRefused where it has none."""
        row = self.malformed.before + 1
        if not batch.num_rows or batch.column(0)[0].as_py() != row:
            raise self.refused("FILE04", row, UNCLOSED)
        header = tuple(unquoted(cells[0].as_py()) for cells in batch.columns[1:])
        if not any(header):
            raise self.refused("FILE10", None, "expected a header and rows, but its cells are empty; send it again")
        return header

    def numbered(self, arrow: csv.CSVStreamingReader) -> Iterator[pa.RecordBatch]:
        """Every batch with its rows' numbers in front; DataRefused at the end where the text ended early or badly."""
        for batch in arrow:
            rows = self.malformed.number(batch.num_rows)
            self.refuse_breaks(batch, rows)
            whole = pa.RecordBatch.from_arrays([pa.array(rows), *batch.columns], names=["row", *batch.schema.names])
            yield self.well_quoted(whole)
        self.refuse_end()

    def well_quoted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without rows in which a quote closes in the middle of a cell."""
        marked = [pc.match_substring(cells, chr(MARK)) for cells in batch.columns[1:] if count(cells, MARK)]
        if not marked:
            return batch
        wrong = functools.reduce(pc.or_, marked)
        self.malformed.misquoted.extend(batch.column(0).filter(wrong).to_pylist())
        return batch.filter(pc.invert(wrong))

    def refuse_breaks(self, batch: pa.RecordBatch, rows: Numbers) -> None:
        """Raise DataRefused where a cell has so many lines that its quote was probably left open."""
        for cells in batch.columns:
            for end in "\n\r":
                if count(cells, ord(end)) > MOST_LINES_IN_CELL:
                    most = pc.greater(pc.count_substring(cells, end), MOST_LINES_IN_CELL)
                    if most.true_count:
                        raise self.endless(int(rows[pc.index(most, True).as_py()]))

    def refuse_end(self) -> None:
        """Raise DataRefused where the text was refused midway, or ended within a quoted cell."""
        if self.feed.refusal:
            self.refusal = self.feed.refusal
            raise self.refusal
        if self.feed.endless and self.feed.endless.how == "open":
            expected = (
                "expected a closing quote, but the file ends without; see to `quote` and `escape`, or send it again"
            )
            raise self.refused("FILE05", self.malformed.last_row + 1, expected)
        if self.feed.endless:
            raise self.endless(self.malformed.last_row + 1)

    def endless(self, row: int) -> DataRefused:
        """The refusal of a row that does not end."""
        most = f"expected rows of at most {LONGEST >> 20} MiB and cells of at most {MOST_LINES_IN_CELL} lines"
        return self.refused("FILE05", row, f"{most}; a quote may be open from here on: close it, or see to `quote`")

    def refused(self, code: str, row: int | None, expected: str) -> DataRefused:
        """The refusal of this file; it is kept, as DuckDB hides the one that it runs into."""
        self.refusal = DataRefused([Finding(code, self.name, row, "", expected)])
        return self.refusal


def most_columns(text: bytes, delimiter: str) -> int:
    """As many columns as the first record of a text can have, rounded up; options for 4,096 take Arrow a millisecond.

    More than `MOST_COLUMNS` are refused once Arrow has counted them.
    """
    cells = text.count(delimiter.encode()) + 1
    return min(MOST_COLUMNS, max(64, 1 << (cells - 1).bit_length()))


def options(
    dialect: Dialect, header: tuple[str, ...] | None, columns: int, malformed: Callable[[csv.InvalidRow], str]
) -> tuple[csv.ReadOptions, csv.ParseOptions, csv.ConvertOptions]:
    """Arrow's options: every record is text, the header too, and has as many cells as the first."""
    names = cell_names(columns)
    return (
        csv.ReadOptions(
            use_threads=False,
            block_size=4 * LONGEST,
            column_names=names if header is not None else None,
            autogenerate_column_names=header is None,
        ),
        csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            double_quote=bool(dialect.quote) and not dialect.escape,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=malformed,
        ),
        texts(len(names)),
    )


@functools.cache
def cell_names(columns: int) -> list[str]:
    """Arrow's names of so many columns."""
    return [f"f{place}" for place in range(columns)]


@functools.cache
def texts(columns: int) -> csv.ConvertOptions:
    """Arrow's options for cells that stay text, even empty ones."""
    return csv.ConvertOptions(
        column_types=dict.fromkeys(cell_names(columns), pa.string()),
        check_utf8=False,
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
    )


def count(cells: pa.StringArray, byte: int) -> int:
    """How often a byte is in a column."""
    text = cells.buffers()[2]
    return 0 if text is None else int(np.count_nonzero(np.frombuffer(text, np.uint8) == byte))


def unquoted(name: str) -> str:
    """A header's name without white space and one pair of quotes of either kind around it."""
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        return name[1:-1].strip()
    return name


def made_unique(header: tuple[str, ...]) -> tuple[str, ...]:
    """The header with unique names, none of them `row`: the second `a` is `a (2)`."""
    names = ["row"]
    for name in header:
        further = (f"{name} ({time})" for time in itertools.count(2))
        names.append(next(candidate for candidate in chain([name], further) if candidate not in names))
    return tuple(names[1:])
