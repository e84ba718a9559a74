"""Calendars that change, tracks without one, and students who move between tracks."""

from datetime import date
from pathlib import Path

import pytest

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader, rows_of, school_days, stacked, told
from tests.spec.loaded_records import loaded_records

AS_OF = date(2025, 10, 14)


class Days(FeatureSet):
    """School days, and how many of them were missed."""

    name = "days"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{:.0f} days")
    missed = Feature(attendance.days_absent(), because="missed {:.0f} days")
    last_3d = Feature(attendance.last(school_days=3).days_absent(), because="missed {:.0f} of 3 days")
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")
    schools = Feature(enrollments.schools(), because="{:.0f} schools")


ENROLLED = "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-10-01 |"
ABSENCES = "| student_id | date |\n| ada | 2025-10-10 |\n| ada | 2025-10-13 |"


def days(records: Reader, as_of: date = AS_OF) -> list[dict[str, str]]:
    """The features of that day."""
    return told(build_snapshot(records, Days, as_of).features)


def test_a_day_that_was_taken_back_counts_until_it_was_and_its_absence_with_it() -> None:
    """Snow on the tenth, which the calendar knows on the fourteenth: what was said on the thirteenth stays so."""
    records = reader(
        {
            "calendar_days": school_days(date(2025, 10, 1), 10)
            + "\n| 10 | main | 2025-10-10 | 2026 | false | false | 2025-10-14 |",
            "enrollments": ENROLLED,
            "attendance": ABSENCES,
        }
    )
    before = "| student_id | days | missed | last_3d | rate | schools |\n| ada | 9 | 2 | 2 | 0.222222 | 1 |"
    after = "| student_id | days | missed | last_3d | rate | schools |\n| ada | 9 | 1 | 1 | 0.111111 | 1 |"
    assert days(records, date(2025, 10, 13)) == rows_of(before)
    assert days(records, AS_OF) == rows_of(after)


def test_a_day_that_was_added_counts_once_it_is_known() -> None:
    """A Saturday to make up for it, known on the thirteenth."""
    calendar = school_days(date(2025, 10, 1), 10) + "\n| 10 | main | 2025-10-11 | 2026 | true | true | 2025-10-13 |"
    absent = "| student_id | date |\n| ada | 2025-10-11 |"
    records = reader({"calendar_days": calendar, "enrollments": ENROLLED, "attendance": absent})
    assert [days(records, day)[0]["days"] for day in (date(2025, 10, 12), date(2025, 10, 13))] == ["8", "10"]
    assert [days(records, day)[0]["missed"] for day in (date(2025, 10, 12), date(2025, 10, 13))] == ["0", "1"]


TRACKS = """
| student_id | track | school_year | entry_date |
| ada        | main  | 2026        | 2025-10-01 |
| bo         | B     | 2026        | 2025-10-01 |
| cy         | C     | 2026        | 2025-10-01 |
"""
CALENDARS = stacked(school_days(date(2025, 10, 1), 10), school_days(date(2025, 10, 6), 10, track="B"))
ALL_ABSENT = "| student_id | date |\n" + "\n".join(f"| {who} | 2025-10-13 |" for who in ("ada", "bo", "cy"))
TRACK_DAYS = {
    "unknown": """
    | student_id | days | missed | last_3d | rate     | schools |
    | ada        | 10   | 1      | 1       | 0.1      | 1       |
    | bo         | 7    | 1      | 1       | 0.142857 | 1       |
    | cy         | 0    |        |         |          |         |
    """,
    "school": """
    | student_id | days | missed | last_3d | rate     | schools |
    | ada        | 10   | 1      | 1       | 0.1      | 1       |
    | bo         | 7    | 1      | 1       | 0.142857 | 1       |
    | cy         | 10   | 1      | 1       | 0.1      | 1       |
    """,
}


@pytest.mark.parametrize("policy", TRACK_DAYS)
def test_a_track_without_a_calendar_is_unknown_or_as_its_school(policy: str) -> None:
    """Nobody without a day on the calendar has a rate; the other tracks are as they were."""
    any_track = '{"any_track": true}' if policy == "school" else "{}"
    loads = f"| load_id | policies |\n| 1 | {any_track} |"
    tables = {"calendar_days": CALENDARS, "enrollments": TRACKS, "attendance": ALL_ABSENT, "loads": loads}
    assert days(reader(tables)) == rows_of(TRACK_DAYS[policy])


def test_a_school_whose_tracks_have_other_names_has_the_first_of_them() -> None:
    loads = '| load_id | policies |\n| 1 | {"any_track": true} |'
    calendar = CALENDARS.replace("| main |", "| D |")
    found = days(reader({"calendar_days": calendar, "enrollments": TRACKS, "loads": loads}))
    assert [row["days"] for row in found] == ["7", "7", "7"]


def test_a_student_who_moves_between_tracks_has_the_days_of_each_and_has_not_moved_school() -> None:
    """Three days on the main track, then five on track B, of which one was missed; no day counts twice."""
    spells = """
    | student_id | track | school_year | entry_date | exit_date  |
    | ada        | main  | 2026        | 2025-10-01 | 2025-10-07 |
    | ada        | B     | 2026        | 2025-10-08 |            |
    """
    expected = "| student_id | days | missed | last_3d | rate | schools |\n| ada | 10 | 1 | 1 | 0.1 | 1 |"
    records = {
        "calendar_days": CALENDARS,
        "enrollments": spells,
        "attendance": "| student_id | date |\n| ada | 2025-10-13 |",
    }
    assert days(reader(records)) == rows_of(expected)
    assert days(reader(records | {"enrollments": spells.replace("2025-10-07", "          ")})) == rows_of(expected)


def test_policies_of_marks_and_calendars_are_told_by_the_load_and_read_by_views(tmp_path: Path) -> None:
    tables = {"calendar_days": CALENDARS, "enrollments": TRACKS, "attendance": ALL_ABSENT}
    declared: dict[str, object] = {
        "calendar": {"track_without_days": "school"},
        "marks": {"incomplete_days": 30, "points": "unweighted"},
    }
    with loaded_records(tmp_path, tables, **declared) as loaded:
        assert loaded.report.policies == (
            "grade averages are taken of unweighted points",
            "an incomplete counts as F from the day after 30 days after the end of its term",
            "students on a track without a calendar have the days of their school's main track",
        )
        assert sorted(row["days"] for row in days(loaded.reader)) == ["10", "10", "7"]
        assert loaded.notes("NOTE33")
