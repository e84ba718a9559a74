"""Rows that do not fit the header of their file: kept as numbers, also where they are a million."""

from array import array

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

Numbers = npt.NDArray[np.int64]
MISQUOTED = -1
"""What stands for the number of cells of a row whose quotes do not show where its cells end."""


class MalformedRows:
    """Rows that cannot be matched with the header: filled while the batches are read, complete after the last."""

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
        """The last row of the file that has been read, well formed or not."""
        return self.before + self.well_formed + len(self.rows)

    def take(self, row: csv.InvalidRow) -> str:
        """Arrow's question what to do about a row with another number of cells: it is left out."""
        self.rows.append(self.before + int(row.number))
        self.found.append(int(row.actual_columns))
        return "skip"

    def number(self, rows: int) -> Numbers:
        """The rows in the file of the next so many rows that Arrow has not left out.

        The n-th of them is the n-th of all those that are not in `rows`, which Arrow fills ahead of its batches.
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
        """What was expected of a row with so many cells."""
        if found == MISQUOTED:
            return "expected a quote to close at the end of its cell; one inside of a cell must be doubled or escaped"
        return f"expected as many cells as the header has, {self.expected:,}, but there are {found:,}"
