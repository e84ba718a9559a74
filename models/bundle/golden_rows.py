"""The made-up rows of golden predictions: they go both ways at every split of a model, right at its edge.

A row's value is an index into the values at which trees can tell rows apart: for a number the thresholds of all trees,
each with the next number above it, for a text its categories; the last is a missing value. To reach a split a row must
meet a condition: a range of indices for each feature on the path. Rows are packed with as many conditions as agree.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bundle.tree_structure import Tree
from models.feature_dictionary import Entry, FeatureDictionary

MISSING = 0.1
"""The share of values that are missing where no split asks for one."""
DEFAULT_LEFT = 2
KNOWS_MISSING = 12
"""Bits of a decision type: whether a missing value goes left, and whether it is told from 0 at all."""
Places = npt.NDArray[np.int64]
Range = tuple[int, int]
RowCondition = Mapping[int, Range]
Values = Sequence[float | str | None]


@dataclass(frozen=True)
class FeatureValues:
    """A feature's values by place; the last is missing."""

    values: Values

    @property
    def missing(self) -> int:
        """The place of the missing value."""
        return len(self.values) - 1


def golden_rows(
    dictionary: FeatureDictionary, trees: Sequence[Tree], rng: np.random.Generator, *, drawn: int = 0
) -> pd.DataFrame:
    """Rows that go both ways at every split that any row can reach, with `drawn` more at random; no student's."""
    columns = [split_values(entry, trees, number) for number, entry in enumerate(dictionary.entries)]
    conditions = [condition for tree in trees for condition in row_conditions(tree, columns)]
    ranges = [*pack_rows(conditions, columns), *[[(0, column.missing) for column in columns]] * drawn]
    placed = [[draw_place(one, column, rng) for one, column in zip(row, columns, strict=True)] for row in ranges]
    by_column = [[row[number] for row in placed] for number in range(len(columns))]
    return pd.DataFrame(
        {
            entry.name: pd.Series([column.values[at] for at in places], dtype=dtype_of(entry))
            for entry, column, places in zip(dictionary.entries, columns, by_column, strict=True)
        }
    )


def dtype_of(entry: Entry) -> str:
    """How pandas holds a feature."""
    return "object" if entry.kind == "text" else "float64"


def split_values(entry: Entry, trees: Sequence[Tree], number: int) -> FeatureValues:
    """The values at which trees can tell rows apart: below the first edge, then each edge and what is just above it."""
    if entry.kind == "text":
        return FeatureValues([*entry.categories, "", None])  # a value that is not listed counts as missing
    edges = split_thresholds(trees, number)
    if entry.kind == "boolean" and len(edges) <= 1:
        return FeatureValues([0.0, 1.0, math.nan])
    return FeatureValues([value for at in edges for value in (at, math.nextafter(at, math.inf))] + [math.nan])


def split_thresholds(trees: Sequence[Tree], number: int) -> list[float]:
    """Where the trees split a feature, rising; a split at infinity only tells missing values apart."""
    found = {at for tree in trees for split, at in zip(tree.feature, tree.threshold, strict=True) if split == number}
    return sorted(at for at in found if math.isfinite(at)) or [0.0]


def row_conditions(tree: Tree, columns: Sequence[FeatureValues]) -> Iterator[RowCondition]:
    """What a row needs to reach each split of a tree and go each way there; ways that no row can go are left out."""
    paths: list[tuple[int, RowCondition]] = [(0, {})] if tree.feature else []
    while paths:
        node, needed = paths.pop()
        for child, ways in ((tree.left[node], True), (tree.right[node], False)):
            for places in places_of(tree, node, columns, goes_left=ways):
                condition = narrow(needed, tree.feature[node], places)
                if condition is not None:
                    yield condition
            below = [narrow(needed, tree.feature[node], one) for one in spans_of(tree, node, columns, goes_left=ways)]
            reached = next((one for one in below if one is not None), None)
            if child > 0 and reached is not None:
                paths.append((child, reached))


def narrow(needed: RowCondition, feature: int, places: Range) -> RowCondition | None:
    """The condition with one more range; None where the two do not agree."""
    low, high = needed.get(feature, places)
    low, high = max(low, places[0]), min(high, places[1])
    return {**needed, feature: (low, high)} if low <= high else None


