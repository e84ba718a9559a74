"""Absence rates beside the written rules of a published warehouse's daily attendance.

edu_wh's rules, as its documentation words them: a student is present on a day unless an event says otherwise; days
count until a school's last submitted event; enrollments that overlap count a day once. They are computed here day by
day in plain Python, from the same rows. `docs/explanation/days-and-rates.md` says where OnTrack differs on purpose.
"""

from datetime import date

import pytest

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.snapshots.snapshot import build_snapshot
from tests.drawn import rows_of, school_days, stacked
from tests.spec.loaded_records import DrawnRecords, drawn_records


class Rate(FeatureSet):
    """The absence rate of the year."""

    name = "rate_of_year"
    cohort = enrolled(9)
    rate = Feature(attendance.share_absent(), because="missed {:.0%}")


AS_OF = date(2025, 10, 21)
OCTOBER = date(2025, 10, 1)
CALENDAR = stacked(school_days(OCTOBER, 20), school_days(OCTOBER, 20, school_id="20"))
ENROLLMENTS = """
| student_id | school_id | school_year | entry_date | exit_date  |
| ada        | 10        | 2026        | 2025-10-01 |            |
| bo         | 10        | 2026        | 2025-10-01 | 2025-10-09 |
| bo         | 20        | 2026        | 2025-10-09 |            |
| cy         | 20        | 2026        | 2025-10-01 |            |
| cy         | 10        | 2026        | 2025-10-06 | 2025-10-31 |
"""
EVENTS = """
| student_id | school_id | date       | kind    | absent_hundredths |
| ada        | 10        | 2025-10-02 | absent  | 100               |
| ada        | 10        | 2025-10-21 | partial | 50                |
| bo         | 10        | 2025-10-08 | absent  | 100               |
| bo         | 20        | 2025-10-13 | absent  | 100               |
| bo         | 20        | 2025-10-14 | tardy   | 0                 |
| cy         | 20        | 2025-10-21 | absent  | 100               |
"""


def rate_by_rules(student: str, calendar: str, enrollments: str, events: str) -> float:
    """The absence rate of a student by the written rules, day by day."""
    told = [row for row in rows_of(events) if date.fromisoformat(row["date"]) <= AS_OF]
    last = {school: max(row["date"] for row in told if row["school_id"] == school) for school in ("10", "20")}
    days: dict[str, float] = {}
    for spell in (row for row in rows_of(enrollments) if row["student_id"] == student):
        school, until = spell["school_id"], min(spell["exit_date"] or "9999", AS_OF.isoformat())
        for day in (row["date"] for row in rows_of(calendar) if row["school_id"] == school):
            if spell["entry_date"] <= day <= min(until, last[school]):
                own = [
                    row for row in told if (row["student_id"], row["school_id"], row["date"]) == (student, school, day)
                ]
                missed = max((int(row["absent_hundredths"]) / 100 for row in own), default=0.0)
                days[day] = max(missed, days.get(day, 0.0))
    return sum(days.values()) / len(days)


def rates_of(loaded: DrawnRecords) -> dict[str, float]:
    """The rates that the feature tells."""
    found = build_snapshot(loaded.reader, Rate, AS_OF).features["rate"]
    return {student: float(found.loc[key]) for student, key in loaded.keys().items()}


def test_an_absence_rate_is_that_of_the_written_rules_where_schools_have_submitted() -> None:
    """Ada is at one school, Bo moves on a day that both schools count, Cy is at two at a time."""
    drawn = {"calendar_days": CALENDAR, "enrollments": ENROLLMENTS, "attendance": EVENTS}
    with drawn_records(drawn) as loaded:
        found = rates_of(loaded)
        expected = {student: rate_by_rules(student, CALENDAR, ENROLLMENTS, EVENTS) for student in ("ada", "bo", "cy")}
        assert found == expected
        assert found == {"ada": 1.5 / 15, "bo": 2 / 15, "cy": 1 / 15}


OPEN = CALENDAR.replace("| true | true |", "| true |  |")
UNTIL_THE_TENTH = "\n".join(line for line in EVENTS.splitlines() if "2025-10-21" not in line and "-14 " not in line)


@pytest.mark.parametrize(("events", "expected"), [
    (EVENTS, {"ada": 1.5 / 15, "bo": 2 / 15, "cy": 1 / 15}),
    (UNTIL_THE_TENTH, {"ada": 1 / 6, "bo": 2 / 9, "cy": 0 / 9}),
])  # fmt: skip
def test_days_after_a_schools_last_submitted_event_are_unknown_by_the_same_rules(
    events: str, expected: dict[str, float]
) -> None:
    """The calendar leaves open what was taken: school 10 sent until the 8th, school 20 until the 13th."""
    drawn = {"calendar_days": OPEN, "enrollments": ENROLLMENTS, "attendance": events}
    with drawn_records(drawn) as loaded:
        by_rules = {student: rate_by_rules(student, OPEN, ENROLLMENTS, events) for student in ("ada", "bo", "cy")}
        assert (rates_of(loaded), by_rules) == (expected, expected)
