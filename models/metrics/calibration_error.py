"""Calibration metrics: reliability bins, calibration error, and the calibration line."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from models.examples import Booleans, Floats
from models.metrics.ranking import Levels, levels_of, ratio, run_sums

BINS = 10
STEPS = 12
LONGEST_STEP = 1.0
"""Steps of Newton's method from slope 1 and intercept 0: more change no shown digit, longer ones may not converge."""
SMALLEST_STEP = 1e-9
LEAST_RISK = 1e-4


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability chart: its rows, their mean risk, and the share that ended off track."""

    n: int
    mean_risk: float
    share: float


def reliability(label: Booleans, risk: Floats, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Bins of equal count by rising risk; rows of equal risk count with the share off track among them."""
    bins = min(bins, len(risk))
    expected = pd.Series(label.astype(np.float64)).groupby(risk).transform("mean").to_numpy()
    order = np.argsort(risk, kind="stable")
    parts = np.array_split(order, bins)
    return tuple(ReliabilityBin(len(part), float(risk[part].mean()), float(expected[part].mean())) for part in parts)


def calibration_error(label: Booleans, risk: Floats, weights: Floats, bins: int = BINS) -> Floats:
    """Per row of weights: the mean gap between risk and share off track over bins, weighted by their rows.

    Bins are of equal count of the rows as they are, by rising risk; as in `reliability`, rows of equal risk count with
    the share off track among them.
    """
    return error_of_levels(label, risk, levels_of(-risk), weights, bins=bins)


def error_of_levels(label: Booleans, risk: Floats, levels: Levels, weights: Floats, *, bins: int = BINS) -> Floats:
    """The calibration error where the levels of rising risk are known."""
    parts = np.array_split(levels.order, min(bins, len(risk)))
    edges = np.cumsum([0, *map(len, parts)])[:-1]
    starts = np.union1d(edges, levels.starts)  # of runs of equal risk within one bin
    level = np.searchsorted(levels.starts, starts, side="right") - 1
    rising = weights[:, levels.order]
    off_track = run_sums(rising * label[levels.order], levels.starts)
    share = np.nan_to_num(ratio(off_track, run_sums(rising, levels.starts)))
    rows = run_sums(rising, starts)
    gaps = rows * (risk[levels.order][starts] - share[:, level])
    of_bins = np.add.reduceat(gaps, np.searchsorted(starts, edges), axis=1)
    return np.asarray(np.abs(of_bins).sum(axis=1) / weights.sum(axis=1), dtype=np.float64)


def calibration_line(label: Booleans, risk: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Slope and intercept of a logistic regression of the label on the log odds of the risk: 1 and 0 if calibrated.

    A slope below 1 says that high risks are too high and low ones too low. NaN where the risks are all the same.
    """
    risk = np.clip(risk, LEAST_RISK, 1 - LEAST_RISK)
    odds = np.log(risk / (1 - risk))
    squared = odds**2
    slope, intercept = np.ones(len(weights)), np.zeros(len(weights))
    for _ in range(STEPS):
        said = expit(slope[:, None] * odds + intercept[:, None])
        error, spread = weights * (label - said), weights * said * (1 - said)
        up_slope, up_intercept = error @ odds, error.sum(axis=1)
        of_slope, of_both, of_intercept = spread @ squared, spread @ odds, spread.sum(axis=1)
        area = of_slope * of_intercept - of_both**2
        moved = newton_step(of_intercept * up_slope - of_both * up_intercept, area)
        raised = newton_step(of_slope * up_intercept - of_both * up_slope, area)
        slope, intercept = slope + moved, intercept + raised
        if max(np.nanmax(np.abs(moved), initial=0), np.nanmax(np.abs(raised), initial=0)) < SMALLEST_STEP:
            break
    return slope, intercept


def newton_step(part: Floats, whole: Floats) -> Floats:
    """A step of Newton's method, clipped to the longest; NaN where there is none."""
    return np.clip(ratio(part, whole), -LONGEST_STEP, LONGEST_STEP)
