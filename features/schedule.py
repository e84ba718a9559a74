"""The schedule of scoring dates: month-days and school weeks, as the days of one school year.

School week 1 is the Monday-to-Sunday week that holds the district's first day of instruction.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

WEEK = timedelta(days=7)
LAST_WEEKS = 3 * WEEK
"""Before the year's end: a list made so late is too late to help, and its label is on record but for a few marks."""

SCHOOL_WEEK = re.compile(r"week ([1-9]|[1-4][0-9]|5[0-3])")
EXPECTED = "expected month-days such as 11-20, which every year has, or school weeks such as 'week 5', from 1 to 53"


def school_week(first_day: date, day: date) -> int:
    """The school week of a day, from its year's first day of instruction; below 1 before that week."""
    return (monday_of(day) - monday_of(first_day)) // WEEK + 1


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_begins(first_day: date, week: int) -> date:
    """The Monday of a school week; of the first week the first day of instruction."""
    return max(first_day, monday_of(first_day) + (week - 1) * WEEK)


def first_monday(day: date, week: int) -> date:
    """The Monday of the first school week, from a day and the school week that it is in."""
    return monday_of(day) - (week - 1) * WEEK


def scheduled_days(schedule: Iterable[str], first_day: date, last_day: date) -> list[date]:
    """The days of a school year that a schedule names, each once, in their order.

    None is the first day of instruction but by its week; none of a school week lies within LAST_WEEKS of the last day.
    """
    return sorted({day for entry in schedule if (day := scheduled_day(entry, first_day, last_day))})


def scheduled_day(entry: str, first_day: date, last_day: date) -> date | None:
    """The day of a school year that an entry names; None where the year has no such one."""
    if week := SCHOOL_WEEK.fullmatch(entry):
        day = week_begins(first_day, int(week[1]))
        return day if day <= last_day - LAST_WEEKS else None
    day = next_on(entry, first_day)
    return day if day > first_day else None


def next_on(month_day: str, first_day: date) -> date:
    """The day of that month and day of the month in the twelve months from a school year's first month on."""
    day = date.fromisoformat(f"{first_day.year}-{month_day}")
    return day if day.month >= first_day.month else day.replace(year=day.year + 1)


def refuse_unknown_entries(schedule: Iterable[str]) -> None:
    """Raise ValueError for an entry that is neither a school week nor a month-day that every year has."""
    for entry in schedule:
        try:
            SCHOOL_WEEK.fullmatch(entry) or date.fromisoformat(f"2001-{entry}")
        except ValueError:
            raise ValueError(f"{EXPECTED}; not '{entry}'") from None
