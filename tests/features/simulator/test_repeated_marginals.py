"""A figure of several simulations is its median, with the range, and how often it was near."""

import pytest

from features.simulator.gradients import ABSENCES, FLAGS
from features.simulator.marginals import Marginal, Marginals
from features.simulator.repeated_marginals import Repeated, Room, repeated, rooms


def run(share: float, most: float) -> Marginals:
    """A simulation with one figure, published as 72 of 100."""
    figure = Marginal("graduated", share, (0.62, 0.82), "about 72%")
    return Marginals((figure,), {ABSENCES: most, FLAGS: 0.9}, 0.6)


RUNS = [run(share, most) for share, most in ((0.87, 0.82), (0.80, 0.84), (0.84, 0.85))]


@pytest.mark.parametrize(
    ("shares", "told", "off", "near"),
    [
        ([0.87, 0.80, 0.84], "84% (80% to 87%)", True, 1),
        ([0.70, 0.71, 0.90], "71% (70% to 90%)", False, 2),
        ([0.701, 0.702], "70%", False, 2),
        ([0.8249], "82%", False, 1),
    ],
)
def test_a_figure_is_its_median_with_its_range(shares: list[float], told: str, off: bool, near: int) -> None:
    (one,) = repeated([run(share, 0.9) for share in shares])
    assert (one.shares, one.middle.is_off, one.times_near) == (told, off, near)


def test_figures_keep_their_order_and_their_source() -> None:
    (one,) = repeated(RUNS)
    assert isinstance(one, Repeated)
    assert (one.middle.says, one.middle.source, len(one.each)) == ("graduated", "about 72%", 3)


def test_it_is_counted_in_how_many_simulations_too_few_could_graduate() -> None:
    assert rooms(RUNS, 0.845) == (
        Room("days missed in the fall of grade 9", 0.82, 0.85, 2),
        Room("San Francisco's two flags in grade 8", 0.9, 0.9, 0),
    )
