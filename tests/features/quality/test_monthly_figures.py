"""The figures of a school's month, as counted from drawn records."""

from datetime import date

import pytest

from features.quality.monthly_figures import Month, months_of
from tests.drawn import reader, school_days, stacked

OCTOBER = date(2025, 10, 1)
LATER = date(2025, 12, 31)
CALENDAR = school_days(OCTOBER, 23)
"""Wednesday, October 1, to Friday, October 31."""


def months(today: date = LATER, **drawings: str) -> dict[tuple[str, date], Month]:
    """The figures of drawn records."""
    return months_of(reader({"calendar_days": CALENDAR, **drawings}), today)


def october(today: date = LATER, **drawings: str) -> Month:
    """The figures of school 10 in October."""
    return months(today, **drawings)["10", OCTOBER]


STAYS = """
| student_id | school_year | entry_date | exit_date  | known_on   |
| 1          | 2026        | 2025-09-01 |            | 2025-09-01 |
| 2          | 2026        | 2025-10-06 |            | 2025-09-01 |
| 3          | 2026        | 2025-09-01 | 2025-10-02 | 2025-09-01 |
"""


def test_students_count_from_their_first_to_their_last_day() -> None:
    """23 days of the first, 20 of the second, two of the third."""
    found = october(enrollments=STAYS)
    assert (found.enrolled, found.days, found.days_taken, found.student_days) == (2, 23, 23, 45)
    assert (found.last_day, found.taken_until) == (date(2025, 10, 31), date(2025, 10, 31))


def test_the_absence_rate_is_of_the_days_of_enrolled_students() -> None:
    found = october(
        enrollments=STAYS,
        attendance="""
        | student_id | date       | absent_hundredths |
        | 1          | 2025-10-02 | 100               |
        | 2          | 2025-10-08 | 80                |
        """,
    )
    assert found.absence_rate == pytest.approx(1.8 / 45)
    assert (found.absences, found.latest_absence) == (2, date(2025, 10, 8))


def test_a_day_without_attendance_taken_counts_neither_as_missed_nor_as_enrolled() -> None:
    found = october(
        calendar_days=school_days(OCTOBER, 5, skip="2025-10-02"),
        enrollments=STAYS,
        attendance="| student_id | date |\n| 1 | 2025-10-02 |",
    )
    assert (found.days, found.days_taken, found.student_days) == (5, 4, 4 + 2 + 1)
    assert (found.absences, found.absent_hundredths) == (1, 0)


def test_a_school_that_took_no_attendance_has_no_rate() -> None:
    calendar = school_days(OCTOBER, 2, skip="2025-10-01 2025-10-02")
    found = october(calendar_days=calendar, enrollments=STAYS)
    assert (found.absence_rate, found.taken_until, found.latest_absence) == (None, None, None)


def test_tracks_are_added_up_and_their_days_are_not() -> None:
    """One student on the main track for five days, one on track B for two of them."""
    found = october(
        calendar_days=stacked(school_days(OCTOBER, 5), school_days(OCTOBER, 2, track="B")),
        enrollments="""
        | student_id | school_year | entry_date | track |
        | 1          | 2026        | 2025-09-01 | main  |
        | 2          | 2026        | 2025-09-01 | B     |
        """,
    )
    assert (found.enrolled, found.days, found.student_days) == (2, 5, 7)


def test_a_spell_ends_where_the_next_one_at_its_school_begins() -> None:
    """An entry date that was corrected leaves both spells: the student counts once."""
    found = october(
        enrollments="""
        | student_id | school_year | entry_date |
        | 1          | 2026        | 2025-09-01 |
        | 1          | 2026        | 2025-10-03 |
        """
    )
    assert (found.enrolled, found.student_days) == (1, 23)


def test_only_what_holds_now_and_is_known_today_counts() -> None:
    """The first absence was corrected to half a day, the second was taken back, the third is not known yet."""
    found = october(
        enrollments=STAYS,
        attendance="""
        | student_id | date       | absent_hundredths | known_on   | load_id | withdrawn |
        | 1          | 2025-10-02 | 100               | 2025-10-02 | 1       | false     |
        | 1          | 2025-10-02 | 50                | 2025-10-09 | 2       | false     |
        | 1          | 2025-10-06 | 100               | 2025-10-06 | 1       | false     |
        | 1          | 2025-10-06 | 100               | 2025-10-09 | 2       | true      |
        | 1          | 2025-10-07 | 100               | 2026-02-01 | 3       | false     |
        """,
    )
    assert (found.absences, found.absent_hundredths) == (1, 50)


def test_a_month_ends_today() -> None:
    found = october(date(2025, 10, 3), enrollments=STAYS)
    assert (found.enrolled, found.days, found.last_day) == (1, 3, date(2025, 10, 3))
    assert list(months(date(2025, 9, 30), enrollments=STAYS)) == []


def test_an_incident_counts_once_however_many_students_it_involves() -> None:
    found = october(
        enrollments=STAYS,
        incidents="""
        | incident_id | student_id | date       |
        | i1          | 1          | 2025-10-02 |
        | i1          | 3          | 2025-10-02 |
        | i2          | 1          | 2025-10-09 |
        """,
    )
    assert found.incidents == 2


def test_schools_and_years_stand_apart() -> None:
    """The same student at two schools, one after the other, and at the first a year before."""
    found = months(
        calendar_days=stacked(
            CALENDAR, school_days(OCTOBER, 23, school_id="20"), school_days(date(2024, 10, 1), 23, school_year=2025)
        ),
        enrollments="""
        | student_id | school_id | school_year | entry_date | exit_date  |
        | 1          | 10        | 2025        | 2024-09-02 |            |
        | 1          | 10        | 2026        | 2025-09-01 | 2025-10-02 |
        | 1          | 20        | 2026        | 2025-10-03 |            |
        """,
    )
    assert {key: (one.enrolled, one.student_days) for key, one in found.items()} == {
        ("10", date(2024, 10, 1)): (1, 23),
        ("10", OCTOBER): (0, 2),
        ("20", OCTOBER): (1, 21),
    }
