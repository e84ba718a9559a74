"""How many can graduate when published steps hold: a share of all is the average of the shares of its groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.simulator.gradients import ABSENCES, AVERAGES, FLAGS, NEAR, ROUNDING, Gradient

GRADIENTS = (AVERAGES, ABSENCES, FLAGS)
UP = NEAR + ROUNDING


@pytest.mark.parametrize(
    ("gradient", "values", "most"),
    [
        (AVERAGES, [4, 4, 4, 4], 1.0),
        (AVERAGES, [4, 2], (1 + 0.72 + UP) / 2),
        (AVERAGES, [3, 1, 0, 0], (1 + 3 * (0.28 + UP)) / 4),
        (ABSENCES, [4.5, 5, 14.5, 40], (0.87 + 0.63 + 0.40 + 0.40 + 4 * UP) / 4),
        (FLAGS, [0, 0, 1, 2], (2 * 0.84 + 0.43 + 0.15 + 4 * UP) / 4),
    ],
)
def test_the_sizes_of_groups_say_how_many_could_graduate(gradient: Gradient, values: list[float], most: float) -> None:
    assert gradient.most_graduating(pd.Series(values)) == pytest.approx(most)


def test_at_san_franciscos_own_group_sizes_no_steps_near_its_own_reach_california() -> None:
    """73 of 100 graduated there, and 22 of 100 had a flag; so 15 had one and 7 had two."""
    there = pd.Series([0.0] * 78 + [1.0] * 15 + [2.0] * 7)
    assert FLAGS.most_graduating(there) == pytest.approx(0.73 + UP, abs=0.005)
    assert FLAGS.most_graduating(there) < 0.845


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_every_student_is_in_one_group(gradient: Gradient) -> None:
    values = pd.Series([0, 0.5, 1, 1.5, 2] if gradient is FLAGS else np.arange(0, 4.5, 0.5))
    assert pd.concat([step.has(values) for step in gradient.steps], axis=1).sum(axis=1).eq(1).all()


@given(st.data(), st.sampled_from(GRADIENTS), st.lists(st.integers(1, 40), min_size=5, max_size=5))
def test_no_cohort_whose_steps_are_near_graduates_more_often_than_said(
    data: st.DataObject, gradient: Gradient, sizes: list[int]
) -> None:
    """Where nobody in a lower group graduates more often than those in the one above it."""
    graduates, above = 0, 1.0
    for size, step in zip(sizes, gradient.steps, strict=False):
        above = data.draw(st.floats(0, min(above, step.most)))
        graduates += int(above * size)
    counted = sizes[: len(gradient.steps)]
    values = pd.Series(np.repeat([step.least for step in gradient.steps], counted))
    assert graduates / sum(counted) <= gradient.most_graduating(values) + 1e-9
