"""The rows of a conversion between it and parsing: a Parquet file for each table and native file."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from features.file_mapping.declaration import Dialect
from features.ingest.adapters.adapter import CanonicalRows
from features.ingest.files.malformed_rows import MalformedRows
from features.ingest.files.source_rows import SourceRows
from features.ingest.files.sources import SourceFile
from features.warehouse.writer import path_in_sql, text_in_sql

ORIGIN = "ontrack"
"""The key under which a Parquet file says of which table and native file its rows are."""

DELETED = "deleted"
"""The column that says which rows of changes are of a record that is no more."""

MALFORMED = ".malformed"
"""The suffix of the file of rows that could not be read."""


class KeptMalformed(MalformedRows):
    """Rows of a native file that could not be read, as the conversion kept them."""

    def __init__(self, kept: pa.Table) -> None:
        super().__init__(0)
        self.kept = kept

    def __len__(self) -> int:
        return int(self.kept.num_rows)

    def table(self) -> pa.Table:
        """`row` int64 and `expected`."""
        return self.kept


def write_converted(found: Iterable[CanonicalRows], folder: Path) -> None:
    """Writes the rows of a conversion into an empty folder."""
    for number, rows in enumerate(found):
        origin = json.dumps({"table": rows.table, "file": rows.file, "changes": rows.changes})
        path = folder / f"{number:05}.parquet"
        options = f"FORMAT parquet, COMPRESSION lz4, KV_METADATA {{{ORIGIN}: {text_in_sql(origin)}}}"
        rows.connection.execute(f"COPY ({rows.query}) TO {path_in_sql(path)} ({options})")
        if rows.malformed is not None and rows.malformed.num_rows:
            parquet.write_table(rows.malformed, path.with_suffix(MALFORMED))


def converted_files(folder: Path) -> dict[str, tuple[SourceFile, ...]]:
    """The files of each canonical table in the folder of a conversion, under the names of the native ones."""
    found: dict[str, list[SourceFile]] = {}
    for path in sorted(folder.glob("*.parquet")):
        origin = json.loads(parquet.read_schema(path).metadata[ORIGIN.encode()])
        found.setdefault(origin["table"], []).append(SourceFile(origin["file"], path))
    return {table: tuple(files) for table, files in found.items()}


def changed_tables(folder: Path) -> frozenset[str]:
    """The canonical tables of which a conversion gave changes alone."""
    origins = (json.loads(parquet.read_schema(path).metadata[ORIGIN.encode()]) for path in folder.glob("*.parquet"))
    return frozenset(origin["table"] for origin in origins if origin["changes"])


@contextmanager
def read_converted(
    file: SourceFile, _dialect: Dialect, _header: tuple[str, ...] | None = None, *, known_on: bool = True
) -> Iterator[SourceRows]:  # fmt: skip
    """The rows of one file of a conversion, as a reader of any source file gives them, with or without `known_on`."""
    with parquet.ParquetFile(file.path) as opened:
        left_out = ("row",) if known_on else ("row", "known_on")
        names = tuple(name for name in opened.schema_arrow.names if name not in left_out)
        schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
        batches = (cells_of(batch, schema) for batch in opened.iter_batches())
        kept = file.path.with_suffix(MALFORMED)
        malformed = KeptMalformed(parquet.read_table(kept)) if kept.exists() else MalformedRows(0)
        yield SourceRows(names, names, pa.RecordBatchReader.from_batches(schema, batches), malformed)


def cells_of(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch as a reader gives it: text without nulls."""
    cells = [pc.fill_null(batch.column(name).cast(pa.string()), "") for name in schema.names[1:]]
    return pa.RecordBatch.from_arrays([batch.column("row").cast(pa.int64()), *cells], schema=schema)
