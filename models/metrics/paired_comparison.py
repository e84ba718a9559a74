"""Paired comparison of two lists of the same students over several years: which finds more of those off track.

A bootstrap draws whole students, with all their rows of all years, and both lists are made anew in every draw. Rows
that no list can tell apart are drawn together, by a multinomial over the kinds of students there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from models.examples import Booleans, Floats, Integers
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import levels_of, list_length, list_lengths, ratio, true_positives

BEYOND = 8.0
"""Standard deviations past a list's end beyond which rows are not told apart, as no draw's list reaches them."""

CELLS_AT_ONCE = 500_000
"""Replicates × kinds held in memory at a time: a few megabytes, which a processor's cache holds."""
CERTAIN = 1_000_000
"""A label of a student who ended off track, as classes count it; one that is estimated is a part of it."""
FEW = 20
"""Classes with at most so many students are drawn student by student."""


@dataclass(frozen=True)
class PairedYear:
    """One year's rows: how each ended, whose it is, and what two scorers list them by, the highest first.

    Where some labels are estimated, `chances` has them all as chances to have ended off track: the most likely, and
    below it draws × rows, as far apart as what they are estimated from leaves open.
    """

    label: Booleans
    student: npt.NDArray[np.str_]
    order: Floats
    other: Floats
    chances: Floats | None = None

    @property
    def likely(self) -> Floats:
        """The label, or the most likely chance, of each row."""
        return self.label.astype(np.float64) if self.chances is None else self.chances[0]

    def drawn(self, draws: int) -> Floats:
        """Draws × rows: the labels or chances of that many draws."""
        if self.chances is None or len(self.chances) == 1:
            return np.tile(self.likely, (draws, 1))
        return self.chances[1:]


@dataclass(frozen=True)
class RecallLead(Interval):
    """The lead in recall of one list over another, with its interval and the bootstrap's standard error."""

    error: float


