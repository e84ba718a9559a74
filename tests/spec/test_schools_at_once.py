"""One school and one grade level on one date, where a student's spells of enrollment share days."""

from datetime import date
from pathlib import Path

import pytest

from features.engine.compilation import compile_script
from features.engine.visible_tables import VisibleTables
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments, incidents
from features.quality.monthly_figures import months_of
from features.snapshots.labels import cohort_keys
from features.snapshots.snapshot import build_snapshot
from tests.drawn import cell, rows_of, school_days, stacked
from tests.spec.loaded_records import DrawnRecords, drawn_records, loaded_records

AS_OF = date(2025, 10, 21)
OCTOBER = date(2025, 10, 1)


class Days(FeatureSet):
    """School days, absences and schools."""

    name = "days_at_once"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="missed {} days")
    missed_10d = Feature(attendance.last(school_days=10).days_absent(), because="missed {} of 10")
    incidents = Feature(incidents.count(), because="{} incidents")
    schools = Feature(enrollments.schools(), because="{} schools")


CALENDAR = stacked(school_days(OCTOBER, 15), school_days(OCTOBER, 15, school_id="20"))
AT_TWO = """
| student_id | school_id | school_year | entry_date | exit_date  | is_primary |
| ada        | 20        | 2026        | 2025-10-01 |            |            |
| ada        | 10        | 2026        | 2025-10-08 |            |            |
| bo         | 10        | 2026        | 2025-10-01 | 2025-10-08 |            |
| bo         | 20        | 2026        | 2025-10-08 |            |            |
| cy         | 20        | 2026        | 2025-10-01 |            |            |
| di         | 20        | 2026        | 2025-10-01 |            | false      |
| di         | 10        | 2026        | 2025-10-08 |            | true       |
"""
ABSENCES = """
| student_id | school_id | date       |
| ada        | 20        | 2025-10-16 |
| ada        | 10        | 2025-10-17 |
| bo         | 20        | 2025-10-17 |
| cy         | 20        | 2025-10-16 |
| di         | 20        | 2025-10-16 |
| di         | 10        | 2025-10-17 |
| di         | 10        | 2025-10-20 |
"""
INCIDENTS = """
| incident_id | student_id | school_id | date       |
| i1          | ada        | 20        | 2025-10-16 |
| i2          | ada        | 10        | 2025-10-17 |
"""
DRAWN = {"calendar_days": CALENDAR, "enrollments": AT_TWO, "attendance": ABSENCES, "incidents": INCIDENTS}
NAMES = ("days", "missed", "missed_10d", "incidents", "schools")


def told_of(loaded: DrawnRecords) -> list[dict[str, str]]:
    """Each student's days."""
    found = build_snapshot(loaded.reader, Days, AS_OF).features
    return [
        {"student_id": student, **{name: cell(found[name].loc[key]) for name in NAMES}}
        for student, key in sorted(loaded.keys().items())
        if key in found.index
    ]


RULES = {
    "longer": """
    | student_id | days | missed | missed_10d | incidents | schools |
    | ada        | 15   | 1      | 1          | 2         | 1       |
    | bo         | 15   | 1      | 1          | 0         | 2       |
    | cy         | 15   | 1      | 1          | 0         | 1       |
    | di         | 15   | 2      | 2          | 0         | 2       |
    """,
    "latest": """
    | student_id | days | missed | missed_10d | incidents | schools |
    | ada        | 15   | 1      | 1          | 2         | 2       |
    | bo         | 15   | 1      | 1          | 0         | 2       |
    | cy         | 15   | 1      | 1          | 0         | 1       |
    | di         | 15   | 2      | 2          | 0         | 2       |
    """,
    "shares": """
    | student_id | days | missed | missed_10d | incidents | schools |
    | ada        | 15   | 1      | 1          | 2         | 1       |
    | bo         | 15   | 1      | 1          | 0         | 2       |
    | cy         | 15   | 1      | 1          | 0         | 1       |
    | di         | 15   | 1.5    | 1.5        | 0         | 2       |
    """,
}


@pytest.mark.parametrize("rule", RULES)
def test_a_date_is_one_school_day_however_many_schools_a_student_is_at(rule: str) -> None:
    """Ada is at a second school from October 8 on: 15 school days, not 25. Bo moved on a day that both schools have."""
    with drawn_records(DRAWN, enrollment={"concurrent": rule}) as loaded:
        assert told_of(loaded) == rows_of(RULES[rule])


def test_drawn_records_are_what_a_load_of_them_leaves(tmp_path: Path) -> None:
    """The same policies of views and the same days, with what the load finds out by itself."""
    policies = {"enrollment": {"concurrent": "shares"}, "attendance": {"part_time": True}}
    with loaded_records(tmp_path, DRAWN, **policies) as loaded, drawn_records(DRAWN, **policies) as drawn:
        assert loaded.reader.policies() == drawn.reader.policies()
        assert drawn.reader.policies().has_overlaps
        assert told_of(loaded) == told_of(drawn) == rows_of(RULES["shares"])


