"""How good risks are: at a capacity, in order and in calibration, with intervals by student."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.settings import Refused
from models.examples import Booleans, Floats

Integers = npt.NDArray[np.int64]
BINS = 10
CELLS_AT_ONCE = 4_000_000
"""Replicates × rows held in memory at a time."""


@dataclass(frozen=True)
class Figures:
    """What one list of risks reaches against what happened; `precision_at` and `recall_at` are by capacity."""

    n: int
    positives: int
    roc_auc: float
    pr_auc: float
    brier: float
    calibration_error: float
    precision_at: Mapping[float, float]
    recall_at: Mapping[float, float]

    def as_json(self) -> dict[str, int | float | dict[str, float]]:
        """The figures as JSON values, capacities with two decimals as keys."""
        return {
            "n": self.n,
            "positives": self.positives,
            "roc_auc": self.roc_auc,
            "pr_auc": self.pr_auc,
            "brier": self.brier,
            "calibration_error": self.calibration_error,
            "precision_at": {f"{at:.2f}": value for at, value in self.precision_at.items()},
            "recall_at": {f"{at:.2f}": value for at, value in self.recall_at.items()},
        }


@dataclass(frozen=True)
class Bin:
    """One bin of a reliability chart: its rows, their mean risk, and the share that ended off track."""

    n: int
    mean_risk: float
    share: float


@dataclass(frozen=True)
class Interval:
    """A figure with the interval that holds 95 in 100 bootstrap replicates."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Levels:
    """Rows sorted by falling risk, and where each run of equal risks starts."""

    order: Integers
    starts: Integers


def evaluate(label: Booleans, risk: Floats, capacities: Sequence[float], *, listed_by: Floats | None = None) -> Figures:
    """Every figure of these risks; equal risks count as drawn at random. Raises Refused where the label has one class.

    `roc_auc` counts a tie as half; `pr_auc` is average precision; `brier` is the mean squared error;
    `calibration_error` is the mean |mean risk - share off track| over 10 bins of equal count. `listed_by` is what
    students are listed by where that is not the risk, such as a rule's count of signals.
    """
    refuse_one_class(label)
    if not np.isfinite(risk).all():
        raise Refused("a risk is missing: every row that is judged needs one")
    one, order = np.ones((1, len(label))), risk if listed_by is None else listed_by
    precision, recall = zip(*(at_capacity(label, order, one, capacity) for capacity in capacities), strict=True)
    return Figures(
        n=len(label),
        positives=int(label.sum()),
        roc_auc=float(roc_auc(label, order, one)[0]),
        pr_auc=average_precision(label, order),
        brier=float(np.mean((risk - label) ** 2)),
        calibration_error=calibration_error(label, risk),
        precision_at={at: float(value[0]) for at, value in zip(capacities, precision, strict=True)},
        recall_at={at: float(value[0]) for at, value in zip(capacities, recall, strict=True)},
    )


def refuse_one_class(label: Booleans) -> None:
    """Raise Refused unless there are rows and their label holds both classes."""
    if not len(label):
        raise Refused("there is no row to learn from or to judge on")
    if label.all() or not label.any():
        ended = "off track" if label.all() else "on track"
        raise Refused(
            f"the label has one class: all {len(label)} rows ended {ended}; "
            "both are needed to learn from or to judge on"
        )


def places(rows: float, capacity: float) -> float:
    """How many of these rows a capacity serves: whole students, at least one."""
    return max(1.0, float(np.floor(round(rows * capacity, 9))))


def levels_of(risk: Floats) -> Levels:
    """The runs of equal risk, highest first."""
    order = np.argsort(-risk, kind="stable")
    falls = np.diff(risk[order], prepend=np.inf) != 0
    return Levels(order, np.flatnonzero(falls))


def by_level(values: Floats, levels: Levels) -> Floats:
    """Replicates × levels: the sum of the values of each level's rows."""
    return np.asarray(np.add.reduceat(values[:, levels.order], levels.starts, axis=1), dtype=np.float64)


def at_capacity(label: Booleans, risk: Floats, weights: Floats, capacity: float) -> tuple[Floats, Floats]:
    """Precision and recall among those served, one of each per row of weights, ties expected at random.

    `weights` is replicates × rows: how often each row stands in a replicate.
    """
    served = places_in(weights, capacity)
    found = found_among(label, risk, weights, served)
    return found / served, ratio(found, weights @ label)


def places_in(weights: Floats, capacity: float) -> Floats:
    """How many rows of each replicate a capacity serves."""
    return np.array([places(total, capacity) for total in weights.sum(axis=1)], dtype=np.float64)


