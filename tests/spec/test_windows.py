"""Windows: the last N school days are the student's own, counted on calendar and enrollment."""

from datetime import date

import pytest

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.language.quantities import Window
from features.language.records import Records
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader, rows_of, school_days, stacked, told


class Lately(FeatureSet):
    """Absences in short windows."""

    name = "lately"
    cohort = enrolled(9)
    days_3d = Feature(attendance.last(school_days=3).days_absent(), because="missed {} of 3 days")
    rate_5d = Feature(attendance.last(school_days=5).share_absent(), because="missed {:.0%} of 5 days")
    before = Feature(attendance.last(school_days=5, before=5).share_absent(), because="missed {:.0%} before")
    rate_year = Feature(attendance.share_absent(), because="missed {:.0%} this year")


ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-10-01 |
"""
WEDNESDAY = date(2025, 10, 1)
TWO_WEEKS = school_days(WEDNESDAY, 10)


def lately(records: Reader, as_of: date) -> list[dict[str, str]]:
    return told(build_snapshot(records, Lately, as_of).features)


def test_weekends_are_not_school_days() -> None:
    """On Monday 6 October the last three school days are Thursday, Friday and Monday."""
    absences = """
    | student_id | date       |
    | ada        | 2025-10-01 |
    | ada        | 2025-10-02 |
    | ada        | 2025-10-03 |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d | before | rate_year |
    | ada        | 2       | 0.75    |        | 0.75      |
    """
    assert lately(records, date(2025, 10, 6)) == rows_of(expected)


def test_a_holiday_is_not_a_school_day() -> None:
    """Friday 3 October is a holiday: on Monday the last three school days are Wednesday, Thursday and Monday."""
    calendar = """
    | date       | school_year | in_session | known_on   |
    | 2025-10-01 | 2026        | true       | 2020-01-01 |
    | 2025-10-02 | 2026        | true       | 2020-01-01 |
    | 2025-10-03 | 2026        | false      | 2020-01-01 |
    | 2025-10-06 | 2026        | true       | 2020-01-01 |
    """
    absences = """
    | student_id | date       |
    | ada        | 2025-10-01 |
    """
    records = reader({"calendar_days": calendar, "enrollments": ENROLLED, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d  | before | rate_year |
    | ada        | 1       | 0.333333 |        | 0.333333  |
    """
    assert lately(records, date(2025, 10, 6)) == rows_of(expected)


