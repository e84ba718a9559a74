"""Count tables of an audit: how many students of each group ended how, and by which capacity they are listed.

Every figure of a group is a quotient of such counts, so a bootstrap draws counts instead of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from models.examples import Booleans, Floats, Integers, Texts
from models.metrics.ranking import list_length

CELLS_AT_ONCE = 4_000_000
"""Replicates × rows held in memory at a time."""
TIE_BREAK_SEED = 11
"""Seed of the random order of students of equal risk."""
RISK_BINS = 100
"""Bins of equal count in which replicates of order and calibration are drawn."""
BINS_OF_SEVERAL_ROWS = 25
"""The same where students have several rows, which lie in bins in many different ways."""


@dataclass(frozen=True)
class Listing:
    """The rows of a list: how each ended, its risk, and the first of the rising capacities that lists it.

    `band` is the capacity's place, the number of capacities where none lists the row. `student` numbers the student of
    each row from 0, None where each student has one row.
    """

    label: Booleans
    risk: Floats
    band: Integers
    capacities: tuple[float, ...]
    student: Integers | None

    def __len__(self) -> int:
        return len(self.label)

    @property
    def rows_a_student(self) -> float:
        """How many rows a student has on average."""
        return 1.0 if self.student is None else len(self) / (int(self.student.max()) + 1)

    @cached_property
    def falling(self) -> Integers:
        """The rows by falling risk."""
        return np.argsort(-self.risk, kind="stable")

    @cached_property
    def bins(self) -> tuple[Integers, Floats]:
        """The bin of each row by rising risk, and each bin's mean risk."""
        return risk_bins(self.risk, RISK_BINS if self.student is None else BINS_OF_SEVERAL_ROWS)


def listing_of(
    label: Booleans, risk: Floats, student: Texts, capacities: Sequence[float], *, order: Floats | None = None
) -> Listing:
    """Lists the rows by `order`, which is the risk by default; equal rows go by lot, the same each time."""
    rising = tuple(sorted(capacities))
    lot = np.random.default_rng(TIE_BREAK_SEED).permutation(len(risk))
    falling = np.lexsort((lot, -(risk if order is None else order)))
    place = np.empty(len(risk), dtype=np.int64)
    place[falling] = np.arange(len(risk))
    lengths = [list_length(len(risk), capacity) for capacity in rising]
    return Listing(label, risk, np.searchsorted(lengths, place, side="right"), rising, student_numbers(student))


def student_numbers(student: Texts) -> Integers | None:
    """The students as numbers from 0; None where each has one row."""
    codes, distinct = pd.factorize(student)
    return None if len(distinct) == len(codes) else codes.astype(np.int64)


def count_cells(cell: Integers, cells: int) -> Floats:
    """How many rows lie in each cell."""
    return np.bincount(cell, minlength=cells).astype(np.float64)


def draw_counts(cell: Integers, cells: int, student: Integers | None, *, replicates: int, seed: int) -> Floats:
    """Draws bootstrap counts of whole students: replicates × cells.

    Students whose rows lie in the same cells are alike, so a multinomial over such patterns is that bootstrap. None
    for `student` stands for one row a student: the patterns are then the cells.
    """
    rng = np.random.default_rng(seed)
    if student is None:
        held = count_cells(cell, cells)
        there = np.flatnonzero(held)
        drawn = np.zeros((replicates, cells))
        drawn[:, there] = rng.multinomial(len(cell), held[there] / len(cell), size=replicates)
        return drawn
    patterns, times = student_patterns(cell, cells, student)
    students, block = int(times.sum()), max(1, CELLS_AT_ONCE // len(times))
    drawn = np.empty((replicates, cells))
    for start, end in pairwise([*range(0, replicates, block), replicates]):
        chosen = rng.multinomial(students, times / students, size=end - start)
        drawn[start:end] = chosen @ patterns
    return drawn


def student_patterns(cell: Integers, cells: int, student: Integers) -> tuple[csr_matrix, Integers]:
    """The different patterns of students' rows in cells (patterns × cells), and how many students have each.

    Patterns are told apart by the sum of a random 64-bit number for each row's cell.
    """
    marks = np.random.default_rng(TIE_BREAK_SEED).integers(0, 1 << 63, cells, dtype=np.uint64)
    way = np.zeros(int(student.max()) + 1, dtype=np.uint64)
    np.add.at(way, student, marks[cell])  # wraps around, which does no harm
    _, first, pattern, times = np.unique(way, return_index=True, return_inverse=True, return_counts=True)
    shown = np.flatnonzero(first[pattern[student]] == student)  # the rows of the first student of each pattern
    held = csr_matrix((np.ones(len(shown)), (pattern[student[shown]], cell[shown])), shape=(len(times), cells))
    return held, times.astype(np.int64)


def list_counts(listing: Listing, group: Integers, groups: int) -> Floats:
    """Groups × 2 (on track, off track) × bands: how many rows."""
    shape = (groups, 2, len(listing.capacities) + 1)
    return count_cells(list_cell(listing, group), int(np.prod(shape))).reshape(shape)


def draw_list_counts(listing: Listing, group: Integers, groups: int, *, replicates: int, seed: int) -> Floats:
    """Replicates × groups × 2 × bands, drawing whole students."""
    shape = (groups, 2, len(listing.capacities) + 1)
    cell = list_cell(listing, group)
    drawn = draw_counts(cell, int(np.prod(shape)), listing.student, replicates=replicates, seed=seed)
    return drawn.reshape(replicates, *shape)


def list_cell(listing: Listing, group: Integers) -> Integers:
    """The cell of each row among groups × 2 × bands."""
    bands = len(listing.capacities) + 1
    return np.asarray((group * 2 + listing.label) * bands + listing.band, dtype=np.int64)


def risk_bins(risk: Floats, most: int = RISK_BINS) -> tuple[Integers, Floats]:
    """The bin of each row by rising risk, equal risks in one bin, and each bin's mean risk."""
    distinct, place = np.unique(risk, return_inverse=True)
    if len(distinct) > most:
        edges = np.unique(np.quantile(risk, np.linspace(0, 1, most + 1)))
        place = np.searchsorted(edges[1:-1], risk, side="right")
    _, place = np.unique(place, return_inverse=True)
    return place.astype(np.int64), np.bincount(place, weights=risk) / np.bincount(place)


def risk_counts(listing: Listing, group: Integers, groups: int, place: Integers) -> Floats:
    """Groups × 2 × risk bins: how many rows."""
    shape = (groups, 2, int(place.max()) + 1)
    return count_cells(risk_cell(listing, group, place), int(np.prod(shape))).reshape(shape)


def draw_risk_counts(
    listing: Listing, group: Integers, groups: int, place: Integers, *, replicates: int, seed: int
) -> Floats:
    """Replicates × groups × 2 × risk bins, drawing whole students."""
    shape = (groups, 2, int(place.max()) + 1)
    cell = risk_cell(listing, group, place)
    drawn = draw_counts(cell, int(np.prod(shape)), listing.student, replicates=replicates, seed=seed)
    return drawn.reshape(replicates, *shape)


def risk_cell(listing: Listing, group: Integers, place: Integers) -> Integers:
    """The cell of each row among groups × 2 × risk bins."""
    return np.asarray((group * 2 + listing.label) * (int(place.max()) + 1) + place, dtype=np.int64)
