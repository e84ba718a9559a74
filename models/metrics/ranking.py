"""Ranking metrics: precision and recall at a capacity, ROC AUC, average precision; ties count as drawn at random."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.examples import Booleans, Floats, Integers


@dataclass(frozen=True)
class Levels:
    """Rows sorted by falling risk, and where each run of equal risks starts."""

    order: Integers
    starts: Integers


def list_length(rows: float, capacity: float) -> float:
    """How many of these rows a capacity lists: whole students, at least one."""
    return max(1.0, float(np.floor(round(rows * capacity, 9))))


def levels_of(risk: Floats) -> Levels:
    """The runs of equal risk, highest first."""
    order = np.argsort(-risk, kind="stable")
    falls = np.diff(risk[order], prepend=np.inf) != 0
    return Levels(order, np.flatnonzero(falls))


def run_sums(values: Floats, starts: Integers) -> Floats:
    """Replicates × runs: the sums of the values of each run of columns, given where each run starts."""
    if len(starts) == values.shape[1]:
        return values
    return np.asarray(np.add.reduceat(values, starts, axis=1), dtype=np.float64)


@dataclass(frozen=True)
class LevelCounts:
    """How many rows each level of risk has, and how many of them are off track: replicates × levels, highest first."""

    rows: Floats
    off_track: Floats

    @cached_property
    def up_to(self) -> Floats:
        """Replicates × levels: how many rows each level and those above it have."""
        return self.rows.cumsum(axis=1)

    @cached_property
    def all_off_track(self) -> Floats:
        """How many rows of each replicate are off track."""
        return np.asarray(self.off_track.sum(axis=1), dtype=np.float64)

    def precision_and_recall(self, capacity: float) -> tuple[Floats, Floats]:
        """Precision and recall among those listed at a capacity; ties count as drawn at random."""
        served = lengths_of(self.up_to[:, -1], capacity)
        found = self.true_positives(served)
        return found / served, ratio(found, self.all_off_track)

    def true_positives(self, served: Floats) -> Floats:
        """How many of the `served` rows of highest risk are off track; ties count as drawn at random.

        Only levels that the list of some replicate reaches are looked at.
        """
        ends = range(self.up_to.shape[1])
        reached = bisect_left(ends, True, key=lambda level: bool((self.up_to[:, level] >= served).all())) + 1
        rows = self.rows[:, :reached]
        above = self.up_to[:, :reached] - rows
        share = np.clip((served[:, None] - above) / np.maximum(rows, 1), 0, 1)
        return np.asarray((share * self.off_track[:, :reached]).sum(axis=1), dtype=np.float64)

    def roc_auc(self) -> Floats:
        """How often a student off track has a higher risk than one on track; a tie is half."""
        return auc_of_counts((self.rows - self.off_track)[:, ::-1], self.off_track[:, ::-1])

    def average_precision(self) -> Floats:
        """The precision at each risk, averaged over the students off track who have it."""
        precision = np.cumsum(self.off_track, axis=1) / np.maximum(self.up_to, 1)
        return ratio((precision * self.off_track).sum(axis=1), self.all_off_track)


def level_counts(label: Booleans | Floats, risk: Floats, weights: Floats) -> LevelCounts:
    """The counts from which every ranking metric follows, so that rows are put in order once.

    `weights` is replicates × rows: how often each row stands in a replicate.
    """
    return counts_of_levels(label, levels_of(risk), weights)


def counts_of_levels(label: Booleans | Floats, levels: Levels, weights: Floats) -> LevelCounts:
    """The counts where the levels are known."""
    falling = weights[:, levels.order]
    off_track = run_sums(falling * label[..., levels.order], levels.starts)
    return LevelCounts(run_sums(falling, levels.starts), off_track)


def precision_and_recall(label: Booleans, risk: Floats, weights: Floats, capacity: float) -> tuple[Floats, Floats]:
    """Precision and recall among those listed, one of each per row of weights; ties count as drawn at random."""
    return level_counts(label, risk, weights).precision_and_recall(capacity)


def list_lengths(weights: Floats, capacity: float) -> Floats:
    """How many rows of each replicate a capacity lists."""
    return lengths_of(weights.sum(axis=1), capacity)


def lengths_of(rows: Floats, capacity: float) -> Floats:
    """How many of so many rows each a capacity lists."""
    return np.asarray(np.maximum(1.0, np.floor(np.round(rows * capacity, 9))), dtype=np.float64)


def true_positives(label: Booleans | Floats, risk: Floats, weights: Floats, served: Floats) -> Floats:
    """How many of the `served` rows of highest risk are off track, per replicate; ties count as drawn at random.

    A label may be a chance, and one for each replicate.
    """
    return level_counts(label, risk, weights).true_positives(served)


def roc_auc(label: Booleans, risk: Floats, weights: Floats) -> Floats:
    """Per row of weights: how often a student off track has a higher risk than one on track; a tie is half."""
    return level_counts(label, risk, weights).roc_auc()


def auc_of_counts(on_track: Floats, off_track: Floats) -> Floats:
    """ROC AUC from counts of … × levels by rising risk; a tie is half, and it is NaN where one class is empty."""
    below = on_track.cumsum(axis=-1) - on_track / 2
    return ratio((off_track * below).sum(axis=-1), off_track.sum(axis=-1) * on_track.sum(axis=-1))


def ratio(part: Floats, whole: Floats) -> Floats:
    """The part of the whole, NaN where there is no whole."""
    found = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found