def found_among(label: Booleans, risk: Floats, weights: Floats, served: Floats) -> Floats:
    """How many of the `served` rows of highest risk ended off track, in each replicate; ties expected at random."""
    levels = levels_of(risk)
    rows, off_track = by_level(weights, levels), by_level(weights * label, levels)
    above = np.cumsum(rows, axis=1) - rows
    share = np.clip((served[:, None] - above) / np.maximum(rows, 1), 0, 1)
    return np.asarray((share * off_track).sum(axis=1), dtype=np.float64)


def roc_auc(label: Booleans, risk: Floats, weights: Floats) -> Floats:
    """Per row of weights: the chance that a student who ended off track has the higher risk; a tie is half."""
    levels = levels_of(risk)
    off_track = by_level(weights * label, levels)
    on_track = by_level(weights * ~label, levels)
    below = on_track.sum(axis=1, keepdims=True) - np.cumsum(on_track, axis=1)
    won = (off_track * (below + on_track / 2)).sum(axis=1)
    return ratio(won, off_track.sum(axis=1) * on_track.sum(axis=1))


def ratio(part: Floats, whole: Floats) -> Floats:
    """The part of the whole, NaN where there is no whole."""
    found = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found


def average_precision(label: Booleans, risk: Floats) -> float:
    """The precision at each risk, averaged over the students off track who have it."""
    levels = levels_of(risk)
    off_track = np.add.reduceat(label[levels.order].astype(np.float64), levels.starts)
    rows = np.diff(np.append(levels.starts, len(risk)))
    precision = np.cumsum(off_track) / np.cumsum(rows)
    return float((precision * off_track).sum() / off_track.sum())


def reliability(label: Booleans, risk: Floats, bins: int = BINS) -> tuple[Bin, ...]:
    """Bins of equal count by rising risk; rows of equal risk count with the share off track among them."""
    bins = min(bins, len(risk))
    expected = pd.Series(label.astype(np.float64)).groupby(risk).transform("mean").to_numpy()
    order = np.argsort(risk, kind="stable")
    parts = np.array_split(order, bins)
    return tuple(Bin(len(part), float(risk[part].mean()), float(expected[part].mean())) for part in parts)


def calibration_error(label: Booleans, risk: Floats, bins: int = BINS) -> float:
    """The mean gap between risk and share off track over bins of equal count, weighted by their rows."""
    return sum(one.n * abs(one.mean_risk - one.share) for one in reliability(label, risk, bins)) / len(risk)


def student_weights(student: npt.NDArray[np.str_], replicates: int, seed: int) -> Iterator[Floats]:
    """Blocks of replicates × rows: how often each row stands in a bootstrap that draws whole students."""
    codes, distinct = pd.factorize(student)
    rng = np.random.default_rng(seed)
    block = max(1, CELLS_AT_ONCE // max(1, len(student)))
    for start, end in pairwise([*range(0, replicates, block), replicates]):
        drawn = rng.multinomial(len(distinct), np.full(len(distinct), 1 / len(distinct)), size=end - start)
        yield drawn[:, codes].astype(np.float64)


def difference_intervals(
    label: Booleans,
    risk: Floats,
    other: Floats,
    student: npt.NDArray[np.str_],
    *,
    capacity: float,
    replicates: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """By how much `risk` is better than `other`: "precision" and "recall" at the capacity, and "roc_auc".

    A paired bootstrap: both are judged on the same drawn students. Above zero, `risk` is better.
    """
    refuse_one_class(label)
    one = np.ones((1, len(label)))
    observed = three_figures(label, risk, one, capacity) - three_figures(label, other, one, capacity)
    blocks = [
        three_figures(label, risk, weights, capacity) - three_figures(label, other, weights, capacity)
        for weights in student_weights(student, replicates, seed)
    ]
    drawn = np.concatenate(blocks, axis=1)
    names = ("precision", "recall", "roc_auc")
    return {name: interval(float(observed[i, 0]), drawn[i]) for i, name in enumerate(names)}


def three_figures(label: Booleans, risk: Floats, weights: Floats, capacity: float) -> Floats:
    """3 × replicates: precision and recall at the capacity, and ROC AUC."""
    return np.stack([*at_capacity(label, risk, weights, capacity), roc_auc(label, risk, weights)])


def calibration_gap(
    label: Booleans, risk: Floats, student: npt.NDArray[np.str_], *, replicates: int = 1000, seed: int = 0
) -> Interval:
    """The share that ended off track less the mean risk, with an interval that draws whole students."""
    gap = label - risk
    drawn = [weights @ gap / weights.sum(axis=1) for weights in student_weights(student, replicates, seed)]
    return interval(float(gap.mean()), np.concatenate(drawn))


def interval(estimate: float, drawn: Floats) -> Interval:
    """The estimate with the 2.5th and 97.5th percentile of what was drawn, leaving out replicates without a figure.

    Low and high are NaN where no replicate has one.
    """
    if np.isnan(drawn).all():
        return Interval(estimate, float("nan"), float("nan"))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Interval(estimate, float(low), float(high))
