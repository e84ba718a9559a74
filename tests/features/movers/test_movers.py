"""Students who move between two districts: what their next district knows of the years before, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import pytest

from features.definitions.grade9 import NinthGrade
from features.engine.view_policies import ViewPolicies, policies_as_json
from features.errors import NothingKnown
from features.policies.attendance_policies import Periods
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader
from tests.features.movers.two_districts import move

ENTRY, TODAY = date(2025, 10, 20), date(2025, 11, 3)
EARLIER = TODAY - timedelta(days=3)


def school_days(first: str, last: str, year: int, *, every: int = 1) -> str:
    """A drawn calendar of weekdays, or of every so manieth of them."""
    days = list(pd.bdate_range(first, last))[::every]
    return "\n".join(f"| {day.date()} | {year} | 2020-01-01 |" for day in days)


def calendar(*parts: str) -> str:
    """A drawn calendar of the school 10."""
    return "\n".join(["| date | school_year | known_on |", *parts])


NORTH = {
    "students": """
        | student_id | state_id | known_on   |
        | a          | 77       | 2024-08-01 |
        | b          | 78       | 2024-08-01 |
        """,
    "calendar_days": calendar(
        school_days("2024-09-02", "2025-06-06", 2025, every=2), school_days("2025-09-01", "2025-12-19", 2026, every=2)
    ),
    "terms": """
        | school_year | term_id | kind     | start_date | end_date   | known_on   |
        | 2025        | s1      | semester | 2024-09-02 | 2025-01-31 | 2024-08-01 |
        | 2025        | s2      | semester | 2025-02-01 | 2025-06-06 | 2024-08-01 |
        | 2026        | s1      | semester | 2025-09-01 | 2026-01-31 | 2025-08-01 |
        """,
    "enrollments": """
        | student_id | school_year | grade_level | entry_date | exit_date  |
        | a          | 2025        | 8           | 2024-09-02 |            |
        | a          | 2026        | 9           | 2025-09-01 |            |
        | b          | 2026        | 9           | 2025-09-01 |            |
        """,
    "attendance": """
        | student_id | date       |
        | a          | 2024-09-02 |
        | a          | 2024-09-04 |
        | a          | 2025-09-01 |
        | a          | 2025-10-31 |
        | b          | 2025-09-01 |
        """,
    "marks": """
        | student_id | school_year | term_id | course_id | subject | mark | points_hundredths | known_on   |
        | a          | 2025        | s2      | m8        | math    | D    | 100               | 2025-06-06 |
        """,
}
SOUTH = {
    "students": """
        | student_id | state_id | known_on   |
        | x          | 77       | 2025-10-18 |
        | y          | 90       | 2024-08-01 |
        """,
    "calendar_days": calendar(
        school_days("2024-08-19", "2025-05-30", 2025), school_days("2025-08-18", "2025-12-19", 2026)
    ),
    "terms": """
        | school_year | term_id | kind    | start_date | end_date   | known_on   |
        | 2025        | s1      | quarter | 2024-08-19 | 2024-10-31 | 2024-08-01 |
        | 2026        | s1      | quarter | 2025-08-18 | 2025-10-31 | 2025-08-01 |
        """,
    "enrollments": """
        | student_id | school_year | grade_level | entry_date | exit_date |
        | x          | 2026        | 9           | 2025-10-20 |           |
        | y          | 2025        | 8           | 2024-08-19 |           |
        | y          | 2026        | 9           | 2025-08-18 |           |
        """,
    "attendance": """
        | student_id | date       |
        | x          | 2025-10-21 |
        | y          | 2025-10-22 |
        """,
}


def snapshot(district: Reader, day: date) -> pd.DataFrame:
    """The features of the ninth graders of a day."""
    return build_snapshot(district, NinthGrade, day, with_transfers=True).features


def told(found: pd.DataFrame, student: str) -> "pd.Series[float]":
    """What is told of one student."""
    row: pd.Series[float] = found.T[student]
    return row


@dataclass(frozen=True)
class Arrived:
    """A district before and after a student's whole history came, to be read only."""

    reader: Reader
    before: Mapping[date, pd.DataFrame]
    after: pd.DataFrame


@pytest.fixture(scope="module")
def arrived() -> Arrived:
    """The second district on the day on which everything came that may come."""
    south = reader(SOUTH)
    before = {day: snapshot(south, day) for day in (EARLIER, TODAY)}
    assert move(reader(NORTH), south, TODAY).students == ("x",)
    return Arrived(south, before, snapshot(south, TODAY))


@pytest.fixture(scope="module")
def alone(arrived: Arrived) -> pd.DataFrame:
    """What is told in the second district where nothing came."""
    return arrived.before[TODAY]


@pytest.fixture
def north() -> Reader:
    """The district that the student left."""
    return reader(NORTH)


@pytest.fixture
def south() -> Reader:
    """The district that the student came to."""
    return reader(SOUTH)


