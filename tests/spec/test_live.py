"""Live features: records given in a request go through the same engine as those in the warehouse."""

from datetime import date

import pytest

from features.definitions.grade9 import NinthGrade
from features.errors import Refused
from features.snapshots.live_features import SNAPSHOT_TABLES, RecordsByTable, snapshot_of_records
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader, school_days, stacked

AS_OF = date(2025, 11, 20)
DRAWN = {
    "terms": """
    | school_year | term_id | kind    | start_date | end_date   | known_on   |
    | 2026        | p2      | quarter | 2025-10-13 | 2025-12-19 | 2025-07-01 |
    """,
    "calendar_days": stacked(school_days(date(2024, 9, 2), 150, school_year=2025), school_days(date(2025, 9, 1), 150)),
    "enrollments": """
    | student_id | school_year | grade_level | entry_date |
    | ada        | 2025        | 8           | 2024-09-02 |
    | ada        | 2026        | 9           | 2025-09-01 |
    """,
    "attendance": """
    | student_id | date       | kind    | absent_hundredths | known_on   |
    | ada        | 2024-10-02 | absent  | 100               | 2024-10-02 |
    | ada        | 2025-10-02 | absent  | 100               | 2025-10-02 |
    | ada        | 2025-11-18 | partial | 50                | 2025-11-18 |
    | ada        | 2025-11-19 | tardy   | 0                 | 2025-11-19 |
    | ada        | 2025-11-20 | absent  | 100               | 2025-11-21 |
    """,
    "marks": """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | points_hundredths | known_on   |
    | ada        | 2025        | s2      | math8     | math    | final     | C    | 200               | 2025-06-10 |
    | ada        | 2026        | p1      | alg1      | math    | progress  | F    | 0                 | 2025-10-10 |
    | ada        | 2026        | p1      | eng1      | ela     | progress  | B    | 300               | 2025-10-10 |
    | ada        | 2026        | p2      | eng1      | ela     | progress  | F    | 0                 | 2025-11-25 |
    """,
    "incidents": """
    | incident_id | student_id | date       | severity |
    | i1          | ada        | 2025-10-15 | major    |
    """,
    "discipline_actions": """
    | incident_id | student_id | date       | days_removed_hundredths |
    | i1          | ada        | 2025-10-16 | 150                     |
    """,
}


WITHOUT_RECORDS = {
    "absence_rate_slope", "ela_points_previous_year", "ela_points_year", "failed_year", "gpa_change_of_term",
    "gpa_year", "low_ela_previous_year", "math_points_year", "other_failing_now", "science_points_now",
    "social_science_points_now",
}  # fmt: skip
"""What Ada's records do not tell: 80 school days, a second term, final marks of this year, and other subjects."""


def given(records: Reader) -> RecordsByTable:
    """The warehouse's rows as plain values, as a request would carry them."""
    frames = {name: records.current(name).astype(object) for name in SNAPSHOT_TABLES}
    return {
        name: [{str(k): v for k, v in row.items()} for row in frame.where(frame.notna(), None).to_dict("records")]
        for name, frame in frames.items()
    }


@pytest.fixture(scope="module")
def records() -> Reader:
    return reader(DRAWN)


def test_given_records_make_the_snapshot_that_the_warehouse_makes(records: Reader) -> None:
    """Every feature and the rule's signals, equal to the last bit, known_on obeyed."""
    live = snapshot_of_records(NinthGrade.name, AS_OF, given(records)).features
    stored = build_snapshot(records, NinthGrade, AS_OF).features
    assert live.equals(stored)
    assert stored.loc["ada", "absence_rate_10d"] == 0.05
    assert stored.loc["ada", "core_failing_now"] == 1
    assert stored.loc["ada", "school_week"] == 12
    assert stored.loc["ada", "absence_rate_term"] == pytest.approx(0.5 / 29)
    assert set(stored.columns[stored.isna().any()]) == WITHOUT_RECORDS


def test_the_school_week_is_that_of_the_district_where_the_students_own_school_began_later(records: Reader) -> None:
    """A request holds the calendar of the student's schools only, and the district's first day."""
    live = snapshot_of_records(NinthGrade.name, AS_OF, given(records), first_day=date(2025, 8, 18))
    assert (live.features.loc["ada", "school_week"], live.school_week) == (14, 14)


def test_records_without_a_date_of_knowledge_are_known_on_the_as_of_date(records: Reader) -> None:
    """What the request says is known now: the absence of the day itself counts."""
    tables = {name: [{**row, "known_on": None} for row in rows] for name, rows in given(records).items()}
    undated = {
        name: [{k: v for k, v in row.items() if k != "known_on"} for row in rows] for name, rows in tables.items()
    }
    live = snapshot_of_records(NinthGrade.name, AS_OF, undated).features
    assert live.loc["ada", "absence_rate_10d"] == 0.15


def test_a_student_of_another_grade_is_an_empty_answer(records: Reader) -> None:
    """As are records without a school day before the as-of date."""
    tables = dict(given(records))
    tables["enrollments"] = [{**row, "grade_level": 10} for row in tables["enrollments"]]
    assert snapshot_of_records(NinthGrade.name, AS_OF, tables).features.empty
    assert snapshot_of_records(NinthGrade.name, date(2024, 9, 1), given(records)).features.empty
    assert snapshot_of_records(NinthGrade.name, AS_OF, {}).features.empty


def test_a_row_that_does_not_fit_is_refused_without_its_value(records: Reader) -> None:
    """The table is named; what was in the row is not repeated."""
    tables = dict(given(records))
    tables["attendance"] = [{**tables["attendance"][0], "absent_hundredths": "Ada was ill"}]
    with pytest.raises(Refused, match="attendance: a row does not fit the table") as refused:
        snapshot_of_records(NinthGrade.name, AS_OF, tables)
    assert "Ada" not in str(refused.value)