def test_a_day_on_which_attendance_was_not_taken_is_unknown() -> None:
    """An absence entered for such a day counts neither as missed nor as attended; the window reaches one day further.

    Attendance was not taken on 8 October. On 9 October the last three days that count are 6, 7 and 9 October.
    """
    calendar = school_days(WEDNESDAY, 10, skip="2025-10-08")
    absences = """
    | student_id | date       |
    | ada        | 2025-10-06 |
    | ada        | 2025-10-08 |
    """
    records = reader({"calendar_days": calendar, "enrollments": ENROLLED, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d | before | rate_year |
    | ada        | 1       | 0.2     | 0      | 0.166667  |
    """
    assert lately(records, date(2025, 10, 9)) == rows_of(expected)


def test_a_student_without_exceptions_was_present() -> None:
    """The rate is 0, not missing, wherever the window holds a school day of the student."""
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED})
    expected = """
    | student_id | days_3d | rate_5d | before | rate_year |
    | ada        | 0       | 0       | 0      | 0         |
    """
    assert lately(records, date(2025, 10, 8)) == rows_of(expected)


def test_a_window_before_the_last_days_ends_where_those_begin() -> None:
    """On 14 October (the tenth day) the last five days began on 8 October, the five before on 1 October."""
    absences = """
    | student_id | date       |
    | ada        | 2025-10-07 |
    | ada        | 2025-10-08 |
    | ada        | 2025-10-09 |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d | before | rate_year |
    | ada        | 0       | 0.4     | 0.2    | 0.3       |
    """
    assert lately(records, date(2025, 10, 14)) == rows_of(expected)


def test_an_unfinished_window_is_a_share_of_the_days_it_holds() -> None:
    """On the eighth day, the window of days six to ten ago holds three days."""
    absences = """
    | student_id | date       |
    | ada        | 2025-10-02 |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d | before   | rate_year |
    | ada        | 0       | 0       | 0.333333 | 0.125     |
    """
    assert lately(records, date(2025, 10, 10)) == rows_of(expected)


def test_a_student_who_came_late_is_measured_on_the_days_since() -> None:
    """Bo came on 10 October: of the three days since, one was missed. What came before is not his."""
    enrollments = """
    | student_id | school_year | entry_date |
    | ada        | 2026        | 2025-10-01 |
    | bo         | 2026        | 2025-10-10 |
    """
    absences = """
    | student_id | date       |
    | ada        | 2025-10-13 |
    | bo         | 2025-10-09 |
    | bo         | 2025-10-13 |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": enrollments, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d  | before | rate_year |
    | ada        | 1       | 0.2      | 0      | 0.1       |
    | bo         | 1       | 0.333333 |        | 0.333333  |
    """
    assert lately(records, date(2025, 10, 14)) == rows_of(expected)


def test_school_days_go_on_counting_from_one_school_to_the_next() -> None:
    """Ada moved on 8 October, with two days of school 20 lost on the way. Her last days are 14, 13, 10 | 7, 6 October.

    An absence that school 10 entered after she had left is not hers.
    """
    calendar = stacked(TWO_WEEKS, school_days(WEDNESDAY, 10, school_id="20"))
    enrollments = """
    | student_id | school_id | school_year | entry_date | exit_date  | exit_kind    |
    | ada        | 10        | 2026        | 2025-10-01 | 2025-10-07 | moved_school |
    | ada        | 20        | 2026        | 2025-10-10 |            |              |
    """
    absences = """
    | student_id | school_id | date       |
    | ada        | 10        | 2025-10-06 |
    | ada        | 10        | 2025-10-02 |
    | ada        | 10        | 2025-10-13 |
    | ada        | 20        | 2025-10-10 |
    """
    records = reader({"calendar_days": calendar, "enrollments": enrollments, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d | before   | rate_year |
    | ada        | 1       | 0.4     | 0.333333 | 0.375     |
    """
    assert lately(records, date(2025, 10, 14)) == rows_of(expected)


def test_each_track_has_its_own_calendar() -> None:
    """The late track began on 9 October: its fourth day is 14 October, the main track's tenth."""
    calendar = stacked(TWO_WEEKS, school_days(date(2025, 10, 9), 10, track="late"))
    enrollments = """
    | student_id | track | school_year | entry_date |
    | ada        | main  | 2026        | 2025-10-01 |
    | bo         | late  | 2026        | 2025-10-01 |
    """
    absences = """
    | student_id | date       |
    | ada        | 2025-10-09 |
    | bo         | 2025-10-09 |
    | bo         | 2025-10-02 |
    """
    records = reader({"calendar_days": calendar, "enrollments": enrollments, "attendance": absences})
    expected = """
    | student_id | days_3d | rate_5d | before | rate_year |
    | ada        | 0       | 0.2     | 0      | 0.1       |
    | bo         | 0       | 0.25    |        | 0.25      |
    """
    assert lately(records, date(2025, 10, 14)) == rows_of(expected)


def test_one_day_in_ten_is_exactly_ten_per_cent() -> None:
    """A threshold of 10 % is met, not missed by a rounding."""
    absences = """
    | student_id | date       |
    | ada        | 2025-10-07 |
    """
    records = reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": absences})
    snapshot = build_snapshot(records, Lately, date(2025, 10, 14))
    assert snapshot.features.loc["ada", "rate_year"] == 0.1


TWO_SPELLS = (("10", "|"), ("20", "2025-10-08 | moved_school"))


def test_students_with_the_same_records_have_the_same_windows() -> None:
    """Also where two spells began on one day: both schools' days count, in an order that is no accident."""
    students = [f"student {n}" for n in range(8)]
    spells = [f"| {s} | {school} | 2026 | 2025-10-01 | {ends} |" for s in students for school, ends in TWO_SPELLS]
    absences = [f"| {s} | 10 | 2025-10-14 |" for s in students]
    records = reader(
        {
            "calendar_days": stacked(TWO_WEEKS, school_days(WEDNESDAY, 10, school_id="20")),
            "enrollments": "\n".join(
                ["| student_id | school_id | school_year | entry_date | exit_date | exit_kind |", *spells]
            ),
            "attendance": "\n".join(["| student_id | school_id | date |", *absences]),
        }
    )
    assert build_snapshot(records, Lately, date(2025, 10, 14)).features["days_3d"].nunique() == 1


@pytest.mark.parametrize(("years_ago", "from_days", "to_days"), [(-1, 0, None), (0, -5, None), (0, 5, 5), (0, 0, 0)])
def test_a_window_cannot_reach_past_the_as_of_date_or_be_empty(
    years_ago: int, from_days: int, to_days: int | None
) -> None:
    """A definition that would look ahead cannot be written."""
    with pytest.raises(ValueError, match="window"):
        Window(years_ago, from_days, to_days)
    with pytest.raises(ValueError, match="window"):
        Records("attendance").last(school_days=5, before=-10)
