"""Rows of a fit as Parquet files, a folder for each worker: written and read in blocks, never as one matrix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.examples import Booleans, Floats

Part = Literal["learning", "stopping", "calibrating"]
"""What rows are for: trees, their number, or the calibrator."""
LABEL, WEIGHT = "label", "weight"
ROWS_OF_BLOCK = 16_384
"""Rows that are written, and read, together."""


@dataclass(frozen=True)
class Partitions:
    """A folder with a share of the rows for each worker, and the number of features of a row."""

    folder: Path
    workers: int
    features: int

    def file(self, worker: int, part: Part) -> Path:
        """The rows of one part in a worker's share."""
        return self.folder / f"share-{worker}" / f"{part}.parquet"

    def column(self, part: Part, name: str) -> Floats:
        """The labels or weights of a part, in the order in which its rows were written."""
        return in_written_order([self.shared(one, part, name) for one in range(self.workers)])

    def shared(self, worker: int, part: Part, name: str) -> Floats:
        """The same of one worker's share."""
        stored = pq.read_table(self.file(worker, part), columns=[name]).column(name)
        return np.asarray(stored.to_numpy(), dtype=np.float64)


def in_written_order(shares: Sequence[Floats]) -> Floats:
    """Values that were dealt out to shares one by one, in their order before."""
    values = np.empty(sum(map(len, shares)))
    for place, share in enumerate(shares):
        values[place :: len(shares)] = share
    return values


def blocks_of(file: Path) -> Iterator[tuple[Floats, Booleans, Floats]]:
    """The rows of a file, block by block: rows × features, labels and weights."""
    stored = pq.ParquetFile(file)
    for place in range(stored.num_row_groups):
        block = stored.read_row_group(place)
        yield matrix_of(block), block.column(LABEL).to_numpy(), block.column(WEIGHT).to_numpy()


def matrix_of(block: pa.Table) -> Floats:
    """Rows × features of a block."""
    features = [name for name in block.column_names if name not in (LABEL, WEIGHT)]
    matrix = np.empty((block.num_rows, len(features)))
    for place, name in enumerate(features):
        matrix[:, place] = block.column(name).to_numpy()
    return matrix


@dataclass
class PartitionWriter:
    """Deals rows out to the shares one by one and writes each share in blocks; closed when it is left.

    Every share is a sample of the rows where their order tells nothing, as the order by content does not.
    """

    partitions: Partitions
    rows_of_block: int = ROWS_OF_BLOCK
    written: dict[Part, int] = field(default_factory=dict)
    waiting: dict[tuple[int, Part], list[pa.Table]] = field(default_factory=dict)
    open: dict[tuple[int, Part], pq.ParquetWriter] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for key in self.waiting:
            self.write(key, whole=True)
        for writer in self.open.values():
            writer.close()

    def add(self, part: Part, rows: Floats, label: Booleans, weight: Floats) -> None:
        """Rows × features with their labels and weights, below those that were added before."""
        workers, before = self.partitions.workers, self.written.get(part, 0)
        for worker in range(workers):
            picked = slice((worker - before) % workers, None, workers)
            self.waiting.setdefault((worker, part), []).append(table_of(rows[picked], label[picked], weight[picked]))
            self.write((worker, part), whole=False)
        self.written[part] = before + len(rows)

    def write(self, key: tuple[int, Part], *, whole: bool) -> None:
        """Writes the rows of a file that wait, in full blocks; also the rest where `whole`."""
        waiting = pa.concat_tables(self.waiting[key])
        upto = len(waiting) if whole else len(waiting) // self.rows_of_block * self.rows_of_block
        if upto or (whole and key not in self.open):
            self.writer(key, waiting.schema).write_table(waiting.slice(0, upto), row_group_size=self.rows_of_block)
        self.waiting[key] = [waiting.slice(upto).combine_chunks()] if upto else self.waiting[key]

    def writer(self, key: tuple[int, Part], schema: pa.Schema) -> pq.ParquetWriter:
        """The open file."""
        if key not in self.open:
            file = self.partitions.file(*key)
            file.parent.mkdir(parents=True, exist_ok=True)
            self.open[key] = pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=False)
        return self.open[key]


def table_of(rows: Floats, label: Booleans, weight: Floats) -> pa.Table:
    """Rows as a table: a column for each feature, by its place, then label and weight."""
    columns = {f"f{place}": np.ascontiguousarray(rows[:, place]) for place in range(rows.shape[1])}
    return pa.table({**columns, LABEL: label, WEIGHT: weight})
