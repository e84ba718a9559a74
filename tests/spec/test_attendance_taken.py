"""Whether attendance was taken: school days without it and late entries, as they were known on the as-of date."""

from datetime import date

from features.warehouse.attendance_coverage import attendance_coverage
from features.warehouse.reader import Reader
from tests.drawn import reader, school_days, stacked

NORTH = school_days(date(2025, 10, 1), 20, skip="2025-10-06 2025-10-20")


def taken(records: Reader, as_of: date) -> dict[str, tuple[int, ...]]:
    """Days, days taken, entries and late entries of each school."""
    found = attendance_coverage(records, records.view(as_of))
    rows = zip(found.index, found[["days", "taken", "entries", "late"]].itertuples(index=False), strict=True)
    return {str(school): tuple(row) for school, row in rows}


def test_a_day_after_the_as_of_date_does_not_count() -> None:
    """Attendance was not taken on Monday the 6th and the 20th; the school days begin on Wednesday the 1st."""
    records = reader({"calendar_days": NORTH})
    found = [taken(records, date(2025, 10, day))["10"][:2] for day in (3, 6, 17, 20)]
    assert found == [(3, 3), (4, 3), (13, 12), (14, 12)]


def test_a_day_off_is_no_day_without_attendance() -> None:
    """8 October turned out to be a snow day, which was known two days later."""
    snow = """
    | school_id | track | date       | school_year | in_session | attendance_taken | known_on   |
    | 10        | main  | 2025-10-08 | 2026        | false      | false            | 2025-10-10 |
    """
    records = reader({"calendar_days": stacked(NORTH, snow)})
    assert [taken(records, date(2025, 10, day))["10"][:2] for day in (9, 10)] == [(7, 6), (7, 6)]


def test_a_day_is_missing_from_when_it_was_known_to_be() -> None:
    """That attendance of the 8th was lost became known on the 10th."""
    lost = """
    | school_id | track | date       | school_year | in_session | attendance_taken | known_on   |
    | 10        | main  | 2025-10-08 | 2026        | true       | false            | 2025-10-10 |
    """
    records = reader({"calendar_days": stacked(NORTH, lost)})
    assert [taken(records, date(2025, 10, day))["10"][:2] for day in (9, 10)] == [(7, 6), (8, 6)]


def test_the_year_before_does_not_count() -> None:
    before = school_days(date(2024, 10, 1), 10, school_year=2025, skip="2024-10-02")
    absences = """
    | student_id | date       | known_on   |
    | ada        | 2024-10-03 | 2024-10-20 |
    | ada        | 2025-10-02 | 2025-10-02 |
    """
    records = reader({"calendar_days": stacked(before, NORTH), "attendance": absences})
    assert taken(records, date(2025, 10, 3)) == {"10": (3, 3, 1, 0)}
    assert taken(records, date(2024, 10, 31)) == {"10": (10, 9, 1, 1)}


def test_a_school_of_two_tracks_counts_the_mean_of_both() -> None:
    """The second begins on the 3rd and took attendance on the 6th: 13 and 11 days, 1 and 0 without attendance.

    One of two is half a day, and counts as one.
    """
    second = school_days(date(2025, 10, 3), 18, track="B")
    records = reader({"calendar_days": stacked(NORTH, second)})
    assert taken(records, date(2025, 10, 17)) == {"10": (12, 11, 0, 0)}


def test_schools_are_told_apart() -> None:
    """Two schools on the same dates: an absence belongs to the school that entered it."""
    south = school_days(date(2025, 10, 1), 20, school_id="20")
    absences = """
    | student_id | school_id | date       | known_on   |
    | ada        | 10        | 2025-10-02 | 2025-10-02 |
    | bo         | 20        | 2025-10-02 | 2025-10-09 |
    """
    records = reader({"calendar_days": stacked(NORTH, south), "attendance": absences})
    assert taken(records, date(2025, 10, 10)) == {"10": (8, 7, 1, 0), "20": (8, 8, 1, 1)}


