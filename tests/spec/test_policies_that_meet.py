"""Policies that meet in one student: what each says of a day holds together, and a day counts once."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.feature_set import Feature, FeatureSet, Outcome, attendance, enrolled
from features.ledger.ledger import build_ledger
from features.snapshots.snapshot import build_snapshot
from features.warehouse.attendance_coverage import attendance_coverage
from features.way_back.way_back import find_ways_back
from tests.drawn import cell, reader, school_days, stacked
from tests.spec.loaded_records import DrawnRecords, drawn_records, loaded_records
from tests.spec.test_ledger import flags
from tests.spec.test_short_days import short


class Days(FeatureSet):
    """Days expected and missed."""

    name = "days_that_meet"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="missed {} days")


FALL = date(2025, 10, 1)
BOTH_SCHOOLS = stacked(school_days(FALL, 40), school_days(FALL, 40, school_id="20"))
AS_OF = date(2025, 10, 14)


def days_of(loaded: DrawnRecords, as_of: date = AS_OF) -> dict[str, tuple[str, str]]:
    """Each student's days expected and missed."""
    found = build_snapshot(loaded.reader, Days, as_of).features
    return {student: (cell(found["days"].loc[key]), cell(found["missed"].loc[key])) for student, key in
            sorted(loaded.keys().items())}  # fmt: skip


AT_TWO = """
| student_id | school_id | school_year | entry_date |
| ada        | 20        | 2026        | 2025-10-01 |
| ada        | 10        | 2026        | 2025-10-06 |
| cy         | 20        | 2026        | 2025-10-01 |
"""
MISSED = """
| student_id | school_id | date       |
| ada        | 20        | 2025-10-07 |
| ada        | 10        | 2025-10-07 |
| ada        | 10        | 2025-10-08 |
| cy         | 20        | 2025-10-07 |
"""
A_TENTH: Outcome = replace(
    OFF_TRACK_CHICAGO, name="a_tenth", off_track=attendance.share_absent() >= 0.1, judged_if=None, needs=()
)
TWO = {"calendar_days": BOTH_SCHOOLS, "enrollments": AT_TWO, "attendance": MISSED}


@pytest.mark.parametrize(("rule", "so_far"), [("longer", 1.0), ("shares", 1.5)])
def test_the_way_back_of_a_student_at_two_schools_counts_a_date_once(rule: str, so_far: float) -> None:
    """Forty days, ten of them over: with shares an absence at the second school alone is half a day."""
    with drawn_records(TWO, enrollment={"concurrent": rule}) as loaded:
        assert days_of(loaded) == {"ada": ("10", f"{so_far:g}"), "cy": ("10", "1")}
        found = find_ways_back(loaded.reader, A_TENTH, loaded.reader.view(AS_OF)).by_student()
        steps = {student: found[key].steps[0].values for student, key in loaded.keys().items()}
        left = {student: (step["school_days"], step["so_far"]) for student, step in steps.items()}
        assert left == {"ada": (30, so_far), "cy": (30, 1)}


JUST_LISTED = {
    "flags": flags(("2025-10-14", "ada cy"), outcome="a_tenth"),
    "calendar_days": stacked(school_days(FALL, 18), school_days(FALL, 18, school_id="20")),
}
LATER = date(2025, 12, 31)


@pytest.mark.parametrize(("absent", "off_track"), [(1, False), (2, True)])
def test_a_flag_of_a_student_at_two_schools_is_resolved_by_days_counted_once(absent: int, off_track: bool) -> None:
    """Two of 18 school days are a tenth; of the 33 that two calendars have they would not be."""
    days = "\n".join(f"| ada | 20 | {day} |" for day in ("2025-10-07", "2025-10-20")[:absent])
    drawn = {**TWO, **JUST_LISTED, "attendance": f"| student_id | school_id | date |\n{days}\n| cy | 20 | 2025-10-07 |"}
    at_two = '{"has_overlaps": true}'
    opened = reader({**drawn, "loads": f"| load_id | policies |\n| 1 | {at_two} |"})
    found = build_ledger(opened, A_TENTH, LATER).flags.set_index("student_key")["resolution"]
    assert found.to_dict() == {"ada": "came_true" if off_track else "did_not", "cy": "did_not"}


