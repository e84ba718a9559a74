"""The figures of several collaboratives, simulated with different random numbers and sizes, and how far they differ."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

from features.simulator.district import simulate_state
from features.simulator.gradients import Gradient
from features.simulator.marginals import Marginal, Marginals, marginals_of
from features.simulator.plan import state_plans

SEEDS = (7, 11, 23, 31, 43)
SIZES = (6000, 2400)
DISTRICTS, YEARS = 3, 8
TODAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Repeated:
    """One figure in several simulations."""

    each: tuple[Marginal, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """The figure in each simulation, from low to high."""
        return tuple(sorted(one.simulated for one in self.each))

    @property
    def middle(self) -> Marginal:
        """The figure with the median over the simulations."""
        first = self.each[0]
        return Marginal(first.says, median(self.values), first.published, first.source)

    @property
    def shares(self) -> str:
        """The median and, where the simulations differ, the lowest and the highest, in percent."""
        return ranged(self.middle.simulated, self.values[0], self.values[-1])

    @property
    def times_near(self) -> int:
        """In how many simulations the figure is near the published one."""
        return sum(not one.is_off for one in self.each)


@dataclass(frozen=True)
class Room:
    """The largest share of students that could graduate with the published steps of a gradient near."""

    by: str
    lowest: float
    highest: float
    too_little: int
    """In how many simulations it is less than the share that has to graduate."""


def ranged(middle: float, low: float, high: float) -> str:
    """A share with the range that it lies in, in percent."""
    return f"{middle:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{middle:.0%} ({low:.0%} to {high:.0%})"


def repeated(runs: Sequence[Marginals]) -> tuple[Repeated, ...]:
    """Each figure over all simulations, in the order in which they are told."""
    return tuple(Repeated(each) for each in zip(*(run.figures for run in runs), strict=True))


def rooms(runs: Sequence[Marginals], needed: float) -> tuple[Room, ...]:
    """What the group sizes of the simulations leave room for, by gradient, where a share `needed` has to graduate."""
    return tuple(room_of(gradient, runs, needed) for gradient in runs[0].most_graduating)


def room_of(gradient: Gradient, runs: Sequence[Marginals], needed: float) -> Room:
    """That of one gradient."""
    most = [run.most_graduating[gradient] for run in runs]
    return Room(gradient.by, min(most), max(most), sum(one < needed for one in most))


def simulated_marginals(
    students: int, seed: int, *, marks_last: bool = False, districts: int = DISTRICTS, years: int = YEARS
) -> Marginals:
    """The figures of a collaborative simulated now, over its finished years."""
    usual = state_plans(students, districts, today=TODAY, years=years, seed=seed)
    plans = [replace(plan, marks_last=marks_last) for plan in usual]
    with tempfile.TemporaryDirectory() as kept:
        folders = {plan.district_id: Path(kept) / plan.district_id for plan in plans}
        simulate_state(plans, folders)
        return marginals_of(list(folders.values()), plans[0].school_years[:-1])