def test_an_entry_is_late_from_the_third_day_on() -> None:
    """Three absences of 1 October, known after no, two and three days."""
    absences = """
    | student_id | date       | known_on   |
    | ada        | 2025-10-01 | 2025-10-01 |
    | bo         | 2025-10-01 | 2025-10-03 |
    | cy         | 2025-10-01 | 2025-10-04 |
    """
    records = reader({"calendar_days": NORTH, "attendance": absences})
    assert [taken(records, date(2025, 10, day))["10"][2:] for day in (1, 3, 4)] == [(1, 0), (2, 0), (3, 1)]


def test_an_entry_known_after_the_as_of_date_does_not_count() -> None:
    """Nor does one that was agreed before, of a day that has not come."""
    absences = """
    | student_id | date       | known_on   |
    | ada        | 2025-10-02 | 2025-10-09 |
    | ada        | 2025-10-10 | 2025-10-01 |
    """
    records = reader({"calendar_days": NORTH, "attendance": absences})
    assert [taken(records, date(2025, 10, day))["10"][2:] for day in (8, 9, 10)] == [(0, 0), (1, 1), (2, 1)]


def test_a_correction_does_not_make_an_old_entry_late() -> None:
    """Ada's was entered in time and excused later; Bo's came late once and was then corrected."""
    absences = """
    | student_id | date       | excused | known_on   |
    | ada        | 2025-10-02 | false   | 2025-10-02 |
    | ada        | 2025-10-02 | true    | 2025-10-14 |
    | bo         | 2025-10-02 | false   | 2025-10-09 |
    | bo         | 2025-10-02 | true    | 2025-10-14 |
    """
    records = reader({"calendar_days": NORTH, "attendance": absences})
    assert [taken(records, date(2025, 10, day))["10"][2:] for day in (2, 9, 14)] == [(1, 0), (2, 1), (2, 1)]


def test_an_absence_that_became_a_late_arrival_was_known_in_time() -> None:
    """The absence was taken back on the 9th, and a late arrival of the same day stands in its place."""
    absences = """
    | student_id | date       | kind   | withdrawn | known_on   |
    | ada        | 2025-10-02 | absent | false     | 2025-10-02 |
    | ada        | 2025-10-02 | absent | true      | 2025-10-09 |
    | ada        | 2025-10-02 | tardy  | false     | 2025-10-09 |
    """
    records = reader({"calendar_days": NORTH, "attendance": absences})
    assert taken(records, date(2025, 10, 9))["10"][2:] == (1, 0)


def test_an_entry_that_was_taken_back_is_none() -> None:
    absences = """
    | student_id | date       | withdrawn | known_on   |
    | ada        | 2025-10-02 | false     | 2025-10-02 |
    | ada        | 2025-10-02 | true      | 2025-10-09 |
    """
    records = reader({"calendar_days": NORTH, "attendance": absences})
    assert [taken(records, date(2025, 10, day))["10"][2:] for day in (8, 9)] == [(1, 0), (0, 0)]


def test_the_classes_of_a_day_are_one_entry() -> None:
    """Late only where all of them were."""
    absences = """
    | student_id | date       | section_id | known_on   |
    | ada        | 2025-10-02 | P1         | 2025-10-02 |
    | ada        | 2025-10-02 | P2         | 2025-10-09 |
    | bo         | 2025-10-02 | P1         | 2025-10-09 |
    | bo         | 2025-10-02 | P2         | 2025-10-09 |
    """
    records = reader({"calendar_days": NORTH, "attendance": absences})
    assert taken(records, date(2025, 10, 9))["10"][2:] == (2, 1)


def test_without_attendance_records_there_are_days_only() -> None:
    records = reader({"calendar_days": NORTH})
    assert taken(records, date(2025, 10, 7)) == {"10": (5, 4, 0, 0)}
