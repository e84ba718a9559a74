"""Evidence: the records behind a feature are those that were visible and counted, no more and no fewer."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import pytest

from features.definitions.catalog import FEATURE_SETS
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments, incidents, marks
from serving.store.cell_types import JsonRow
from tests.drawn import reader, school_days, stacked
from tests.spec.evidence import Evidence, evidence_of, marks_of_students, weeks_of_students


class Told(FeatureSet):
    """Features of every table that a counselor is shown records of."""

    name = "told"
    cohort = enrolled(9)
    rate_3d = Feature(attendance.last(school_days=3).share_absent(), because="missed {:.0%}")
    change = Feature(
        attendance.last(school_days=2).share_absent() - attendance.last(school_days=2, before=2).share_absent(),
        because="missed {:+.0%} more",
    )
    tardies = Feature(attendance.tardies().count(), because="late {} times")
    unexcused = Feature(attendance.unexcused().days_absent(), because="{} days")
    core_failing = Feature(marks.latest().core().failing(), because="fails {}")
    gpa = Feature(marks.latest().gpa(), because="{:.1f} points")
    incidents = Feature(incidents.count(), because="{} incidents")
    schools = Feature(enrollments.schools(), because="{} schools")


AS_OF = date(2025, 10, 8)
RECORDS = {
    "calendar_days": stacked(
        school_days(date(2025, 3, 3), 5, school_year=2025),
        school_days(date(2025, 10, 1), 10, skip="2025-10-03"),
    ),
    "enrollments": """
    | student_id | school_year | grade_level | entry_date |
    | ada        | 2025        | 8           | 2025-03-03 |
    | ada        | 2026        | 9           | 2025-10-01 |
    | bo         | 2026        | 9           | 2025-10-01 |
    | cy         | 2026        | 10          | 2025-10-01 |
    """,
    "attendance": """
    | student_id | date       | kind    | absent_hundredths | excused | known_on   |
    | ada        | 2025-03-04 | absent  | 100               | false   | 2025-03-04 |
    | ada        | 2025-10-02 | absent  | 100               | true    | 2025-10-02 |
    | ada        | 2025-10-03 | absent  | 100               | false   | 2025-10-03 |
    | ada        | 2025-10-06 | absent  | 100               | false   | 2025-10-06 |
    | ada        | 2025-10-06 | absent  | 50                | false   | 2025-10-07 |
    | ada        | 2025-10-07 | tardy   | 0                 | false   | 2025-10-07 |
    | ada        | 2025-10-08 | absent  | 100               | false   | 2025-10-09 |
    | bo         | 2025-10-07 | partial | 25                | true    | 2025-10-07 |
    | cy         | 2025-10-07 | absent  | 100               | true    | 2025-10-07 |
    """,
    "marks": """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | points_hundredths | known_on   |
    | ada        | 2026        | p1      | alg1      | math    | progress  | F    | 0                 | 2025-10-02 |
    | ada        | 2026        | p2      | alg1      | math    | progress  | F    | 0                 | 2025-10-06 |
    | ada        | 2026        | p1      | eng1      | ela     | progress  | F    | 0                 | 2025-10-02 |
    | ada        | 2026        | p2      | eng1      | ela     | progress  | C    | 200               | 2025-10-06 |
    | ada        | 2026        | p2      | art       | other   | progress  | F    | 0                 | 2025-10-06 |
    | ada        | 2026        | p3      | art       | other   | progress  | A    | 400               | 2025-10-20 |
    | ada        | 2025        | s2      | math8     | math    | final     | F    | 0                 | 2025-06-10 |
    """,
    "incidents": """
    | incident_id | student_id | date       | severity | known_on   |
    | i1          | ada        | 2025-03-05 | major    | 2025-03-05 |
    | i2          | ada        | 2025-10-04 | minor    | 2025-10-06 |
    | i3          | ada        | 2025-10-07 | major    | 2025-10-10 |
    """,
}


@cache
def together() -> Evidence:
    """The records behind every feature, asked for at once."""
    opened = reader(RECORDS)
    return evidence_of(opened, Told, opened.view(AS_OF), list(Told.features()))


def behind(name: str) -> Mapping[str, Sequence[JsonRow]]:
    """The records behind a feature, by student."""
    return together()[name]


def shown(found: Mapping[str, Sequence[JsonRow]], *columns: str) -> list[tuple[object, ...]]:
    """The student and some columns of each record."""
    return [(student, *(row[column] for column in columns)) for student, rows in found.items() for row in rows]


def test_behind_a_rate_stand_the_absences_that_count_as_they_were_known() -> None:
    """The last three days are 6, 7 and 8 October, as they were known on the 8th.

    The absence corrected to half a day is behind it; not the late arrival, not what became known on the 9th, not the
    days before, not last year's, and no other grade's.
    """
    expected = [("ada", "2025-10-06", 50, "2025-10-07"), ("bo", "2025-10-07", 25, "2025-10-07")]
    assert shown(behind("rate_3d"), "date", "absent_hundredths", "known_on") == expected


def test_behind_a_change_stand_the_records_of_both_windows() -> None:
    """2 and 6 October lie in the two days before the last two; attendance was not taken on the 3rd."""
    expected = [("ada", "2025-10-02"), ("ada", "2025-10-06"), ("bo", "2025-10-07")]
    assert shown(behind("change"), "date") == expected


def test_behind_a_count_stand_the_rows_it_counts() -> None:
    """A late arrival is behind tardies, though it adds nothing to days missed."""
    assert shown(behind("tardies"), "date", "kind") == [("ada", "2025-10-07", "tardy")]


def test_behind_unexcused_days_stand_the_unexcused_absences_only() -> None:
    """The excused day and the day on which attendance was not taken are no part of it."""
    assert shown(behind("unexcused"), "date", "excused") == [("ada", "2025-10-06", False)]


def test_behind_courses_failing_stands_the_latest_f_of_each_core_course() -> None:
    """Not the earlier F in algebra, not the English that was mended, not art, not last year."""
    expected = [("ada", "alg1", "p2", "F")]
    assert shown(behind("core_failing"), "course_name", "term_id", "mark") == expected


def test_behind_an_average_stands_every_mark_in_it() -> None:
    """One mark a course, the latest known by the as-of date."""
    assert sorted(shown(behind("gpa"), "course_name", "mark")) == [
        ("ada", "alg1", "F"),
        ("ada", "art", "F"),
        ("ada", "eng1", "C"),
    ]


def test_behind_incidents_stand_those_known_by_the_date() -> None:
    """One of a Saturday counts as well; last year's and the one entered two days later do not."""
    assert shown(behind("incidents"), "date", "severity") == [("ada", "2025-10-04", "minor")]


