"""Rows dealt out to workers and written in blocks come back whole, in blocks and in their order."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from models.partitions.parquet_rows import Partitions, PartitionWriter, blocks_of, in_written_order


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=5),
    workers=st.integers(1, 4),
    rows_of_block=st.integers(1, 16),
)
def test_rows_come_back_in_blocks_and_in_their_order(counts: list[int], workers: int, rows_of_block: int) -> None:
    rng, total = np.random.default_rng(0), sum(counts)
    rows, label, weight = rng.normal(size=(total, 3)), rng.random(total) < 0.5, rng.random(total)
    rows[rng.random(rows.shape) < 0.2] = np.nan
    with tempfile.TemporaryDirectory() as folder:
        partitions = Partitions(Path(folder), workers, 3)
        with PartitionWriter(partitions, rows_of_block) as writer:
            for one in np.split(np.arange(total), np.cumsum(counts)[:-1]):
                writer.add("learning", rows[one], label[one], weight[one])
        files = [partitions.file(worker, "learning") for worker in range(workers)]
        stored = [pq.ParquetFile(file).metadata for file in files]
        shares = [list(blocks_of(file)) for file in files]

        assert max(one.num_rows for one in stored) - min(one.num_rows for one in stored) <= 1
        assert all(len(cells) <= rows_of_block for share in shares for cells, *_ in share)
        assert all(len(cells) == rows_of_block for share in shares for cells, *_ in share[:-1])
        assert np.array_equal(partitions.column("learning", "label"), label)
        assert np.array_equal(partitions.column("learning", "weight"), weight)
        for place in range(3):
            values = [np.array([value for cells, *_ in share for value in cells[:, place]]) for share in shares]
            assert np.array_equal(in_written_order(values), rows[:, place], equal_nan=True)
