"""The benchmark of pools: its districts are what it says, and a small draw goes through."""

import numpy as np

from benchmarks.collaborative import DICTIONARY, drawn_district


def test_a_different_district_means_something_else_by_days_missed() -> None:
    usual, other = (drawn_district(name, 1500, 0.0, np.random.default_rng(0)) for name in ("a", "other"))
    assert usual.dictionary == DICTIONARY
    for rows, rising in ((usual, True), (other, False)):
        missed = rows.features["missed"]
        assert (missed[rows.label].mean() > missed[~rows.label].mean()) == rising