PART_TIME = """
| student_id | school_year | entry_date | weekdays | expected_hundredths |
| ada        | 2026        | 2025-10-01 | 135      |                     |
| bo         | 2026        | 2025-10-01 | 135      | 50                  |
| cy         | 2026        | 2025-10-01 |          |                     |
"""
HALF_FRIDAY = short(school_days(FALL, 10), {"2025-10-03": "50", "2025-10-07": "50"})
FRIDAY_MISSED = """
| student_id | date       | kind    | absent_hundredths |
| ada        | 2025-10-03 | absent  | 100               |
| bo         | 2025-10-03 | partial | 50                |
| bo         | 2025-10-06 | partial | 25                |
| cy         | 2025-10-03 | absent  | 100               |
"""
PART_OF_SHORT = {
    "both": ({"short_days": "share"}, True, {"ada": ("5.5", "0.5"), "bo": ("5.5", "1"), "cy": ("9", "0.5")}),
    "part-time only": ({}, True, {"ada": ("6", "1"), "bo": ("6", "1.5"), "cy": ("10", "1")}),
    "short days only": ({"short_days": "share"}, False, {"ada": ("9", "0.5"), "bo": ("9", "0.5"), "cy": ("9", "0.5")}),
}
"""Bo, expected for half of each day, missed all of the first and half of the second."""


@pytest.mark.parametrize(("calendar", "part_time", "expected"), PART_OF_SHORT.values(), ids=PART_OF_SHORT.keys())
def test_a_part_time_students_short_day_is_the_share_of_their_own(
    calendar: dict[str, str], part_time: bool, expected: dict[str, tuple[str, str]]
) -> None:
    """Friday the 3rd and Tuesday the 7th are half days; Ada and Bo come on Monday, Wednesday, Friday."""
    drawn = {"calendar_days": HALF_FRIDAY, "enrollments": PART_TIME, "attendance": FRIDAY_MISSED}
    with drawn_records(drawn, calendar=calendar, attendance={"part_time": part_time}) as loaded:
        assert days_of(loaded) == expected


def test_an_entry_is_of_the_school_that_made_it_and_once_of_a_student_and_day() -> None:
    """Ada is absent at both schools on one date: each made one entry, however many rows it has."""
    more = "| ada | 20 | 2025-10-07 | p2 |\n| ada | 20 | 2025-10-07 | day |\n| ada | 10 | 2025-10-07 | day |"
    drawn = {**TWO, "attendance": f"| student_id | school_id | date | section_id |\n{more}"}
    with drawn_records(drawn) as loaded:
        found = attendance_coverage(loaded.reader, loaded.reader.view(AS_OF))
        assert found["entries"].to_dict() == {"10": 1, "20": 1}


@pytest.mark.parametrize(("unknown", "taken"), [(True, 5), (False, 10)])
def test_coverage_knows_the_days_that_rates_know(unknown: bool, taken: int, tmp_path: Path) -> None:
    """Of ten days until October 14 school 20 sent its last event on the fifth; the calendar does not say."""
    drawn = {**TWO, "calendar_days": BOTH_SCHOOLS.replace("| true | true |", "| true |  |")}
    with loaded_records(tmp_path, drawn, attendance={"unknown_after_last_event": unknown}) as loaded:
        assert days_of(loaded)["cy"][0] == str(taken)
        found = attendance_coverage(loaded.reader, loaded.reader.view(AS_OF))
        assert (found["days"].to_dict()["20"], found["taken"].to_dict()["20"]) == (10, taken)
