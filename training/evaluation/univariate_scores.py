"""Univariate scores: what a feature says by itself, by its value, by being missing, and by its category.

A missing value stands in the middle of its scoring date; that it is missing is a score of its own (a missing-value
indicator). A category counts as the share off track among other students who have it (out-of-fold target encoding),
so that many categories do not look informative by chance. Everything is ranked within a scoring date, and a student's
rows of one year weigh 1 together: more dates are no more evidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from models.examples import Booleans, Examples, Floats, Integers, folds_by
from models.feature_dictionary import Entry, encode_column

FOLDS = 5
PRIOR = 2.0
"""Average students that stand beside those of a category."""
MOST_CODES = 50
"""Distinct numbers up to which they may be codes of categories."""
FEWEST = 30.0
"""Students above a cut from whom on it says something."""
CERTAIN = 30.0
"""Recall × likelihood ratio from which hardly anybody but students off track is above a cut.

A score whose ROC AUC is .93 reaches about 20 at a recall of .3 and 11 at .6 (two normal distributions)."""
BY_CHANCE = 2.0
"""Others above the cut whom chance may have kept away: the fewer the rows, the more must be told."""
Reading = Literal["value", "missing", "category"]


@dataclass(frozen=True)
class Sample:
    """Rows with the number of each one's scoring date, its fold of students, and its weight."""

    examples: Examples
    date: Integers
    fold: Integers
    weight: Floats

    @property
    def label(self) -> Booleans:
        """Who ended off track."""
        return self.examples.label

    @property
    def classes(self) -> tuple[float, float]:
        """The weight of those who ended off track and on track, at least 1 each."""
        off, on = (max(1.0, float(self.weight[rows].sum())) for rows in (self.label, ~self.label))
        return off, on


@dataclass(frozen=True)
class UnivariateScore:
    """One reading of a feature in two samples: those who stand higher are off track more often, or less often.

    An `amount` is a number of more than two values: it can tell much and yet be known at the time.
    """

    feature: str
    reading: Reading
    amount: bool
    learn: Floats
    test: Floats


@dataclass(frozen=True)
class Cut:
    """How well the best cut of a score tells students off track.

    `certain` is the share of them that is above a cut which hardly anybody else is above; 0 where there is none.
    `youden` is the largest recall less the share of others above the same cut (Youden's J).
    """

    certain: float
    youden: float


def samples_of(learn: Examples, test: Examples) -> tuple[Sample, Sample]:
    """Both sets of rows, with the same folds of students; the same sample twice where they are the same rows."""
    fold = folds_by(np.concatenate([learn.student, test.student]), FOLDS, np.random.default_rng(0))
    before = sample_of(learn, fold[: len(learn)])
    return before, before if test is learn else sample_of(test, fold[len(learn) :])


def sample_of(examples: Examples, fold: Integers) -> Sample:
    """These rows; each weighs 1 over the number of scoring dates in its year."""
    day = np.zeros(len(examples), dtype=np.int64) if examples.as_of is None else pd.factorize(examples.as_of)[0]
    dates = pd.DataFrame({"year": examples.time, "day": day})
    several = dates.groupby("year")["day"].transform("nunique")
    date = np.asarray(dates.groupby(["year", "day"]).ngroup(), dtype=np.int64)
    return Sample(examples, date, fold, 1 / several.to_numpy(dtype=np.float64))


def univariate_scores(learn: Sample, test: Sample) -> Iterator[UnivariateScore]:
    """Every reading of every feature, one feature after the other."""
    for entry in learn.examples.dictionary.entries:
        yield from readings(entry, learn, test)


def readings(entry: Entry, learn: Sample, test: Sample) -> Iterator[UnivariateScore]:
    """The readings of one feature; what never differs is left out."""
    columns = [sample.examples.features[entry.name] for sample in (learn, test)]
    before, after = (encode_column(column, entry) for column in columns)
    distinct = np.unique(before[~np.isnan(before)])
    amount = entry.kind == "number" and len(distinct) > 2
    if columns[0].isna().any():
        missing = [np.asarray(column.isna(), dtype=np.float64) for column in columns]
        yield UnivariateScore(entry.name, "missing", False, *missing)
    if entry.kind != "text":
        yield UnivariateScore(entry.name, "value", amount, imputed(before, learn), imputed(after, test))
    if entry.kind == "text" or 2 < len(distinct) <= MOST_CODES:
        codes = [code_of(values, distinct) for values in (before, after)]
        yield UnivariateScore(entry.name, "category", amount, *target_encoded(codes, len(distinct) + 1, learn, test))


