"""Reads the rows of a Parquet file as a reader of CSV gives them: batches of text, each row with its number."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from features.file_mapping.declaration import Dialect
from features.ingest.files.csv_rows import MOST_COLUMNS, made_unique
from features.ingest.files.malformed_rows import MalformedRows
from features.ingest.files.source_rows import SourceRows
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding

SUFFIX = ".parquet"
ROWS_AT_A_TIME = 1 << 16
DATE = "%Y-%m-%d"

NOT_WHOLE = "expected a Parquet file; is it damaged, or still being written?"


def is_parquet(file: SourceFile) -> bool:
    """Whether a file's name ends in .parquet."""
    return file.name.lower().endswith(SUFFIX)


@contextmanager
def read_parquet(
    file: SourceFile, _dialect: Dialect, _header: tuple[str, ...] | None = None
) -> Iterator[SourceRows]:  # fmt: skip
    """The rows of a file, read lazily. Lists and other columns that are no plain values are left out.

    DataRefused: FILE06 no whole Parquet file, or one within a zip; FILE04 no column, or too many.
    """
    if file.member:
        raise refused(file.name, "FILE06", "a Parquet file within a zip; put it into the folder itself")
    try:
        opened = parquet.ParquetFile(file.path)
    except (pa.ArrowException, OSError):
        raise refused(file.name, "FILE06", NOT_WHOLE) from None
    with opened:
        reading = ParquetReading(file.name, opened)
        try:
            yield reading.rows()
        except Exception:
            if reading.refusal:
                raise reading.refusal from None
            raise


@dataclass
class ParquetReading:
    """The state of one file while it is read."""

    name: str
    opened: parquet.ParquetFile
    refusal: DataRefused | None = None

    def rows(self) -> SourceRows:
        """The rows and their header; DataRefused where it names no plain column."""
        header = tuple(field.name for field in self.opened.schema_arrow if is_plain(field.type))
        if not 0 < len(header) <= MOST_COLUMNS:
            expected = f"expected from one to {MOST_COLUMNS:,} columns of plain values"
            raise refused(self.name, "FILE04", expected)
        names = made_unique(header)
        schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
        return SourceRows(
            header, names, pa.RecordBatchReader.from_batches(schema, self.batches(header, schema)), MalformedRows(0)
        )

    def batches(self, header: tuple[str, ...], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The rows as text, numbered from 1; DataRefused where a page of the file is damaged."""
        before = 0
        try:
            for batch in self.opened.iter_batches(ROWS_AT_A_TIME, columns=list(header)):
                numbers = pa.array(range(before + 1, before + 1 + batch.num_rows), pa.int64())
                cells = [as_text(column) for column in batch.columns]
                yield pa.RecordBatch.from_arrays([numbers, *cells], schema=schema)
                before += batch.num_rows
        except (pa.ArrowException, OSError):
            self.refusal = refused(self.name, "FILE06", NOT_WHOLE)
            raise self.refusal from None


def is_plain(kind: pa.DataType) -> bool:
    """Whether values of a type are one cell each."""
    of = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not (pa.types.is_nested(of) or pa.types.is_binary(of) or pa.types.is_large_binary(of))


def as_text(column: pa.Array) -> pa.Array:
    """Cells as a CSV file would have them: a time at midnight is a date, and nothing is an empty cell."""
    if pa.types.is_timestamp(column.type):
        midnight = pc.equal(pc.floor_temporal(column, unit="day"), column)
        column = pc.if_else(midnight, pc.strftime(column, format=DATE), column.cast(pa.string()))
    return pc.fill_null(column.cast(pa.string()), "")


def refused(name: str, code: str, expected: str) -> DataRefused:
    """The refusal of a file."""
    return DataRefused([Finding(code, name, None, "", expected)])
