"""Ranking metrics: precision and recall at a capacity, ROC AUC, average precision; ties count as drawn at random."""

from dataclasses import dataclass

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


def by_level(values: Floats, levels: Levels) -> Floats:
    """Replicates × levels: the sum of the values of each level's rows."""
    return np.asarray(np.add.reduceat(values[:, levels.order], levels.starts, axis=1), dtype=np.float64)


def precision_and_recall(label: Booleans, risk: Floats, weights: Floats, capacity: float) -> tuple[Floats, Floats]:
    """Precision and recall among those listed, one of each per row of weights; ties count as drawn at random.

    `weights` is replicates × rows: how often each row stands in a replicate.
    """
    served = list_lengths(weights, capacity)
    found = true_positives(label, risk, weights, served)
    return found / served, ratio(found, weights @ label)


def list_lengths(weights: Floats, capacity: float) -> Floats:
    """How many rows of each replicate a capacity lists."""
    return np.array([list_length(total, capacity) for total in weights.sum(axis=1)], dtype=np.float64)


def true_positives(label: Booleans | Floats, risk: Floats, weights: Floats, served: Floats) -> Floats:
    """How many of the `served` rows of highest risk are off track, per replicate; ties count as drawn at random.

    A label may be a chance, and one for each replicate.
    """
    levels = levels_of(risk)
    rows, off_track = by_level(weights, levels), by_level(weights * label, levels)
    above = np.cumsum(rows, axis=1) - rows
    share = np.clip((served[:, None] - above) / np.maximum(rows, 1), 0, 1)
    return np.asarray((share * off_track).sum(axis=1), dtype=np.float64)


def roc_auc(label: Booleans, risk: Floats, weights: Floats) -> Floats:
    """Per row of weights: how often a student off track has a higher risk than one on track; a tie is half."""
    levels = levels_of(risk)
    rising = (by_level(weights * ended, levels)[:, ::-1] for ended in (~label, label))
    return auc_of_counts(*rising)


def auc_of_counts(on_track: Floats, off_track: Floats) -> Floats:
    """ROC AUC from counts of … × levels by rising risk; a tie is half, and it is NaN where one class is empty."""
    below = on_track.cumsum(axis=-1) - on_track / 2
    return ratio((off_track * below).sum(axis=-1), off_track.sum(axis=-1) * on_track.sum(axis=-1))


def ratio(part: Floats, whole: Floats) -> Floats:
    """The part of the whole, NaN where there is no whole."""
    found = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found


def average_precision(label: Booleans, risk: Floats, weights: Floats) -> Floats:
    """Per row of weights: the precision at each risk, averaged over the students off track who have it."""
    levels = levels_of(risk)
    rows, off_track = by_level(weights, levels), by_level(weights * label, levels)
    precision = np.cumsum(off_track, axis=1) / np.maximum(np.cumsum(rows, axis=1), 1)
    return ratio((precision * off_track).sum(axis=1), off_track.sum(axis=1))
