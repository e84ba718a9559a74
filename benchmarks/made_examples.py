"""Examples out of nothing but a seed: as many rows as wanted, in the shape of a district's, held in memory once."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.place import SEED
from models.examples import Booleans, Examples, Floats
from models.feature_dictionary import Direction, Entry, FeatureDictionary

Integers = npt.NDArray[np.int64]
COLUMNS, COUNTS, MISSING = 60, 20, 0.05
"""Features, how many of them are small counts, and the share of their values that is missing."""
EFFECTS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.5, -0.6, -0.5, -0.4, 0.3, 0.2, 0.2)
"""Of the first features, in log odds; the first nine are constrained to their direction."""
INTERCEPT, DIRECTED = -2.0, 9
"""The log odds of an average student: about one in five ends off track."""
FIRST_YEAR, YEARS, SCHOOLS, ROWS_A_STUDENT = 2021, 6, 40, 2


def made_examples(rows: int) -> Examples:
    """Rows × 60 numbers, some missing, over six school years in order; about one in five ended off track."""
    matrix, label = made_matrix(rows, order="F")  # as pandas holds it
    rng, names = np.random.default_rng(SEED), made_dictionary().names
    return Examples(
        dictionary=made_dictionary(),
        features=pd.DataFrame(matrix, columns=names, copy=False),
        label=label,
        student=named("student", rng.integers(0, max(1, rows // ROWS_A_STUDENT), rows)),
        time=made_years(rows),
        school=named("school", rng.integers(0, SCHOOLS, rows)),
        rule=np.nan_to_num(np.floor(np.clip(matrix[:, -2:], 0, 2))).sum(axis=1),
    )


def made_years(rows: int) -> Integers:
    """The school year of each row, in order."""
    return FIRST_YEAR + np.arange(rows, dtype=np.int64) * YEARS // rows


def named(what: str, numbers: Integers) -> npt.NDArray[np.str_]:
    """A name for each number."""
    return np.char.add(f"{what} ", numbers.astype("str"))


def made_matrix(rows: int, *, order: Literal["C", "F"]) -> tuple[Floats, Booleans]:
    """Rows × 60 numbers, held row after row (C) or column after column (F), and the label of each row."""
    rng, matrix, odds = np.random.default_rng(SEED), np.empty((rows, COLUMNS), order=order), np.full(rows, INTERCEPT)
    for place in range(COLUMNS):
        column = rng.poisson(1, rows).astype(np.float64) if place >= COLUMNS - COUNTS else rng.normal(size=rows)
        if place < len(EFFECTS):
            odds += EFFECTS[place] * column
        matrix[:, place] = np.where(rng.random(rows) < MISSING, np.nan, column)
    return matrix, rng.random(rows) < 1 / (1 + np.exp(-odds))


def made_dictionary() -> FeatureDictionary:
    """Sixty features; those with an effect that is not small have its direction."""
    return FeatureDictionary(tuple(Entry(f"feature_{place:02}", more_is=direction(place)) for place in range(COLUMNS)))


def direction(place: int) -> Direction:
    """Which way a feature is known to point."""
    if place >= DIRECTED:
        return "none"
    return "worse" if EFFECTS[place] > 0 else "better"
