"""Reliability bins, and how far risks are from what happened."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.examples import Booleans, Floats

BINS = 10


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


def calibration_error(label: Booleans, risk: Floats, bins: int = BINS) -> float:
    """The mean gap between risk and share off track over bins of equal count, weighted by their rows."""
    return sum(one.n * abs(one.mean_risk - one.share) for one in reliability(label, risk, bins)) / len(risk)