def test_behind_schools_stand_this_years_spells() -> None:
    """One each, last year's not among them."""
    expected = [("ada", "10", "2025-10-01", None), ("bo", "10", "2025-10-01", None)]
    assert shown(behind("schools"), "school_id", "entry_date", "exit_date") == expected


def test_evidence_of_many_features_is_that_of_each() -> None:
    """Asked for together, every feature has the records it has alone."""
    opened = reader(RECORDS)
    view = opened.view(AS_OF)
    assert together() == {name: evidence_of(opened, Told, view, [name])[name] for name in Told.features()}
    assert sum(len(rows) for of in together().values() for rows in of.values()) == 14


def test_weeks_add_up_what_was_missed_of_the_days_enrolled() -> None:
    """The first week has two days that count, for attendance was not taken on Friday; the second three so far."""
    opened = reader(RECORDS)
    weeks = weeks_of_students(opened, Told, opened.view(AS_OF))
    assert shown(weeks, "week", "days", "missed") == [
        ("ada", "2025-09-29", 2, 100),
        ("ada", "2025-10-06", 3, 50),
        ("bo", "2025-09-29", 2, 0),
        ("bo", "2025-10-06", 3, 25),
    ]


def test_marks_over_time_are_those_known_of_this_year_and_the_last() -> None:
    """In the order in which they became known, superseded courses included, nothing from after the date."""
    opened = reader(RECORDS)
    over_time = marks_of_students(opened, Told, opened.view(AS_OF))
    assert shown(over_time, "term_id", "course_name") == [
        ("ada", "s2", "math8"),
        ("ada", "p1", "alg1"),
        ("ada", "p1", "eng1"),
        ("ada", "p2", "alg1"),
        ("ada", "p2", "art"),
        ("ada", "p2", "eng1"),
    ]


@pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
def test_every_feature_has_records_behind_it(feature_set: type[FeatureSet]) -> None:
    """Whatever part of a table it is read from, a reason can be shown with its records; the school week has none."""
    enrolled_in = RECORDS["enrollments"].replace("| 9  ", f"| {feature_set.cohort.grade_levels[-1]:<3}")
    opened = reader({**RECORDS, "enrollments": enrolled_in})
    names = [name for name in feature_set.features() if name != "school_week"]
    found = evidence_of(opened, feature_set, opened.view(AS_OF), names)
    assert set(found) == set(names)
    assert any("ada" in of for of in found.values())