def test_the_next_district_sees_rates_by_the_former_calendar_and_marks_by_its_scale(arrived: Arrived) -> None:
    after = told(arrived.after, "x")
    days_there = len(pd.bdate_range("2025-09-01", ENTRY - timedelta(days=1))[::2])
    days_here = len(pd.bdate_range(ENTRY, TODAY))
    assert after["absence_rate_year"] == pytest.approx(2 / (days_there + days_here))
    last_year = len(pd.bdate_range("2024-09-02", "2025-06-06")[::2])
    assert after["absence_rate_previous_year"] == pytest.approx(2 / last_year)
    assert after["math_points_previous_year"] == 1.0
    assert (after["schools_this_year"], after["schools_ever"]) == (2, 2)
    before = told(arrived.before[TODAY], "x")
    assert before[["absence_rate_previous_year", "math_points_previous_year"]].isna().all()


def test_nobody_else_and_no_training_is_touched_and_nothing_is_known_before_it_came(arrived: Arrived) -> None:
    before = arrived.before
    pd.testing.assert_frame_equal(snapshot(arrived.reader, EARLIER), before[EARLIER])
    pd.testing.assert_series_equal(told(arrived.after, "y"), told(before[TODAY], "y"))
    training = build_snapshot(arrived.reader, NinthGrade, TODAY).features
    pd.testing.assert_frame_equal(training, before[TODAY], check_exact=True)
    with pytest.raises(NothingKnown, match="nobody was enrolled in grade 9"):
        snapshot(arrived.reader, date(2025, 6, 2))  # the student was in grade 8 then, elsewhere


def test_without_an_agreed_table_none_of_its_rows_crosses(north: Reader, south: Reader, alone: pd.DataFrame) -> None:
    assert move(north, south, TODAY, ()).students == ()
    pd.testing.assert_frame_equal(snapshot(south, TODAY), alone)
    move(north, south, TODAY, ("enrollments", "attendance"))
    after = told(snapshot(south, TODAY), "x")
    assert pd.isna(after["math_points_previous_year"])
    assert after["absence_rate_previous_year"] > 0


def test_a_withdrawal_leaves_the_districts_own_records_bit_by_bit(
    north: Reader, south: Reader, alone: pd.DataFrame
) -> None:
    move(north, south, TODAY)
    assert not snapshot(south, TODAY).equals(alone)
    move(north, south, TODAY, ("enrollments",))
    held = south.connection.execute("SELECT count(*) FROM transferred_attendance").fetchall()
    assert held == [(0,)]
    move(north, south, TODAY, ())
    pd.testing.assert_frame_equal(snapshot(south, TODAY), alone, check_exact=True)


def test_the_same_history_is_not_told_twice_and_a_correction_is_a_new_version(north: Reader, south: Reader) -> None:
    move(north, south, TODAY)
    first = snapshot(south, TODAY)
    assert [move(north, south, TODAY + timedelta(days=more)).students for more in (0, 1)] == [(), ()]
    north.connection.execute("UPDATE marks SET mark = 'B', points_hundredths = 300")
    later = TODAY + timedelta(days=7)
    assert move(north, south, later).students == ("x",)
    assert told(snapshot(south, later), "x")["math_points_previous_year"] == 3.0
    pd.testing.assert_frame_equal(snapshot(south, TODAY), first)
    north.connection.execute("DELETE FROM marks")
    last = later + timedelta(days=7)
    move(north, south, last)
    assert pd.isna(told(snapshot(south, last), "x")["math_points_previous_year"])
    assert told(snapshot(south, later), "x")["math_points_previous_year"] == 3.0


def test_nothing_but_the_statewide_id_joins_people_and_it_must_be_one_students(north: Reader, south: Reader) -> None:
    south.connection.execute("UPDATE students SET state_id = '77' WHERE student_id = 'y'")
    found = move(north, south, TODAY)
    assert (found.students, found.ambiguous) == ((), 1)
    south.connection.execute("UPDATE students SET state_id = NULL")
    assert move(north, south, TODAY).students == ()


def test_a_wrong_statewide_id_that_is_corrected_takes_the_history_back(
    north: Reader, south: Reader, alone: pd.DataFrame
) -> None:
    move(north, south, TODAY)
    south.connection.execute("UPDATE students SET state_id = '79' WHERE student_id = 'x'")
    move(north, south, TODAY)
    pd.testing.assert_frame_equal(snapshot(south, TODAY), alone, check_exact=True)


def test_class_periods_make_a_day_by_the_former_districts_rule(north: Reader, south: Reader) -> None:
    policies = policies_as_json(ViewPolicies(periods=Periods(a_day=4)))
    north.connection.execute("INSERT INTO loads (load_id, policies, withdrawn) VALUES (1, ?, false)", [policies])
    north.connection.execute("UPDATE attendance SET section_id = 'p1' WHERE date < '2025-01-01'")
    move(north, south, TODAY)
    last_year = len(pd.bdate_range("2024-09-02", "2025-06-06")[::2])
    assert told(snapshot(south, TODAY), "x")["absence_rate_previous_year"] == pytest.approx(2 / 4 / last_year)


def test_a_day_at_both_is_counted_once_and_here(north: Reader, south: Reader) -> None:
    move(north, south, TODAY)
    south.connection.execute("UPDATE enrollments SET entry_date = '2025-09-15' WHERE student_key = 'x'")
    after = told(snapshot(south, TODAY), "x")
    there, here = pd.bdate_range("2025-09-01", "2025-09-12")[::2], pd.bdate_range("2025-09-15", TODAY)
    assert after["absence_rate_year"] == pytest.approx(2 / (len(there) + len(here)))