@dataclass(frozen=True)
class EquivalenceClasses:
    """Equivalence classes of rows and of students: members of one class are interchangeable in every list.

    By class of rows, sorted by year: the year's index, the label, the level with each scorer (0 is listed first) and
    whether the other scorer flags it. `held` is classes of students × classes of rows: how many of each one student
    has; `students` is how many students are in each class.
    """

    year: Integers
    label: Floats
    level: Integers
    other: Integers
    flagged: Booleans
    held: csr_array
    students: Integers

    def drawn(self, replicates: int, seed: int) -> Iterator[Floats]:
        """Draws blocks of replicates × classes of rows: how often each stands in a draw of as many students."""
        rng = np.random.default_rng(seed)
        block = max(1, CELLS_AT_ONCE // max(1, len(self.year)))
        for start, end in pairwise([*range(0, replicates, block), replicates]):
            yield np.asarray(draw_multinomial(self.students, end - start, rng) @ self.held, dtype=np.float64)


def draw_multinomial(students: Integers, replicates: int, rng: np.random.Generator) -> Floats:
    """Draws replicates × classes: how often each is drawn when as many students are drawn as there are.

    Small classes are drawn together and then student by student: one by one, numpy takes ten times as long.
    """
    few, total = students <= FEW, int(students.sum())
    chances = np.append(students[~few], students[few].sum()) / total
    many = rng.multinomial(total, chances, size=replicates)
    who, times = np.repeat(np.flatnonzero(few), students[few]), many[:, -1]
    chosen = who[rng.integers(0, max(1, len(who)), size=int(times.sum()))]
    cells = np.repeat(np.arange(replicates), times) * len(students) + chosen
    drawn = np.bincount(cells, minlength=replicates * len(students)).reshape(replicates, -1).astype(np.float64)
    drawn[:, ~few] = many[:, :-1]
    return drawn


def recall_lead(years: Sequence[PairedYear], *, capacity: float | None, replicates: int, seed: int) -> RecallLead:
    """The lead in recall of the first scorer's lists over the other's, over all the years together.

    Each year's list is a share of its rows; where `capacity` is None it is as long as the other scorer's own, who
    flags the rows above zero. Ties count as drawn at random. Above zero, the first scorer finds more. Where labels are
    estimated, what that leaves open is added to each replicate.
    """
    kinds = equivalence_classes(years, capacity)
    observed = lead_in(kinds, np.asarray(kinds.students[None, :] @ kinds.held, dtype=np.float64), capacity)
    drawn = np.concatenate([lead_in(kinds, weights, capacity) for weights in kinds.drawn(replicates, seed)])
    drawn += np.resize(open_in_labels(years, capacity), replicates)
    found, known = percentile_interval(float(observed[0]), drawn), drawn[~np.isnan(drawn)]
    return RecallLead(found.estimate, found.low, found.high, float(known.std()) if len(known) else float("nan"))


def open_in_labels(years: Sequence[PairedYear], capacity: float | None) -> Floats:
    """By how much the lead with each draw of the labels is from their mean; nought where all labels are known."""
    draws = max((len(one.chances) - 1 for one in years if one.chances is not None), default=0)
    if not draws:
        return np.zeros(1)
    ahead, off_track = np.zeros(draws), np.zeros(draws)
    for one in years:
        label = one.drawn(draws)
        served = np.array([(one.other > 0).sum() if capacity is None else list_length(len(one.other), capacity)])
        rows = np.ones((1, len(one.order)))
        ahead += true_positives(label, one.order, rows, served) - true_positives(label, one.other, rows, served)
        off_track += label.sum(axis=1)
    leads = ratio(ahead, off_track)
    return np.asarray(leads - leads.mean(), dtype=np.float64)


def lead_in(kinds: EquivalenceClasses, weights: Floats, capacity: float | None) -> Floats:
    """The lead in each replicate: the difference of what the lists find, of all who ended off track in it."""
    ahead = np.zeros(len(weights))
    for year in np.unique(kinds.year):
        of_year = kinds.year == year
        own, label = weights[:, of_year], kinds.label[of_year]
        served = own @ kinds.flagged[of_year] if capacity is None else list_lengths(own, capacity)
        first, other = (-levels[of_year].astype(np.float64) for levels in (kinds.level, kinds.other))
        ahead += true_positives(label, first, own, served) - true_positives(label, other, own, served)
    return np.round(ratio(ahead, weights @ kinds.label), 12)  # what sums differ by in their last digits is no lead


def equivalence_classes(years: Sequence[PairedYear], capacity: float | None) -> EquivalenceClasses:
    """The equivalence classes of rows and students of these years."""
    rows = np.concatenate([row_classes(place, one, capacity) for place, one in enumerate(years)])
    kinds, kind = np.unique(rows, axis=0, return_inverse=True)
    held, students = student_classes(np.concatenate([one.student for one in years]), kind.ravel(), len(kinds))
    year, label, level, other, flagged = kinds.T
    return EquivalenceClasses(year, label / CERTAIN, level, other, flagged.astype(np.bool_), held, students)


def row_classes(place: int, one: PairedYear, capacity: float | None) -> Integers:
    """Rows × all by which lists tell rows apart: the year, the label, the level with each scorer, the other's flag."""
    flagged = one.other > 0
    longest = float(flagged.sum()) if capacity is None else list_length(len(one.label), capacity)
    most = int(np.bincount(pd.factorize(one.student)[0]).max())
    reach = longest + BEYOND * np.sqrt((longest + 1) * most)
    levels = [level_of(order, reach) for order in (one.order, one.other)]
    label = np.rint(one.likely * CERTAIN)
    return np.stack([np.full(len(flagged), place), label, *levels, flagged], axis=1).astype(np.int64)


def level_of(order: Floats, reach: float) -> Integers:
    """Each row's level, the highest 0; those that begin past `reach` rows are one."""
    levels = levels_of(order)
    number = np.cumsum(np.isin(np.arange(len(order)), levels.starts)) - 1
    last = int((levels.starts <= reach).sum())
    level = np.empty(len(order), dtype=np.int64)
    level[levels.order] = np.minimum(number, last)
    return level


def student_classes(student: npt.NDArray[np.str_], kind: Integers, kinds: int) -> tuple[csr_array, Integers]:
    """Classes of students × classes of rows, and how many students are in each: they hold the same rows."""
    alike, times = np.unique(classes_by_student(student, kind), axis=0, return_counts=True)
    who, place = np.nonzero(alike >= 0)
    held = csr_array((np.ones(len(who)), (who, alike[who, place])), shape=(len(alike), kinds))
    return held, times


def classes_by_student(student: npt.NDArray[np.str_], kind: Integers) -> Integers:
    """Students × the most rows that one has: the sorted classes of each student's rows, padded with -1."""
    codes, _ = pd.factorize(student)
    order = np.lexsort((kind, codes))
    rows = np.bincount(codes)
    place = np.arange(len(kind)) - np.repeat(np.cumsum(rows) - rows, rows)
    held = np.full((len(rows), rows.max()), -1, dtype=np.int64)
    held[codes[order], place] = kind[order]
    return held
