"""`python -m benchmarks.rule_shares`: a rule's shares and intervals held against the truth of drawn districts.

A district has 80 to 700 past students, most of them without a signal. The true share off track rises with the count of
signals, and in every second or third district it rises no further from some share on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
import typer

from models.estimators.monotone_shares import LevelCounts, MonotoneShares, fit_monotone_shares
from models.examples import Booleans, Floats

LEVELS = np.arange(9.0)
PRIORS = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 16.0)
BEFORE = 10.0
"""Average students that were added to each level until the levels were pooled first."""
Fit = Callable[[LevelCounts], MonotoneShares]


@dataclass(frozen=True)
class DrawnDistrict:
    """The students of a drawn district by level, and each level's true share and true part of the students."""

    counts: LevelCounts
    truth: Floats
    part: Floats


def draw_district(rng: np.random.Generator) -> DrawnDistrict:
    """A small district: how many of its past students had each count of signals, and how many ended off track."""
    part = rng.uniform(0.35, 0.75) ** LEVELS
    part[0] *= rng.uniform(1, 4)
    part /= part.sum()
    truth = 1 / (1 + np.exp(-rng.uniform(-3.2, -1.5) - rng.uniform(0.4, 1.6) * LEVELS))
    if rng.random() < 0.4:
        truth = np.minimum(truth, rng.uniform(0.4, 0.95))
    n = rng.multinomial(rng.integers(80, 700), part)
    seen = n > 0
    off_track = rng.binomial(n, truth)
    counts = LevelCounts(LEVELS[seen], n[seen].astype(np.float64), off_track[seen].astype(np.float64))
    return DrawnDistrict(counts, truth[seen], part[seen])


def top_is_held(fit: Fit, districts: int, seed: int) -> float:
    """The share of drawn districts in which the highest level's interval holds its true share."""
    rng = np.random.default_rng(seed)
    drawn = [draw_district(rng) for _ in range(districts)]
    return float(np.mean([holds(fit(one.counts), one.truth)[-1] for one in drawn]))


def holds(fitted: MonotoneShares, truth: Floats) -> Booleans:
    """Which levels' intervals hold their true share."""
    return (fitted.low <= truth) & (truth <= fitted.high)


def shares_with(prior: float, counts: LevelCounts) -> Floats:
    """The shares where a neighborhood counts for so many students."""
    return fit_monotone_shares(counts, prior).shares


def shares_before(counts: LevelCounts) -> Floats:
    """The shares as they were: ten average students added to each level, which are pooled afterwards."""
    overall = counts.off_track.sum() / counts.n.sum()
    added = LevelCounts(counts.levels, counts.n + BEFORE, counts.off_track + BEFORE * overall)
    return fit_monotone_shares(added, prior=0).shares


def error_of(shares: Callable[[LevelCounts], Floats], districts: int, seed: int) -> tuple[float, float]:
    """The root mean square error of the shares: of a student's, and of the highest level's."""
    rng = np.random.default_rng(seed)
    drawn = [draw_district(rng) for _ in range(districts)]
    squares = [(one, (shares(one.counts) - one.truth) ** 2) for one in drawn]
    everyone = np.mean([(one.part * square).sum() for one, square in squares])
    return float(np.sqrt(everyone)), float(np.sqrt(np.mean([square[-1] for _, square in squares])))


def print_rule_shares(
    districts: Annotated[int, typer.Option(help="How many districts are drawn.")] = 3000, seed: int = 1
) -> None:
    """The errors for each weight of the neighborhood, and how often intervals hold the truth."""
    for prior in PRIORS:
        student, top = error_of(partial(shares_with, prior), districts, seed)
        typer.echo(f"neighborhood of {prior:.0f} students: error {student:.3f}, of the highest level {top:.3f}")
    student, top = error_of(shares_before, districts, seed)
    typer.echo(f"ten average students a level: error {student:.3f}, of the highest level {top:.3f}")
    held = top_is_held(fit_monotone_shares, districts, seed)
    typer.echo(f"the interval of the highest level holds its true share in {100 * held:.1f} of 100 districts")


if __name__ == "__main__":
    typer.run(print_rule_shares)
