"""Days missed and school years: parts of days add up, a day is missed once, last year ends with last year."""

from datetime import date

from features.language.feature_set import Feature, FeatureSet, attendance, discipline, enrolled, incidents
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, stacked, told


class Years(FeatureSet):
    """This year beside the last."""

    name = "years"
    cohort = enrolled(9)
    rate_now = Feature(attendance.share_absent(), because="missed {:.0%} this year")
    rate_then = Feature(attendance.previous_year().share_absent(), because="missed {:.0%} last year")
    incidents_now = Feature(incidents.count(), because="{} incidents this year")
    incidents_then = Feature(incidents.previous_year().count(), because="{} incidents last year")
    removed_now = Feature(discipline.days_removed(), because="removed for {} days")


class Ways(FeatureSet):
    """Ways of not being there."""

    name = "ways"
    cohort = enrolled(9)
    missed = Feature(attendance.days_absent(), because="missed {} days")
    unexcused = Feature(attendance.unexcused().days_absent(), because="missed {} days without excuse")
    tardies = Feature(attendance.tardies().count(), because="late {} times")
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")


ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-10-01 |
"""
TWO_WEEKS = school_days(date(2025, 10, 1), 10)


LAST_YEAR = school_days(date(2025, 3, 3), 5, school_year=2025)
BOTH_YEARS = stacked(LAST_YEAR, TWO_WEEKS)
RETURNED = """
| student_id | school_year | grade_level | entry_date |
| ada        | 2025        | 8           | 2025-03-03 |
| ada        | 2026        | 9           | 2025-10-01 |
| bo         | 2026        | 9           | 2025-10-01 |
"""


def test_last_year_is_measured_on_last_years_days() -> None:
    """Ada missed one day of five then and two of ten now; nothing is known of Bo's last year."""
    absences = """
    | student_id | date       |
    | ada        | 2025-03-04 |
    | ada        | 2025-10-02 |
    | ada        | 2025-10-03 |
    """
    records = reader({"calendar_days": BOTH_YEARS, "enrollments": RETURNED, "attendance": absences})
    expected = """
    | student_id | rate_now | rate_then | incidents_now | incidents_then | removed_now |
    | ada        | 0.2      | 0.2       | 0             | 0              | 0           |
    | bo         | 0        |           | 0             |                | 0           |
    """
    assert told(build_snapshot(records, Years, date(2025, 10, 14)).features) == rows_of(expected)


BEHAVIOR = {
    "incidents": """
    | incident_id | student_id | date       |
    | i1          | ada        | 2025-03-05 |
    | i2          | ada        | 2025-10-06 |
    | i3          | ada        | 2025-10-07 |
    """,
    "discipline_actions": """
    | incident_id | student_id | date       | days_removed_hundredths |
    | i3          | ada        | 2025-10-07 | 150                     |
    """,
}


def test_this_years_incidents_are_not_last_years() -> None:
    """Last year's enrollment has no exit date (it lasted to the end of the year) and yet ends with its year."""
    records = reader({"calendar_days": BOTH_YEARS, "enrollments": RETURNED, **BEHAVIOR})
    expected = """
    | student_id | rate_now | rate_then | incidents_now | incidents_then | removed_now |
    | ada        | 0        | 0         | 2             | 1              | 1.5         |
    | bo         | 0        |           | 0             |                | 0           |
    """
    assert told(build_snapshot(records, Years, date(2025, 10, 14)).features) == rows_of(expected)


def test_an_incident_counts_once_where_two_spells_overlap() -> None:
    """An entry date corrected from 1 to 2 October leaves two spells on record, for the key holds the entry date."""
    enrollments = """
    | student_id | school_year | grade_level | entry_date |
    | ada        | 2026        | 9           | 2025-10-01 |
    | ada        | 2026        | 9           | 2025-10-02 |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": enrollments, **BEHAVIOR})
    found = build_snapshot(records, Years, date(2025, 10, 14)).features
    assert found[["incidents_now", "removed_now"]].to_numpy().tolist() == [[2, 1.5]]


def ways(absences: str) -> list[dict[str, str]]:
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": absences})
    return told(build_snapshot(records, Ways, date(2025, 10, 14)).features)


def test_days_missed_add_up_from_hundredths() -> None:
    """Being late adds nothing to the days missed; parts of days and suspensions do."""
    absences = """
    | student_id | date       | kind      | absent_hundredths | excused |
    | ada        | 2025-10-01 | absent    | 100               | true    |
    | ada        | 2025-10-02 | partial   | 25                | false   |
    | ada        | 2025-10-03 | partial   | 33                | false   |
    | ada        | 2025-10-06 | suspended | 100               | true    |
    | ada        | 2025-10-07 | tardy     | 0                 | false   |
    | ada        | 2025-10-08 | tardy     | 0                 | false   |
    """
    expected = """
    | student_id | missed | unexcused | tardies | rate  |
    | ada        | 2.58   | 0.58      | 2       | 0.258 |
    """
    assert ways(absences) == rows_of(expected)


def test_parts_of_a_day_add_up_by_section() -> None:
    """Two sections of a day, each a quarter of it, are half a day missed."""
    absences = """
    | student_id | date       | section_id | kind    | absent_hundredths |
    | ada        | 2025-10-01 | math       | partial | 25                |
    | ada        | 2025-10-01 | ela        | partial | 25                |
    """
    expected = """
    | student_id | missed | unexcused | tardies | rate |
    | ada        | 0.5    | 0.5       | 0       | 0.05 |
    """
    assert ways(absences) == rows_of(expected)


def test_a_day_cannot_be_missed_twice() -> None:
    """The office entered an absence, and then the suspension that was the reason: one day, not two."""
    absences = """
    | student_id | date       | kind      | absent_hundredths |
    | ada        | 2025-10-01 | absent    | 100               |
    | ada        | 2025-10-01 | suspended | 100               |
    """
    expected = """
    | student_id | missed | unexcused | tardies | rate |
    | ada        | 1      | 1         | 0       | 0.1  |
    """
    assert ways(absences) == rows_of(expected)
