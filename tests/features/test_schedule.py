"""The schedule of scoring dates: month-days and school weeks, in the school years of a district."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.schedule import LAST_WEEKS, first_monday, scheduled_days, school_week, week_begins
from features.settings import Training
from features.snapshots.snapshot import scoring_dates
from tests.drawn import reader, rows_of

FIRST, LAST = date(2025, 8, 20), date(2026, 6, 5)
"""A Wednesday and a Friday."""

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    "case",
    rows_of("""
| entry   | day        |
| week 1  | 2025-08-20 |
| week 2  | 2025-08-25 |
| week 5  | 2025-09-15 |
| week 39 | 2026-05-11 |
| week 40 |            |
| week 53 |            |
| 11-20   | 2025-11-20 |
| 01-15   | 2026-01-15 |
| 08-20   |            |
| 08-10   |            |
| 06-30   | 2026-06-30 |
"""),
    ids=lambda case: str(case["entry"]),
)
def test_an_entry_is_one_day_of_the_school_year_or_none(case: dict[str, str]) -> None:
    """None on the first day but by its week, and no school week that begins in the last three weeks."""
    assert [str(day) for day in scheduled_days([case["entry"]], FIRST, LAST)] == case["day"].split()


def test_month_days_and_weeks_are_mixed_and_each_day_is_taken_once() -> None:
    found = scheduled_days(["01-15", "week 2", "09-15", "week 5"], FIRST, LAST)
    assert found == [date(2025, 8, 25), date(2025, 9, 15), date(2026, 1, 15)]


@given(DAYS, st.integers(0, 370))
def test_a_school_week_begins_on_its_monday_and_holds_seven_days(first: date, later: int) -> None:
    """But the first, which begins on the first day of instruction."""
    day = first + timedelta(days=later)
    week = school_week(first, day)
    begins = week_begins(first, week)
    assert school_week(first, begins) == week >= 1
    assert begins <= day < begins + timedelta(days=7)
    assert begins.weekday() == 0 or begins == first
    assert school_week(first_monday(day, week), day) == week


def test_the_default_looks_on_the_first_day_and_every_three_or_four_weeks_from_the_second_to_the_last_month() -> None:
    days = scheduled_days(Training().as_of, FIRST, LAST)
    first, second, *later = [school_week(FIRST, day) for day in days]
    assert (first, second, days[0]) == (1, 2, FIRST)
    assert {after - before for before, after in pairwise([second, *later])} == {3, 4}
    assert LAST_WEEKS <= LAST - days[-1] <= LAST_WEEKS + timedelta(days=14)


def test_each_school_year_has_its_own_first_day_and_a_week_that_it_has_not_is_no_date() -> None:
    calendar = """
| date       | school_year |
| 2024-09-03 | 2025        |
| 2025-06-10 | 2025        |
| 2025-08-20 | 2026        |
| 2026-01-30 | 2026        |
"""
    found = scoring_dates(reader({"calendar_days": calendar}), ("week 2", "week 30", "11-20"), until=date(2026, 12, 1))
    assert found == {
        2025: [date(2024, 9, 9), date(2024, 11, 20), date(2025, 3, 24)],
        2026: [date(2025, 8, 25), date(2025, 11, 20)],
    }


def test_scoring_dates_end_on_the_day_that_is_asked_for() -> None:
    drawn = reader({"calendar_days": "| date | school_year |\n| 2025-08-20 | 2026 |\n| 2026-06-05 | 2026 |"})
    assert scoring_dates(drawn, Training().as_of, until=date(2025, 8, 25)) == {
        2026: [date(2025, 8, 20), date(2025, 8, 25)]
    }
    assert scoring_dates(drawn, Training().as_of, until=date(2025, 8, 19)) == {}
