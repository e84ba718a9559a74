"""Windows: the last N school days are the student's own, counted on calendar and enrollment."""

from datetime import date

import pytest

from features.language import Feature, FeatureSet, Records, Window, attendance, discipline, enrolled, incidents
from features.snapshots import build_snapshot
from features.warehouse import Reader
from tests.drawn import reader, rows_of, school_days, stacked, told


class Lately(FeatureSet):
    """Absences in short windows."""

    name = "lately"
    cohort = enrolled(grade_level=9)
    days_3d = Feature(attendance.last(school_days=3).days_absent(), because="missed {} of 3 days")
    rate_5d = Feature(attendance.last(school_days=5).share_absent(), because="missed {:.0%} of 5 days")
    before = Feature(attendance.last(school_days=5, before=5).share_absent(), because="missed {:.0%} before")
    rate_year = Feature(attendance.share_absent(), because="missed {:.0%} this year")


class Years(FeatureSet):
    """This year beside the last."""

    name = "years"
    cohort = enrolled(grade_level=9)
    rate_now = Feature(attendance.share_absent(), because="missed {:.0%} this year")
    rate_then = Feature(attendance.previous_year().share_absent(), because="missed {:.0%} last year")
    incidents_now = Feature(incidents.count(), because="{} incidents this year")
    incidents_then = Feature(incidents.previous_year().count(), because="{} incidents last year")
    removed_now = Feature(discipline.days_removed(), because="removed for {} days")


class Ways(FeatureSet):
    """Ways of not being there."""

    name = "ways"
    cohort = enrolled(grade_level=9)
    missed = Feature(attendance.days_absent(), because="missed {} days")
    unexcused = Feature(attendance.unexcused().days_absent(), because="missed {} days without excuse")
    tardies = Feature(attendance.tardies().count(), because="late {} times")
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")


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
    found = build_snapshot(records, Years, date(2025, 10, 14)).features.loc["ada"]
    assert found[["incidents_now", "removed_now"]].tolist() == [2, 1.5]


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


TWO_SPELLS = (("10", "|"), ("20", "2025-10-08 | moved_school"))


@pytest.mark.parametrize(("years_ago", "from_days", "to_days"), [(-1, 0, None), (0, -5, None), (0, 5, 5), (0, 0, 0)])
def test_a_window_cannot_reach_past_the_as_of_date_or_be_empty(
    years_ago: int, from_days: int, to_days: int | None
) -> None:
    """A definition that would look ahead cannot be written."""
    with pytest.raises(ValueError, match="window"):
        Window(years_ago, from_days, to_days)
    with pytest.raises(ValueError, match="window"):
        Records("attendance").last(school_days=5, before=-10)
