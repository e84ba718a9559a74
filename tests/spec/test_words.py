"""Words of the field that need more than a window: runs, trends, recovered courses, repeated grades."""

from datetime import date

import numpy as np
import pytest

from features.language.feature_set import (
    Feature,
    FeatureSet,
    attendance,
    enrolled,
    enrollments,
    incidents,
    marks,
    slope,
)
from features.language.quantities import Window
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, stacked, told


class Absent(FeatureSet):
    """How absences lie."""

    name = "absent"
    cohort = enrolled(9)
    longest = Feature(attendance.longest_run(), because="missed {:.0f} days in a row")
    current = Feature(attendance.current_run(), because="has not been here for {:.0f} days")
    edge = Feature(attendance.share_at_edge_of_week(), because="{:.0%} on Mondays and Fridays")
    since = Feature(attendance.days_since(), because="last {:.0f} days ago")
    first_3d = Feature(attendance.first(school_days=3).days_absent(), because="missed {} of the first 3 days")
    ever = Feature(attendance.ever().days_absent(), because="missed {} days in all")
    late = Feature(enrollments.days_late(), because="came {:.0f} days late")
    trend = Feature(
        slope(*(attendance.last(school_days=2, before=before).share_absent() for before in (6, 4, 2, 0))),
        because="misses {:+.0%} more each time",
    )


TWO_WEEKS = school_days(date(2025, 10, 1), 10)
"""Wednesday 1 October 2025 to Tuesday 14 October."""

TOGETHER = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-10-01 |
| bo         | 2026        | 2025-10-01 |
| cy         | 2026        | 2025-10-08 |
"""


def test_how_absences_lie() -> None:
    """Ada missed Thursday to Monday, half of a Monday and the last Tuesday. Cy came on the sixth day and missed it."""
    absences = """
    | student_id | date       | kind    | absent_hundredths |
    | ada        | 2025-10-02 | absent  | 100               |
    | ada        | 2025-10-03 | absent  | 100               |
    | ada        | 2025-10-06 | absent  | 100               |
    | ada        | 2025-10-13 | partial | 50                |
    | ada        | 2025-10-14 | absent  | 100               |
    | cy         | 2025-10-08 | absent  | 100               |
    """
    trend = [float(np.polyfit(range(4), shares, 1)[0]) for shares in ([1, 0, 0, 0.75], [0, 0, 0, 0])]
    expected = f"""
    | student_id | longest | current | edge | since | first_3d | ever | late | trend        |
    | ada        | 3       | 1       | 0.6  | 0     | 2        | 4.5  | 0    | {trend[0]:g} |
    | bo         | 0       | 0       |      |       | 0        | 0    | 0    | 0            |
    | cy         | 1       | 0       | 0    | 4     | 1        | 1    | 5    |              |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": TOGETHER, "attendance": absences})
    assert told(build_snapshot(records, Absent, date(2025, 10, 14)).features.round(9)) == rows_of(expected)


RUNS = {
    "a weekend between": (["2025-10-03", "2025-10-06"], 2, 0),
    "a day between": (["2025-10-06", "2025-10-08"], 1, 0),
    "to the latest day": (["2025-10-10", "2025-10-13", "2025-10-14"], 3, 3),
    "entered twice for one day": (["2025-10-06", "2025-10-06", "2025-10-07"], 2, 0),
}


@pytest.mark.parametrize(("days", "longest", "current"), RUNS.values(), ids=RUNS.keys())
def test_a_run_is_school_days_one_after_the_other(days: list[str], longest: int, current: int) -> None:
    lines = [f"| ada | {day} | {place} |" for place, day in enumerate(days)]
    absences = "\n".join(["| student_id | date | section_id |", *lines])
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": TOGETHER, "attendance": absences})
    found = build_snapshot(records, Absent, date(2025, 10, 14)).features.loc["ada"]
    assert (found["longest"], found["current"]) == (longest, current)


def test_halves_of_one_day_add_up_to_a_missed_one() -> None:
    absences = """
    | student_id | date       | section_id | kind    | absent_hundredths |
    | ada        | 2025-10-13 | am         | partial | 50                |
    | ada        | 2025-10-13 | pm         | partial | 50                |
    | ada        | 2025-10-14 | am         | partial | 50                |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": TOGETHER, "attendance": absences})
    found = build_snapshot(records, Absent, date(2025, 10, 13)).features.loc["ada"]
    assert (found["longest"], found["current"]) == (1, 1)
    found = build_snapshot(records, Absent, date(2025, 10, 14)).features.loc["ada"]
    assert (found["longest"], found["current"]) == (1, 0)


class History(FeatureSet):
    """What happened in all years on record."""

    name = "history"
    cohort = enrolled(9)
    failed = Feature(marks.ever().final().failing(), because="{:.0f} Fs")
    unrecovered = Feature(marks.ever().final().unrecovered().failing(), because="{:.0f} Fs not made up")
    repeated = Feature(enrollments.ever().repeated_years(), because="{:.0f} years repeated")
    schools = Feature(enrollments.ever().schools(), because="{:.0f} schools")
    since = Feature(incidents.ever().count(), because="{:.0f} incidents")


def test_years_before_count_ever() -> None:
    """Algebra was passed after the F, biology before it, and a progress mark makes nothing up."""
    calendar = stacked(school_days(date(2024, 9, 2), 40, school_year=2025), school_days(date(2025, 9, 1), 40))
    enrolled_twice = """
    | student_id | school_id | school_year | entry_date | exit_date  | grade_level |
    | ada        | 10        | 2025        | 2024-09-02 | 2025-06-01 | 9           |
    | ada        | 10        | 2026        | 2025-09-01 |            | 9           |
    | bo         | 10        | 2026        | 2025-09-01 |            | 9           |
    """
    drawn = """
    | student_id | school_year | term_id | course_id | mark_kind | mark | known_on   |
    | ada        | 2025        | s1      | alg       | final     | F    | 2025-01-20 |
    | ada        | 2025        | s2      | alg       | final     | C    | 2025-06-10 |
    | ada        | 2025        | s1      | bio       | final     | C    | 2025-01-20 |
    | ada        | 2025        | s2      | bio       | final     | F    | 2025-06-10 |
    | ada        | 2025        | s2      | eng       | final     | F    | 2025-06-10 |
    | ada        | 2026        | q1      | eng       | progress  | B    | 2025-09-20 |
    """
    happened = """
    | student_id | incident_id | date       |
    | ada        | 1           | 2024-09-10 |
    | ada        | 2           | 2025-09-10 |
    """
    records = reader({"calendar_days": calendar, "enrollments": enrolled_twice, "marks": drawn, "incidents": happened})
    expected = """
    | student_id | failed | unrecovered | repeated | schools | since |
    | ada        | 3      | 2           | 1        | 1       | 2     |
    | bo         |        |             | 0        | 1       | 0     |
    """
    assert told(build_snapshot(records, History, date(2025, 10, 1)).features) == rows_of(expected)


def test_days_are_counted_within_a_year_only() -> None:
    with pytest.raises(ValueError, match="within one school year"):
        Window(years_ago=None, to_days=20)
