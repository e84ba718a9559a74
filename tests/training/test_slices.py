"""Parts of a year: a wrong one is seen though the whole is right, and a small one says so."""

from dataclasses import replace

import numpy as np
import pandas as pd

from models.examples import Examples
from tests.models.made_rows import made_examples
from training.slices import slices_of

RISK = np.full(2000, 0.3)


def in_two_grades(*, small: int = 1000) -> Examples:
    """Half the students of one grade, half of another; 2 and 4 of 10 end off track."""
    rng = np.random.default_rng(1)
    first = np.arange(2000) < small
    label = rng.random(2000) < np.where(first, 0.2, 0.4)
    parts = pd.DataFrame({"grade": np.where(first, "7", "8"), "school level": "middle"})
    return replace(made_examples(2000), label=label, parts=parts)


def test_a_part_that_risks_are_wrong_about_is_seen_though_the_whole_is_right() -> None:
    found = {one.value: one for one in slices_of(in_two_grades(), RISK, replicates=200, seed=1)}
    assert set(found) == {"7", "8"}
    assert found["7"].gap is not None
    assert found["8"].gap is not None
    assert found["7"].gap.high < -0.05
    assert found["8"].gap.low > 0.05


def test_a_small_part_is_named_without_a_figure() -> None:
    small = slices_of(in_two_grades(small=30), RISK, replicates=200, seed=1)[0]
    assert small.gap is None
    assert small.as_json() == {"by": "grade", "value": "7", "too_small": True}
