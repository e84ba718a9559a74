"""A file's batches for the staging file: cells trimmed, empty ones null, blank lines left out."""

from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from features.ingest.files.source_rows import SourceRows


class RowBatches:
    """The used columns of a file, named by position; counts rows `read` and `blank` lines while they pass.

    `places` are the positions of the columns that are used, `blank_places` of those that must have no value:
    `filled` is the first of them with one, and its row.
    """

    def __init__(
        self, rows: SourceRows, places: Sequence[int], null: Sequence[str], *, blank_places: Sequence[int] = ()
    ) -> None:
        self.rows = rows
        self.places, self.blank_places = tuple(places), tuple(blank_places)
        self.empty = pa.array(["", *null], pa.string())
        self.read = 0
        self.blank = 0
        self.filled: tuple[int, int] | None = None

    def reader(self) -> pa.RecordBatchReader | None:
        """The batches: `row`, and a column `c0`, `c1`, … for each one used; None where the file has no row."""
        batches = self.batches()
        first = next((batch for batch in batches if batch.num_rows), None)
        if first is None:
            return None
        return pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Each batch without its blank lines."""
        for batch in self.rows.batches:
            whole = self.without_blank(batch)
            self.look_for_values(whole)
            cells = [self.cleaned(whole.column(1 + place)) for place in self.places]
            self.read += whole.num_rows
            names = ["row", *(f"c{place}" for place in self.places)]
            yield pa.RecordBatch.from_arrays([whole.column(0), *cells], names=names)

    def look_for_values(self, batch: pa.RecordBatch) -> None:
        """Notes the first value in a column that must have none."""
        for place in self.blank_places if self.filled is None else ():
            empty = pc.is_in(pc.utf8_trim_whitespace(batch.column(1 + place)), value_set=self.empty)
            if empty.false_count:
                row = batch.column("row")[pc.index(empty, False).as_py()].as_py()
                self.filled = min(self.filled or (row, place), (row, place))

    def cleaned(self, cells: pa.StringArray) -> pa.StringArray:
        """The cells without white space around them; null where they are empty or a null word."""
        trimmed = pc.utf8_trim_whitespace(cells)
        return pc.if_else(pc.is_in(trimmed, value_set=self.empty), None, trimmed)

    def without_blank(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without rows of only white space."""
        blank = pa.array([True] * batch.num_rows) if not self.rows.names else is_blank(batch, self.rows.names[0])
        for name in self.rows.names[1:]:
            if not blank.true_count:
                return batch
            blank = pc.and_(blank, is_blank(batch, name))
        self.blank += blank.true_count
        return batch.filter(pc.invert(blank)) if blank.true_count else batch


def is_blank(batch: pa.RecordBatch, name: str) -> pa.BooleanArray:
    """Which cells of a column are empty but for white space."""
    return pc.equal(pc.utf8_trim_whitespace(batch.column(name)), "")
