"""Context: the school of the as-of date as its students make it up, apart from what a student owns."""

from datetime import date

import pytest

from features.definitions.catalog import FEATURE_SETS
from features.language.feature_set import FeatureSet
from features.snapshots.feature_requirements import missing_when, source_tables, unavailable_features
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, stacked, told

AS_OF = date(2025, 9, 26)
CALENDAR = stacked(
    *(school_days(date(2024, 9, 2), 20, school_id=school, school_year=2025) for school in ("5", "6")),
    *(school_days(date(2025, 9, 1), 20, school_id=school) for school in ("10", "20")),
)
ENROLLED = """
| student_id | school_id | school_year | grade_level | entry_date |
| ada        | 5         | 2025        | 8           | 2024-09-02 |
| bo         | 5         | 2025        | 8           | 2024-09-02 |
| cy         | 6         | 2025        | 8           | 2024-09-02 |
| ada        | 10        | 2026        | 9           | 2025-09-01 |
| bo         | 10        | 2026        | 9           | 2025-09-01 |
| cy         | 10        | 2026        | 9           | 2025-09-01 |
| di         | 20        | 2026        | 9           | 2025-09-01 |
"""
DRAWN = {
    "calendar_days": CALENDAR,
    "enrollments": ENROLLED,
    "attendance": """
    | student_id | school_id | date       |
    | ada        | 5         | 2024-09-03 |
    | ada        | 10        | 2025-09-03 |
    | ada        | 10        | 2025-09-04 |
    | bo         | 10        | 2025-09-04 |
    """,
}


def test_a_school_is_the_mean_of_its_students_and_a_feeder_school_who_came_along() -> None:
    """Two, one and no day of 20 are 5 % on average; Di's year before is not on record."""
    found = build_snapshot(reader(DRAWN), FEATURE_SETS["grade9"], AS_OF)
    columns = ["school_absence_rate_year", "school_absence_rate_previous_year", "school_students",
               "came_along_from_last_school", "school_gpa_now"]  # fmt: skip
    expected = """
    | student_id | school_absence_rate_year | school_absence_rate_previous_year | school_students | came_along_from_last_school | school_gpa_now |
    | ada        | 0.05                     | 0.0166667                         | 3               | 1                           |                |
    | bo         | 0.05                     | 0.0166667                         | 3               | 1                           |                |
    | cy         | 0.05                     | 0.0166667                         | 3               | 0                           |                |
    | di         | 0                        |                                   | 1               |                             |                |
    """  # noqa: E501
    assert told(found.context[columns]) == rows_of(expected)


@pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
def test_context_is_no_feature_and_no_reason(feature_set: type[FeatureSet]) -> None:
    snapshot_features, context = feature_set.features(), feature_set.context()
    assert len(context) == 6
    assert not set(snapshot_features) & set(context)
    assert feature_set.indicator is not None
    assert not {sign.feature for sign in feature_set.indicator.reasons} - set(snapshot_features)


def test_features_without_data_are_left_out_with_what_they_lack() -> None:
    """No marks, no terms, no incidents, and attendance by the day only."""
    found = unavailable_features(reader(DRAWN), FEATURE_SETS["grades10_12"])
    assert found["classes_cut_45d"] == "attendance.section_id"
    assert found["a_g_against_pace"] == "marks, marks.a_g"
    assert found["gpa_last_term"] == "marks, terms"
    assert found["absence_rate_term"] == "terms"
    assert found["incidents_year"] == "incidents"
    assert not {"absence_rate_year", "schools_ever", "longest_absence"} & set(found)


def test_credits_that_no_mark_tells_are_lacking_and_not_0() -> None:
    marks = "| student_id | school_year | term_id | course_id | subject | mark |\n| ada | 2026 | s1 | m | math | F |"
    found = unavailable_features(reader({**DRAWN, "marks": marks}), FEATURE_SETS["grades10_12"])
    assert found["credits_year"] == "marks.credits_earned_hundredths"
    assert "failed_not_made_up" not in found


def test_a_feature_says_what_it_is_made_from_and_when_it_is_missing() -> None:
    ninth = FEATURE_SETS["grade9"].defined()
    assert source_tables(ninth["longest_absence"]) == ("attendance",)
    assert source_tables(ninth["gpa_now"]) == ("marks",)
    assert missing_when(ninth["gpa_now"].quantity) == "no mark given"
    assert missing_when(ninth["days_since_incident"].quantity) == "nothing such on record"
    assert missing_when(ninth["tardies_year"].quantity) == "no school day in the window"
    assert missing_when(ninth["school_students"].quantity) == "never"