def places_of(tree: Tree, node: int, columns: Sequence[FeatureValues], *, goes_left: bool) -> list[Range]:
    """The places to be tried at a split, on one of its sides: those at the edge, and a missing value."""
    column = columns[tree.feature[node]]
    tried = missing_goes_left(tree, node) == goes_left
    spans = [(column.missing, column.missing)] if tried else []
    if tree.decision[node] & 1:
        return spans + [span for span in spans_of(tree, node, columns, goes_left=goes_left) if span not in spans]
    edge = last_left(tree, node, column)
    at = edge if goes_left else edge + 1
    return [*spans, (at, at)] if 0 <= at < column.missing else spans


def spans_of(tree: Tree, node: int, columns: Sequence[FeatureValues], *, goes_left: bool) -> list[Range]:
    """The ranges of places that go one way at a split; the widest comes first, a missing value last."""
    column = columns[tree.feature[node]]
    missing = [(column.missing, column.missing)] if missing_goes_left(tree, node) == goes_left else []
    if tree.decision[node] & 1:
        left = tree.sets[int(tree.threshold[node])]
        return [(at, at) for at in range(column.missing - 1) if (at in left) == goes_left] + missing
    edge = last_left(tree, node, column)
    span = (0, edge) if goes_left else (edge + 1, column.missing - 1)
    return ([span] if span[0] <= span[1] else []) + missing


def last_left(tree: Tree, node: int, column: FeatureValues) -> int:
    """The last place of a number that goes left at a split."""
    numbers = np.asarray(column.values[:-1], dtype=np.float64)
    return int(np.searchsorted(numbers, tree.threshold[node], side="right")) - 1


def missing_goes_left(tree: Tree, node: int) -> bool:
    """Whether a missing value goes left at a split: where it is not told from 0, as 0 does."""
    decision = tree.decision[node]
    if decision & 1:
        return False
    return bool(decision & DEFAULT_LEFT) if decision & KNOWS_MISSING else tree.threshold[node] >= 0


def pack_rows(conditions: Sequence[RowCondition], columns: Sequence[FeatureValues]) -> list[list[Range]]:
    """Rows of ranges, one for each feature, so that every condition is met by one of them."""
    low = np.zeros((len(conditions), len(columns)), dtype=np.int64)
    high = low + np.array([column.missing for column in columns], dtype=np.int64)
    for number, condition in enumerate(conditions):
        for feature, (first, last) in condition.items():
            low[number, feature], high[number, feature] = first, last
    waiting, rows = np.arange(len(conditions)), []
    while len(waiting):
        taken, row = pack_one_row(waiting, low, high)
        rows.append([(int(first), int(last)) for first, last in row])
        waiting = np.setdiff1d(waiting, taken, assume_unique=True)
    return rows


def pack_one_row(waiting: Places, low: Places, high: Places) -> tuple[Places, Places]:
    """The conditions that fit into one row when taken in their order, and the row's ranges (features × 2)."""
    first, last = np.zeros_like(low[0]), high.max(axis=0)
    agreeing, taken = waiting, []
    while len(agreeing):
        chosen, agreeing = agreeing[0], agreeing[1:]
        taken.append(chosen)
        narrowed = (low[chosen] > first) | (high[chosen] < last)
        first, last = np.maximum(first, low[chosen]), np.minimum(last, high[chosen])
        lows, highs = low[np.ix_(agreeing, narrowed)], high[np.ix_(agreeing, narrowed)]
        fit = np.maximum(lows, first[narrowed]) <= np.minimum(highs, last[narrowed])
        agreeing = agreeing[fit.all(axis=1)]
    return np.array(taken), np.column_stack([first, last])


def draw_place(places: Range, column: FeatureValues, rng: np.random.Generator) -> int:
    """A place of the range at random; a missing value where it is asked for, or by chance where any place is."""
    low, high = places
    if low == high or (high == column.missing and rng.random() < MISSING):
        return high
    return int(rng.integers(low, min(high, column.missing - 1), endpoint=True))
