"""Reasons in columns: those of very many students, without an object for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.examples import Booleans, Floats, Places
from models.feature_dictionary import Entry


@dataclass(frozen=True)
class ReasonColumns:
    """The reasons of one side of many rows: those of row `i` stand from `begins[i]` to `begins[i + 1]`, in order.

    `feature` is the place of a reason's feature in `entries`, `cell` its value as the model sees it, `contribution` as
    in `Reason`.
    """

    entries: tuple[Entry, ...]
    begins: Places
    feature: Places
    cell: Floats
    contribution: Floats

    @property
    def row(self) -> Places:
        """The row of each reason."""
        return np.repeat(np.arange(len(self.begins) - 1), np.diff(self.begins))

    def of(self, rows: Places) -> "ReasonColumns":
        """The reasons of some rows, in their order; none where a row is -1."""
        begins, chosen = chosen_slices(self.begins, rows)
        return ReasonColumns(self.entries, begins, self.feature[chosen], self.cell[chosen], self.contribution[chosen])

    def slices(self) -> list[slice]:
        """Where the reasons of each row stand."""
        return [slice(begin, end) for begin, end in pairwise(self.begins.tolist())]


@dataclass(frozen=True)
class ReasonTable:
    """What speaks for each of many rows, and what stands out."""

    strengths: ReasonColumns
    needs: ReasonColumns


def begins_of(counts: Places) -> Places:
    """Where so many reasons of each row begin, and where the last ones end."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])


def chosen_slices(begins: Places, rows: Places) -> tuple[Places, Places]:
    """Where what belongs to some rows begins, put in their order, and where each part of it stood; -1 has nothing."""
    counts = np.append(np.diff(begins), 0)[rows]
    starts = begins_of(counts)
    return starts, np.repeat(begins[rows] - starts[:-1], counts) + np.arange(starts[-1])


def columns_of(
    entries: tuple[Entry, ...], given: Booleans, *, feature: Places, cell: Floats, contribution: Floats
) -> ReasonColumns:
    """The reasons in matrices of rows × places, where `given`; a row's are in the order of its places."""
    counts = given.sum(axis=1)
    return ReasonColumns(entries, begins_of(counts), feature[given], cell[given], contribution[given])


def joined(parts: Sequence[ReasonColumns]) -> ReasonColumns:
    """The reasons of batches of rows as those of all of them; of one batch at least."""
    return ReasonColumns(
        parts[0].entries,
        begins_of(np.concatenate([np.diff(part.begins) for part in parts])),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("feature", "cell", "contribution")),
    )
