"""Rows that do not fit their file's header, kept as arrays of numbers: there may be millions."""

from array import array

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

Numbers = npt.NDArray[np.int64]
MISQUOTED = -1
"""Stands for the number of cells of a row whose quotes do not show where its cells end."""


class MalformedRows:
    """Rows that do not fit the header. It is filled while batches are read and complete after the last."""

    def __init__(self, before: int) -> None:
        """`before` lines of the file come before the rows that Arrow counts."""
        self.before, self.expected = before, 0
        self.rows, self.found = array("q"), array("q")
        self.misquoted = array("q")
        self.well_formed = self.passed = 0

    def __len__(self) -> int:
        return len(self.rows) + len(self.misquoted)

    @property
    def last_row(self) -> int:
        """The number of the last row read, well formed or not."""
        return self.before + self.well_formed + len(self.rows)

    def take(self, row: csv.InvalidRow) -> str:
        """Arrow's handler for a row with another number of cells: notes it and skips it."""
        self.rows.append(self.before + int(row.number))
        self.found.append(int(row.actual_columns))
        return "skip"

    def number(self, rows: int) -> Numbers:
        """The row numbers of the next so many rows that Arrow did not skip.

        Arrow skips rows ahead of its batches: the n-th row of the batches is the n-th that is not in `self.rows`.
        """
        ahead = np.array(self.rows[self.passed :], np.int64)
        ahead -= np.arange(self.passed, self.passed + len(ahead))
        plain = np.arange(self.well_formed, self.well_formed + rows) + self.before + 1
        passed = self.passed + np.searchsorted(ahead, plain, side="right")
        self.well_formed += rows
        self.passed = int(passed[-1]) if rows else self.passed
        return plain + passed

    def table(self) -> pa.Table:
        """`row` int64, ascending, and `expected`: a sentence, as a dictionary."""
        rows = np.concatenate([np.array(self.rows, np.int64), np.array(self.misquoted, np.int64)])
        found = np.concatenate([np.array(self.found, np.int64), np.full(len(self.misquoted), MISQUOTED, np.int64)])
        order = np.argsort(rows, kind="stable")
        kinds, which = np.unique(found[order], return_inverse=True)
        sentences = pa.array([self.sentence(int(kind)) for kind in kinds], pa.string())
        expected = pa.DictionaryArray.from_arrays(pa.array(which, pa.int64()), sentences)
        return pa.table({"row": pa.array(rows[order]), "expected": expected})

    def sentence(self, found: int) -> str:
        """The message for a row with so many cells."""
        if found == MISQUOTED:
            return "expected a quote to close at the end of its cell; one inside of a cell must be doubled or escaped"
        return f"expected as many cells as the header has, {self.expected:,}, but there are {found:,}"