TWO_GRADES = """
| student_id | school_year | school_id | grade_level | entry_date | what it is                             |
| ada        | 2026        | 10        | 9           | 2025-10-01 |                                        |
| ada        | 2026        | 10        | 10          | 2025-10-08 | the next grade, the old left open      |
| bo         | 2026        | 10        | 9           | 2025-10-01 | one grade                              |
| cy         | 2026        | 10        | 10          | 2025-10-01 |                                        |
| cy         | 2026        | 10        | 9           | 2025-10-08 | back in the grade before               |
| ed         | 2026        | 10        | 9           | 2025-10-01 |                                        |
| ed         | 2026        | 20        | 10          | 2025-10-08 | at two schools: of the one that counts |
"""
GRADES_OF_DAYS = [
    (9, 7, ["ada", "bo", "ed"]), (10, 7, ["cy"]), (9, 8, ["bo", "cy", "ed"]), (10, 8, ["ada"]),
]  # fmt: skip


def test_a_student_with_two_grade_levels_has_that_of_the_latest_row() -> None:
    """In the cohort of the old grade until October 7, in that of the new one, higher or lower, from then on."""
    drawn = {"calendar_days": CALENDAR, "enrollments": TWO_GRADES}
    with drawn_records(drawn) as loaded:
        ids = {key: student for student, key in loaded.keys().items()}
        for grade, day, expected in GRADES_OF_DAYS:
            view = loaded.reader.view(date(2025, 10, day))
            assert sorted(ids[key] for key in cohort_keys(loaded.reader, enrolled(grade), view)) == expected


def test_no_overlap_asks_for_nothing(tmp_path: Path) -> None:
    """The script of a district without shared days is the one that a view without a policy has."""
    drawn = {"calendar_days": CALENDAR, "enrollments": "\n".join(AT_TWO.strip().splitlines()[:2])}
    with loaded_records(tmp_path, drawn, enrollment={"concurrent": "shares"}) as loaded:
        assert not loaded.reader.policies().has_overlaps
        assert loaded.reader.policies().concurrent == "longer"


def test_the_audit_of_records_counts_a_student_at_the_school_that_counts() -> None:
    """Ada's days and absences from October 8 on are those of school 20; Bo's day of the move is school 20's."""
    drawn = {"calendar_days": CALENDAR, "enrollments": AT_TWO, "attendance": ABSENCES}
    with drawn_records(drawn) as loaded:
        months = months_of(loaded.reader, AS_OF)
        figures = {school: (month.student_days, month.absent_hundredths) for (school, _), month in months.items()}
        assert figures == {"10": (5 + 10, 200), "20": (15 + 10 + 15 + 5, 300)}


WEEK_ELSEWHERE = """
| student_id | school_id | school_year | entry_date | exit_date  | exit_kind    | is_primary |
| ada        | 10        | 2026        | 2025-10-01 |            |              |            |
| ada        | 20        | 2026        | 2025-10-06 | 2025-10-10 | moved_school | true       |
"""


def test_a_stint_within_another_counts_on_its_own_days_and_the_other_goes_on_after_it() -> None:
    """A week at a school that is the primary one then: three parts of the year, 15 days, and the exit stays its own."""
    absent = "| student_id | school_id | date |\n| ada | 10 | 2025-10-07 |\n| ada | 20 | 2025-10-08 |"
    drawn = {"calendar_days": CALENDAR, "enrollments": WEEK_ELSEWHERE, "attendance": absent}
    with drawn_records(drawn) as loaded:
        view = loaded.reader.view(AS_OF)
        spells = loaded.reader.run(compile_script(VisibleTables(view.shape).spells()), view.values)
        found = spells.sort_values("entry_date")[["school_id", "entry_date", "ends", "days", "exit_kind"]]
        told = [
            tuple("" if value is None or value != value else str(value).removesuffix(" 00:00:00") for value in row)
            for row in found.to_numpy().tolist()
        ]
        assert told == [
            ("10", "2025-10-01", "2025-10-05", "3", ""),
            ("20", "2025-10-06", "2025-10-10", "5", "moved_school"),
            ("10", "2025-10-11", "2025-10-21", "7", ""),
        ]
        (student,) = told_of(loaded)
        assert (student["days"], student["missed"], student["schools"]) == ("15", "1", "2")
        for day, school in ((9, "20"), (10, "10"), (11, "10")):  # on the exit's own day where she goes on
            snapshot = build_snapshot(loaded.reader, Days, date(2025, 10, day))
            assert [*snapshot.school] == [school], day


THREE = """
| student_id | school_id | school_year | entry_date |
| ada        | 10        | 2026        | 2025-10-01 |
| ada        | 20        | 2026        | 2025-10-01 |
| ada        | 30        | 2026        | 2025-10-01 |
"""


def test_absences_at_all_of_three_schools_are_one_day_and_at_one_of_them_a_third() -> None:
    """Hundredths are rounded up, so that three thirds are a day."""
    days = [("10", 7), ("20", 7), ("30", 7), ("20", 8)]
    absent = ["| student_id | school_id | date |", *(f"| ada | {school} | 2025-10-0{day} |" for school, day in days)]
    drawn = {"calendar_days": CALENDAR, "enrollments": THREE, "attendance": "\n".join(absent)}
    with drawn_records(drawn, enrollment={"concurrent": "shares"}) as loaded:
        (student,) = told_of(loaded)
        assert (student["days"], student["missed"]) == ("15", "1.34")
