"""Splits leave the future out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import Refused
from features.snapshots.label_years import LabelYear
from training.evaluation.temporal_split import leave_future_out, rolling_splits


def year(school_year: int, *, horizon: date | None = None) -> LabelYear:
    return LabelYear(school_year, (date(school_year - 1, 11, 20),), horizon or date(school_year, 7, 3))


def test_the_latest_year_is_judged_and_the_ones_before_teach() -> None:
    split = leave_future_out({y: year(y) for y in (2022, 2023, 2024)})
    assert (split.train, split.test) == ((2022, 2023), 2024)


def test_a_year_whose_outcome_came_after_the_first_score_does_not_teach() -> None:
    """An outcome known on the very day of the first score of the test year is already too late."""
    late = year(2023, horizon=date(2023, 11, 20))
    split = leave_future_out({2022: year(2022), 2023: late, 2024: year(2024)})
    assert split.train == (2022,)


def test_one_year_alone_is_refused() -> None:
    with pytest.raises(Refused, match="school year 2024 was first scored on 2023-11-20, and no earlier year's outcome"):
        leave_future_out({2024: year(2024)})


def test_no_year_is_refused() -> None:
    with pytest.raises(Refused, match="no school year"):
        leave_future_out({})


@given(st.dictionaries(st.integers(2015, 2030), st.integers(-200, 400), min_size=2))
def test_no_training_label_is_known_on_or_after_the_first_score(horizons: dict[int, int]) -> None:
    years = {y: year(y, horizon=date.fromordinal(date(y, 7, 3).toordinal() + days)) for y, days in horizons.items()}
    try:
        split = leave_future_out(years)
    except Refused:
        return
    first_score = min(years[split.test].scored_on)
    assert all(years[y].horizon < first_score for y in split.train)
    assert split.test not in split.train


def test_the_origin_rolls_over_the_latest_years_and_each_learns_from_those_before_it() -> None:
    found = rolling_splits({y: year(y) for y in range(2020, 2026)}, 3)
    assert [(split.test, split.train) for split in found] == [
        (2023, (2020, 2021, 2022)),
        (2024, (2020, 2021, 2022, 2023)),
        (2025, (2020, 2021, 2022, 2023, 2024)),
    ]


def test_the_first_year_has_nothing_to_learn_from_and_is_not_judged() -> None:
    assert [split.test for split in rolling_splits({y: year(y) for y in (2023, 2024, 2025)}, 9)] == [2024, 2025]