def imputed(values: Floats, sample: Sample) -> Floats:
    """The values; a missing one stands at the median of its scoring date."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    median = pd.Series(values).groupby(sample.date).transform("median").fillna(0.0)
    return np.where(missing, median, values)


def code_of(values: Floats, distinct: Floats) -> Integers:
    """The place of each value among the distinct ones; what is missing or none of them has the place after the last."""
    place = np.searchsorted(distinct, values)
    known = np.isin(values, distinct)
    return np.where(known, place, len(distinct))


def target_encoded(codes: Sequence[Integers], categories: int, learn: Sample, test: Sample) -> tuple[Floats, Floats]:
    """Each row's category as the share off track of the students of other folds, among those learned from, with it."""
    before, after = codes
    n, off = (
        np.bincount(learn.fold * categories + before, weights=weight, minlength=FOLDS * categories)
        for weight in (learn.weight, learn.weight * learn.label)
    )
    others, off_others = (held.reshape(FOLDS, -1).sum(axis=0) - held.reshape(FOLDS, -1) for held in (n, off))
    share = (off_others + PRIOR * off.sum() / n.sum()) / (others + PRIOR)
    return share[learn.fold, before], share[test.fold, after]


def auc_by_date(values: Floats, sample: Sample) -> float:
    """The mean ROC AUC over the scoring dates on which some ended on track and some off it; 0.5 where there is none.

    A tie is half.
    """
    date, off, on = levels(values, sample)
    ended, others = (np.bincount(date, weights=held) for held in (off, on))
    below = np.cumsum(on) - on / 2 - (np.cumsum(others) - others)[date]
    pairs = ended * others
    judged = pairs > 0
    return float((np.bincount(date, weights=off * below)[judged] / pairs[judged]).mean()) if judged.any() else 0.5


def levels(values: Floats, sample: Sample) -> tuple[Integers, Floats, Floats]:
    """Of each run of equal values of a date, in rising order: the date, and the rows that ended off and on track."""
    order = np.lexsort((values, sample.date))
    date, rising = sample.date[order], values[order]
    starts = np.flatnonzero((np.diff(date, prepend=-1) != 0) | (np.diff(rising, prepend=np.nan) != 0))
    off, every = np.add.reduceat(np.stack([sample.label[order], np.ones(len(order))]), starts, axis=1)
    return date[starts], off, every - off


@dataclass(frozen=True)
class ValueWeights:
    """The weight that ended off and on track at each value, in rising order."""

    values: Floats
    off: Floats
    on: Floats

    def __add__(self, other: "ValueWeights") -> "ValueWeights":
        """The weights of the rows of both."""
        values = np.union1d(self.values, other.values)
        off, on = np.zeros(len(values)), np.zeros(len(values))
        for one in (self, other):
            at = np.searchsorted(values, one.values)
            off[at] += one.off
            on[at] += one.on
        return ValueWeights(values, off, on)

    @property
    def falling(self) -> "ValueWeights":
        """The same, the highest value first."""
        return ValueWeights(self.values[::-1], self.off[::-1], self.on[::-1])


def weights_by_value(values: Floats, sample: Sample) -> ValueWeights:
    """The weight that ended off and on track at each value, in rising order."""
    rising, place = np.unique(values, return_inverse=True)
    ends = [sample.weight * ended for ended in (sample.label, ~sample.label)]
    off, on = (np.asarray(np.bincount(place, weights=held), dtype=np.float64) for held in ends)
    return ValueWeights(rising, off, on)


def best_cut(held: ValueWeights) -> Cut:
    """How well the first of these values tell students off track; not at all where a class is missing."""
    off, on = held.off, held.on
    if not (off.any() and on.any()):
        return Cut(0.0, 0.0)
    recall, others, marked = np.cumsum(off) / off.sum(), np.cumsum(on), np.cumsum(off + on)
    certain = (recall**2 >= CERTAIN * (others + BY_CHANCE) / (on.sum() + BY_CHANCE)) & (marked >= FEWEST)
    return Cut(float(recall[certain].max(initial=0.0)), float((recall - others / on.sum()).max()))
