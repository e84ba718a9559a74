"""Lists week by week, on drawn students: who was found when, and how steady the list was."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from training.evaluation.weekly_lists import Weeks, weekly, weekly_lists_of

FIRST = date(2025, 11, 20)
STUDENTS = pd.Index(["ana", "ben", "cas", "dee"])
DATES = weekly(FIRST, 2, until=date(2026, 6, 30))
WEEKS = Weeks(DATES, STUDENTS, np.array([True, True, False, False]), date(2026, 6, 18))


def risks(*weeks: dict[str, float]) -> list["pd.Series[float]"]:
    return [pd.Series(week) for week in weeks]


def test_the_dates_are_a_week_apart_and_end_with_the_records() -> None:
    assert weekly(FIRST, 2, until=date(2026, 1, 1)) == (FIRST, date(2025, 11, 27), date(2025, 12, 4))
    assert weekly(FIRST, 9, until=date(2025, 11, 28)) == (FIRST, date(2025, 11, 27))


def test_who_is_found_later_counts_from_the_first_list_that_named_them() -> None:
    found = weekly_lists_of(
        "model",
        risks(
            {"ana": 0.9, "ben": 0.1, "cas": 0.2, "dee": 0.1},
            {"ana": 0.1, "ben": 0.9, "cas": 0.2, "dee": 0.1},
            {"ana": 0.1, "ben": 0.9, "cas": 0.2, "dee": 0.1},
        ),
        WEEKS,
        capacity=0.25,
        seed=1,
    )
    assert (found.listed, found.off_track, found.found_first, found.found_by_last) == (1, 2, 0.5, 1.0)
    assert found.lead_weeks == pytest.approx((30 + 29) / 2)
    assert found.stays == 0.5


def test_equal_risks_do_not_make_a_list_restless() -> None:
    same = dict.fromkeys(STUDENTS, 0.3)
    assert weekly_lists_of("rule", risks(same, same, same), WEEKS, capacity=0.5, seed=1).stays == 1.0


def test_who_has_left_is_on_no_list() -> None:
    left = {"ben": 0.1, "cas": 0.2, "dee": 0.1}
    found = weekly_lists_of("model", risks({**left, "ana": 0.9}, left, left), WEEKS, capacity=0.25, seed=1)
    assert (found.found_by_last, found.stays) == (0.5, 0.5)
