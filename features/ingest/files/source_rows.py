"""The rows of a source file, as every reader gives them, and what a reader is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pyarrow as pa

from features.file_mapping.declaration import Dialect
from features.ingest.files.malformed_rows import MalformedRows
from features.ingest.files.sources import SourceFile


@dataclass(frozen=True)
class SourceRows:
    """A file being read: its header as it stands there, the same made unique, and its rows in batches.

    A batch has `row` (int64; the first record of the file is 1, blank lines count, line breaks in quotes do not) and
    a string column for each of `names`: cells as they are, an empty one being "", no null. A blank line is a row of
    empty cells. The rows in `malformed` are in no batch. Asking for a batch may raise DataRefused.
    """

    header: tuple[str, ...]
    names: tuple[str, ...]
    batches: pa.RecordBatchReader
    malformed: MalformedRows


RowReader = Callable[[SourceFile, Dialect, tuple[str, ...] | None], AbstractContextManager[SourceRows]]
"""Reads a file in a dialect; the header is given for a file that has none. DataRefused for one that cannot be read."""
