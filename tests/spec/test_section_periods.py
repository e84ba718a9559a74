"""Class periods of a student's own sections, and periods where a student is part-time or at two schools."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from features.engine.view_policies import ViewPolicies
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.policies.attendance_policies import Periods
from features.quality.monthly_figures import months_of
from features.snapshots.snapshot import build_snapshot
from tests.drawn import cell, reader, school_days, stacked, told
from tests.spec.cases_together import features_of_cases
from tests.spec.loaded_records import loaded_records
from tests.spec.test_day_events import loads


class Missed(FeatureSet):
    """Days expected and missed."""

    name = "missed_by_sections"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="missed {} days")


FIRST, AS_OF = date(2025, 10, 1), date(2025, 10, 14)
CALENDAR = school_days(FIRST, 10)
HALF = Periods(a_day=6, whole_day=0.5)
ENROLLMENTS = """
| student_id | school_year | entry_date | periods_a_day |
| ada        | 2026        | 2025-10-01 |               |
| bo         | 2026        | 2025-10-01 | 4             |
"""
TWO_MISSED = """
| student_id | date       | section_id |
| ada        | 2025-10-07 | s1         |
| ada        | 2025-10-07 | s2         |
| bo         | 2025-10-07 | s1         |
| bo         | 2025-10-07 | s2         |
"""
HEADER = "| student_id | school_year | section_id | periods | weekdays | start_date | end_date |"
"""October 7 is a Tuesday, and two periods are missed on it: half a day of four periods or fewer."""


def days(sections: str, periods: Periods = HALF, **policies: object) -> list[dict[str, str]]:
    """Days expected and missed where sections say how many periods a day has."""
    given = {"calendar_days": CALENDAR, "enrollments": ENROLLMENTS, "attendance": TWO_MISSED}
    view = ViewPolicies(periods=periods, has_sections=True, **policies)  # type: ignore[arg-type]  # by name
    records = reader(given | {"section_enrollments": f"{HEADER}\n{sections}", "loads": loads(view)})
    return told(build_snapshot(records, Missed, AS_OF).features)


def section(name: str, periods: str = "", weekdays: str = "", start: str = "2025-10-01", end: str = "") -> str:
    """A section that Ada is in."""
    return f"| ada | 2026 | {name} | {periods} | {weekdays} | {start} | {end} |"


FOUR, FIVE = [section(f"s{n}") for n in range(1, 5)], [section(f"s{n}") for n in range(1, 6)]


SECTIONS: list[tuple[Sequence[str], str]] = [
    ((), "0"),                                                     # none is sent: two of the school's six
    (FOUR, "1"),                                                   # two of four
    (FIVE, "0"),                                                   # two of five
    ((*FOUR, section("s5", end="2025-10-06")), "1"),               # its last day was the day before
    ((*FOUR, section("s5", end="2025-10-07")), "0"),               # it ends on the day
    ((*FOUR, section("s5", start="2025-10-07")), "0"),             # it begins on the day
    ((*FOUR, section("s5", start="2025-10-08")), "1"),             # it begins the day after
    ((*FOUR, section("s5", weekdays="135")), "1"),                 # it does not meet on a Tuesday
    ((*FOUR, section("s5", weekdays="24")), "0"),                  # it does
    ((*FOUR[:3], section("s4", periods="2")), "0"),                # a double period
    ((*FOUR, section("s4", start="2025-10-02")), "1"),             # twice in one section: once
    ((*FOUR, section("s5").replace("2026", "2025").replace("2025-10-01", "2024-10-01")), "1"),  # last year's, left open
]  # fmt: skip


@cache
def missed_by_sections() -> list[tuple[str, str]]:
    """What Ada and Bo missed in each case: as many pairs of one district."""
    view = ViewPolicies(periods=HALF, has_sections=True)
    everyone = {"enrollments": ENROLLMENTS, "attendance": TWO_MISSED}
    cases = [everyone | {"section_enrollments": "\n".join([HEADER, *sections])} for sections, _ in SECTIONS]
    found = features_of_cases({"calendar_days": CALENDAR, "loads": loads(view)}, cases, Missed, AS_OF)
    return [(ada["missed"], bo["missed"]) for ada, bo in found]


@pytest.mark.parametrize("case", range(len(SECTIONS)))
def test_a_day_has_as_many_periods_as_the_students_sections(case: int) -> None:
    """Bo has no section: four periods by the enrollment."""
    assert missed_by_sections()[case] == (SECTIONS[case][-1], "1")


def test_sections_say_nothing_of_attendance_by_day() -> None:
    absent = "| student_id | date |\n| ada | 2025-10-07 |"
    view = ViewPolicies(periods=HALF, has_sections=True)
    drawn = {"calendar_days": CALENDAR, "enrollments": ENROLLMENTS, "attendance": absent, "loads": loads(view)}
    drawn["section_enrollments"] = "\n".join([HEADER, *FOUR])
    found = told(build_snapshot(reader(drawn), Missed, AS_OF).features)
    assert found[0]["missed"] == "1"


SENT = {
    "calendar_days": CALENDAR, "enrollments": ENROLLMENTS, "attendance": TWO_MISSED,
    "section_enrollments": "\n".join([HEADER, *FOUR]),
}  # fmt: skip


def test_sections_of_a_file_are_loaded_and_told(tmp_path: Path) -> None:
    """The figures of `ontrack check` are of the same days."""
    with loaded_records(tmp_path, SENT, attendance={"periods": {"a_day": 6, "whole_day": 0.5}}) as loaded:
        found = build_snapshot(loaded.reader, Missed, AS_OF).features
        assert {student: cell(found["missed"].loc[key]) for student, key in loaded.keys().items()} == {
            "ada": "1", "bo": "1",
        }  # fmt: skip
        assert [month.absent_hundredths for month in months_of(loaded.reader, AS_OF).values()] == [200]
        assert loaded.notes("NOTE44") == ["sections of 1 student: they say how many class periods a day has for them"]


def test_sections_without_a_number_of_periods_change_nothing(tmp_path: Path) -> None:
    """A row of a section then says how much of the day was missed, as before: the views have the queries they had."""
    with loaded_records(tmp_path, SENT) as loaded:
        assert loaded.reader.policies() == ViewPolicies()
        assert loaded.notes("NOTE44") == [
            "sections of 1 student: they say nothing without a_day below [districts.policies.attendance.periods]"
        ]


PART_TIME = """
| student_id | school_year | entry_date | weekdays | expected_hundredths | periods_a_day |
| whole      | 2026        | 2025-10-01 |          |                     |               |
| half       | 2026        | 2025-10-01 |          | 50                  |               |
| own        | 2026        | 2025-10-01 | 24       |                     | 3             |
"""
"""`own` comes on Tuesdays and Thursdays, for three periods; `half` is there for half of the school's six."""


