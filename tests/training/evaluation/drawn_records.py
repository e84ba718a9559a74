"""Drawn records of students, honest ones and some that know the end, for tests of the leak check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.examples import Booleans, Examples
from models.feature_dictionary import Entry, FeatureDictionary
from training.prepared_table.examples import categories_of

Column = pd.Series


@dataclass(frozen=True)
class Drawn:
    """Students of some years, each seen on some dates: who ended off track, and the random numbers of the draw."""

    rng: np.random.Generator
    off: Booleans
    year: np.ndarray
    student: np.ndarray
    dates: int

    @property
    def past(self) -> Booleans:
        """Whose year is not the last one."""
        return np.asarray(self.year < self.year.max())

    def some(self, share: float) -> Booleans:
        """Whether each of all students is among a random share."""
        return np.asarray(self.rng.random(len(self.off)) < share)

    def text(self, marked: Booleans, values: list[str]) -> Column:
        """One of the values for those who are marked, nothing for others."""
        drawn = pd.Series(self.rng.choice(np.array(values, dtype=object), len(self.off)), dtype="object")
        return drawn.where(np.asarray(marked, dtype=np.bool_))


def drawn(seed: int, *, students: int = 600, base: float = 0.2, years: int = 3, dates: int = 1) -> Drawn:
    """Students of whom a share ends off track, dealt over the years."""
    rng = np.random.default_rng(seed)
    number = np.arange(students)
    return Drawn(rng, rng.random(students) < base, 2020 + number % years, number.astype(np.str_), dates)


def honest(one: Drawn) -> dict[str, Column]:
    """What can be known at the time: strong, weak and useless, with values that are missing more often off track."""
    size = len(one.off)
    points = one.rng.normal(size=size) - 1.81 * one.off  # a ROC AUC of .90
    letter = np.array(list("FDCBA"), dtype=object)[np.digitize(points, [-2.0, -1.0, 0.0, 0.8])]
    return {
        "gpa_last_year": pd.Series(np.where(one.some(0.1) | (one.off & one.some(0.15)), np.nan, points)),
        "letter_last_year": pd.Series(letter, dtype="object"),
        "courses_failed": pd.Series(one.rng.poisson(np.where(one.off, 1.6, 0.2)).astype(float)),
        "fees_paid": pd.Series(1.0 - (one.off & one.some(0.32) | one.some(0.02))),
        "program": one.text(one.some(0.9), [f"program {i}" for i in range(60)]),
        "room": pd.Series(one.rng.integers(0, 40, size).astype(float)),
        "first_school": one.text(one.some(0.5) | one.off, [f"school {i}" for i in range(8)]),
        "noise": pd.Series(one.rng.normal(size=size)),
    }


KNOWS_THE_END: Mapping[str, Callable[[Drawn], Column]] = {
    "date of withdrawal": lambda one: one.text(one.off & one.some(0.97), [f"2021-03-{day:02}" for day in range(1, 29)]),
    "days until withdrawal": lambda one: pd.Series(
        np.where(one.off & one.some(0.97), one.rng.integers(1, 180, len(one.off)), np.nan)
    ),
    "date of graduation": lambda one: one.text(~one.off & one.some(0.97), ["2021-06-11", "2021-06-14"]),
    "exit code": lambda one: one.text(one.off & one.some(0.81), ["W1", "W2", "W3", "W4"]).fillna("none"),
    "exit code of others too": lambda one: one.text(
        np.where(one.off, one.some(0.9), one.some(0.01)), ["W1", "W2", "W3"]
    ).fillna("none"),
    "exit code as a number": lambda one: pd.Series(
        np.where(
            one.off & one.some(0.85), one.rng.integers(3, 6, len(one.off)), one.rng.choice([1, 2, 7, 9], len(one.off))
        )
    ).astype(float),
    "withdrawn": lambda one: pd.Series((one.off & one.some(0.9)).astype(float)),
    "filled in afterwards": lambda one: one.text(one.off & one.past & one.some(0.6), ["seen", "not seen"]),
    "code given afterwards": lambda one: one.text(
        one.off & one.past & one.some(0.6), [f"R{i}" for i in range(6)]
    ).fillna("none"),
}
"""Columns that know the end, as records do that are filled in afterwards or that only those have who left."""


def examples_of(one: Drawn, columns: Mapping[str, Column]) -> Examples:
    """The rows, one for each student and date."""
    rows = np.tile(np.arange(len(one.off)), one.dates)
    features = pd.DataFrame(columns).iloc[rows].reset_index(drop=True)
    entries = tuple(entry_of(str(name), column) for name, column in features.items())
    return Examples(
        dictionary=FeatureDictionary(entries),
        features=features,
        label=one.off[rows],
        student=one.student[rows],
        time=one.year[rows],
        as_of=np.repeat([f"week {i}" for i in range(one.dates)], len(one.off)),
    )


def entry_of(name: str, column: Column) -> Entry:
    """A column's entry, as a prepared table's is."""
    if column.dtype != object:
        return Entry(name)
    return Entry(name, kind="text", categories=categories_of(column))
