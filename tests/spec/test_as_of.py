"""As of a date: a score sees what the district knew at the end of that day, and nothing else."""

from datetime import date

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, marks
from features.snapshots.outcome_periods import outcome_period
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader, rows_of, school_days, stacked, told


class Seen(FeatureSet):
    """Days missed and courses failed, as far as they are known."""

    name = "seen"
    cohort = enrolled(9)
    missed = Feature(attendance.days_absent(), because="missed {} days")
    failing = Feature(marks.latest().failing(), because="fails {} courses")


OCTOBER = school_days(date(2025, 10, 1), 20)
ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-10-01 |
"""


def seen(records: Reader, as_of: date, *, loads_through: int | None = None) -> list[dict[str, str]]:
    return told(build_snapshot(records, Seen, as_of, loads_through=loads_through).features)


@pytest.mark.parametrize(("as_of", "missed"), [(date(2025, 10, 7), "0"), (date(2025, 10, 8), "1")])
def test_a_record_is_seen_from_the_day_it_became_known(as_of: date, missed: str) -> None:
    """An absence of 2 October that reached the district on 8 October."""
    absences = """
    | student_id | date       | known_on   |
    | ada        | 2025-10-02 | 2025-10-08 |
    """
    records = reader({"calendar_days": OCTOBER, "enrollments": ENROLLED, "attendance": absences})
    assert seen(records, as_of) == [{"student_id": "ada", "missed": missed, "failing": ""}]


def test_a_record_known_early_counts_from_its_own_day() -> None:
    """A leave agreed in advance: known on 1 October, missed on 9 October."""
    absences = """
    | student_id | date       | known_on   |
    | ada        | 2025-10-09 | 2025-10-01 |
    """
    records = reader({"calendar_days": OCTOBER, "enrollments": ENROLLED, "attendance": absences})
    assert [seen(records, date(2025, 10, day))[0]["missed"] for day in (8, 9)] == ["0", "1"]


CORRECTED = """
| student_id | date       | absent_hundredths | known_on   |
| ada        | 2025-10-02 | 100               | 2025-10-02 |
| ada        | 2025-10-02 | 50                | 2025-10-10 |
"""


@pytest.mark.parametrize(("as_of", "missed"), [(date(2025, 10, 9), "1"), (date(2025, 10, 10), "0.5")])
def test_a_correction_within_one_load_takes_effect_on_its_date(as_of: date, missed: str) -> None:
    """A whole day that turned out on 10 October to have been half a day."""
    records = reader({"calendar_days": OCTOBER, "enrollments": ENROLLED, "attendance": CORRECTED})
    assert seen(records, as_of)[0]["missed"] == missed


LATE_LOAD = """
| student_id | date       | absent_hundredths | known_on   | load_id |
| ada        | 2025-10-02 | 100               | 2025-10-02 | 1       |
| ada        | 2025-10-02 | 50                | 2025-10-02 | 2       |
| ada        | 2025-10-03 | 100               | 2025-10-03 | 2       |
"""


@pytest.mark.parametrize(("loads_through", "missed"), [(1, "1"), (2, "1.5"), (None, "1.5")])
def test_a_late_load_with_an_early_date_does_not_rewrite_what_a_run_before_it_saw(
    loads_through: int | None, missed: str
) -> None:
    """Load 2 halves one absence and brings another, both said to be known long before."""
    records = reader({"calendar_days": OCTOBER, "enrollments": ENROLLED, "attendance": LATE_LOAD})
    assert seen(records, date(2025, 10, 20), loads_through=loads_through)[0]["missed"] == missed


def test_a_corrected_mark_takes_effect_on_its_date() -> None:
    """An F of 6 October that the teacher changed to a C on 15 October."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark | known_on   |
    | ada        | 2026        | q1      | alg1      | math    | F    | 2025-10-06 |
    | ada        | 2026        | q1      | alg1      | math    | C    | 2025-10-15 |
    """
    records = reader({"calendar_days": OCTOBER, "enrollments": ENROLLED, "marks": drawn})
    assert [seen(records, date(2025, 10, day))[0]["failing"] for day in (3, 6, 14, 15)] == ["", "1", "1", "0"]


def test_an_exit_that_became_known_late_ends_the_enrollment_from_then_on() -> None:
    """Bo left after 3 October; the district learnt of it on 10 October."""
    enrollments = """
    | student_id | school_year | entry_date | exit_date  | exit_kind   | known_on   |
    | ada        | 2026        | 2025-10-01 |            |             | 2025-10-01 |
    | bo         | 2026        | 2025-10-01 |            |             | 2025-10-01 |
    | bo         | 2026        | 2025-10-01 | 2025-10-03 | transferred | 2025-10-10 |
    """
    records = reader({"calendar_days": OCTOBER, "enrollments": enrollments})
    who = [[row["student_id"] for row in seen(records, date(2025, 10, day))] for day in (9, 10)]
    assert who == [["ada", "bo"], ["ada"]]


def test_a_calendar_day_corrected_later_keeps_its_past() -> None:
    """3 October turned out to be a snow day, which was entered on 8 October."""
    snow = """
    | school_id | track | date       | school_year | in_session | attendance_taken | known_on   |
    | 10        | main  | 2025-10-03 | 2026        | false      | false            | 2025-10-08 |
    """
    absences = """
    | student_id | date       |
    | ada        | 2025-10-03 |
    """
    calendar = stacked(OCTOBER, snow)
    records = reader({"calendar_days": calendar, "enrollments": ENROLLED, "attendance": absences})
    assert [seen(records, date(2025, 10, day))[0]["missed"] for day in (7, 8)] == ["1", "0"]


def test_a_calendar_that_was_unknown_does_not_decide_the_school_year() -> None:
    """Next year's first day, 15 October by a plan of 1 November, was no school year yet on 20 October."""
    plan = """
    | school_id | track | date       | school_year | in_session | attendance_taken | known_on   |
    | 10        | main  | 2025-10-15 | 2027        | true       | true             | 2025-11-01 |
    """
    records = reader({"calendar_days": stacked(OCTOBER, plan), "enrollments": ENROLLED})
    assert records.view(date(2025, 10, 20)).school_year == 2026


def test_a_last_school_day_that_was_called_off_does_not_move_the_horizon() -> None:
    """28 October, the last day of this short year, was called off before it came."""
    called_off = """
    | school_id | track | date       | school_year | in_session | attendance_taken | known_on   |
    | 10        | main  | 2025-10-28 | 2026        | false      | false            | 2025-10-08 |
    """
    records = reader({"calendar_days": stacked(OCTOBER, called_off), "enrollments": ENROLLED})
    period = outcome_period(records, OFF_TRACK_CHICAGO, date(2025, 10, 7))
    assert period is not None
    assert period.known_by == date(2025, 11, 26)


def test_the_rows_of_an_expected_table_are_told_as_drawn() -> None:
    """The comparison itself can tell a difference: half a day is not a whole one."""
    records = reader({"calendar_days": OCTOBER, "enrollments": ENROLLED, "attendance": CORRECTED})
    expected = """
    | student_id | missed | failing |
    | ada        | 0.5    |         |
    """
    assert seen(records, date(2025, 10, 10)) == rows_of(expected)
    assert seen(records, date(2025, 10, 9)) != rows_of(expected)