@pytest.mark.parametrize(("periods", "missed"), [
    (Periods(a_day=6), {"whole": "0.33", "half": "0.66", "own": "0.66"}),
    (Periods(a_day=6, whole_day=0.5, half_day=0.25), {"whole": "0.5", "half": "1", "own": "1"}),
])  # fmt: skip
def test_periods_of_part_time_students(periods: Periods, missed: dict[str, str]) -> None:
    """Two periods on Tuesday, and one on Wednesday, which is no day of `own`."""
    lines = [f"| {who} | 2025-10-07 | s{n} |" for who in missed for n in (1, 2)]
    rows = "\n".join(["| student_id | date | section_id |", *lines, "| own | 2025-10-08 | s1 |"])
    view = ViewPolicies(periods=periods, part_time=True)
    drawn = {"calendar_days": CALENDAR, "enrollments": PART_TIME, "attendance": rows, "loads": loads(view)}
    found = told(build_snapshot(reader(drawn), Missed, AS_OF).features)
    assert {row["student_id"]: row["missed"] for row in found} == missed
    assert {row["student_id"]: row["days"] for row in found} == {"whole": "10", "half": "10", "own": "4"}


AT_TWO = """
| student_id | school_id | school_year | entry_date | periods_a_day |
| ada        | 10        | 2026        | 2025-10-01 | 4             |
| ada        | 20        | 2026        | 2025-10-06 | 2             |
"""
AT_BOTH = """
| student_id | school_id | date       | section_id |
| ada        | 10        | 2025-10-02 | a1         |
| ada        | 10        | 2025-10-02 | a2         |
| ada        | 10        | 2025-10-07 | a1         |
| ada        | 10        | 2025-10-07 | a2         |
| ada        | 20        | 2025-10-08 | b1         |
| ada        | 10        | 2025-10-09 | a1         |
| ada        | 10        | 2025-10-09 | a2         |
| ada        | 20        | 2025-10-09 | b1         |
| ada        | 20        | 2025-10-09 | b2         |
| bo         | 20        | 2025-10-08 | b1         |
| bo         | 10        | 2025-10-09 | a1         |
"""


SECTION_AT_TWO = f"""
{HEADER.replace("| school_year", "| school_id | school_year")}
| bo | 20 | 2026 | b1 |  |  | 2025-10-06 |  |
"""


@pytest.mark.parametrize(("concurrent", "periods", "missed"), [
    ("shares", Periods(a_day=6), {"ada": "1.75", "bo": "0.63"}),
    ("shares", Periods(a_day=6, whole_day=0.75), {"ada": "0.5", "bo": "0.5"}),
    ("longer", Periods(a_day=6), {"ada": "1.5", "bo": "0.25"}),
])  # fmt: skip
def test_periods_of_a_student_at_two_schools(concurrent: str, periods: Periods, missed: dict[str, str]) -> None:
    """What a school's periods come to is that school's day; with shares it is its share of the student's.

    Half a day alone, then a quarter, a quarter, and a quarter and a half; Bo has one section at the second school.
    """
    drawn = {
        "calendar_days": stacked(CALENDAR, school_days(FIRST, 10, school_id="20")),
        "enrollments": stacked(AT_TWO, AT_TWO.replace("| ada", "| bo")),
        "attendance": AT_BOTH, "section_enrollments": SECTION_AT_TWO,
    }  # fmt: skip
    view = ViewPolicies(has_overlaps=True, concurrent=concurrent, periods=periods, has_sections=True)  # type: ignore[arg-type]
    records = reader(drawn | {"loads": loads(view)})
    found = build_snapshot(records, Missed, AS_OF).features
    assert {str(student): cell(value) for student, value in found["missed"].items()} == missed
    checked = sum(month.absent_hundredths for month in months_of(records, AS_OF).values())
    assert checked == round(100 * float(found["missed"].sum()))
