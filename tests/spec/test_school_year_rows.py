"""A row of enrollments belongs to its school year; of two stints with one entry date a declared rule takes one."""

from datetime import date
from pathlib import Path

import pytest

from features.ingest.findings import DataRefused
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments
from features.snapshots.snapshot import build_snapshot
from tests.drawn import cell, rows_of, school_days, stacked
from tests.spec.loaded_records import LoadedRecords, loaded_records


class TwoYears(FeatureSet):
    """School days of two years."""

    name = "two_years"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    rate_before = Feature(attendance.previous_year().share_absent(), because="missed {:.0%} last year")
    years = Feature(enrollments.ever().school_years(), because="{} years")
    late = Feature(enrollments.days_late(), because="{} days late")


CALENDAR = stacked(school_days(date(2025, 3, 3), 10, school_year=2025), school_days(date(2025, 9, 1), 10))
FROZEN = """
| student_id | school_year | grade_level | entry_date | known_on   |
| ada        | 2024        | 7           | 2014-08-01 | 2023-09-01 |
| ada        | 2025        | 8           | 2014-08-01 | 2025-03-03 |
| ada        | 2026        | 9           | 2014-08-01 | 2025-09-01 |
| bo         | 2025        | 8           | 2025-03-14 | 2025-03-14 |
| bo         | 2026        | 9           | 2025-03-14 | 2025-09-01 |
| cy         | 2026        | 9           | 2025-07-20 | 2025-07-20 |
| di         | 2026        | 9           | 2025-09-02 | 2025-09-02 |
"""
ABSENT = """
| student_id | date       |
| ada        | 2025-03-04 |
| bo         | 2025-03-14 |
"""
NAMES = ("days", "rate_before", "years", "late")


def told_of(loaded: LoadedRecords) -> list[dict[str, str]]:
    """Each student's days."""
    found = build_snapshot(loaded.reader, TwoYears, date(2025, 9, 12)).features
    return [
        {"student_id": student, **{name: cell(found[name].loc[key]) for name in NAMES}}
        for student, key in sorted(loaded.keys().items())
        if key in found.index
    ]


def test_an_entry_date_that_each_year_repeats_counts_from_the_first_day_of_each_year(tmp_path: Path) -> None:
    """Ada's three years are three; Bo's entry on the last day of the year before is kept in that year alone.

    The entry of the summer stays as it is, and one within the year is late by a day.
    """
    drawn = {"calendar_days": CALENDAR, "enrollments": FROZEN, "attendance": ABSENT}
    expected = """
    | student_id | days | rate_before | years | late |
    | ada        | 10   | 0.1         | 3     | 0    |
    | bo         | 10   | 1           | 2     | 0    |
    | cy         | 10   |             | 1     | 0    |
    | di         | 9    |             | 1     | 1    |
    """
    with loaded_records(tmp_path, drawn) as loaded:
        assert told_of(loaded) == rows_of(expected)
        (note,) = loaded.notes("NOTE12")
        assert note.startswith("4 rows of enrollments entered before their school year")


NO_SHOWS = """
| student_id | school_year | entry_date | exit_date  |
| ada        | 2026        | 2025-08-01 | 2025-08-29 |
| bo         | 2026        | 2025-09-01 | 2025-08-20 |
| cy         | 2026        | 2025-09-01 | 2025-09-01 |
| di         | 2026        | 2025-09-01 |            |
"""


def test_an_exit_before_the_first_day_of_school_is_no_enrollment(tmp_path: Path) -> None:
    """Bo's exit before his entry is a no-show too, and waits in no quarantine; Cy was there for a day."""
    with loaded_records(tmp_path, {"calendar_days": CALENDAR, "enrollments": NO_SHOWS}) as loaded:
        assert loaded.notes("NOTE11") == ["2 rows left out: an exit before the first day of the school's year"]
        assert loaded.report.counts("left_out")["enrollments"] == 2
        assert loaded.report.quarantine == ()
        assert len(loaded.reader.current("enrollments")) == 2


STINTS = """
| student_id | school_year | entry_date | exit_date  | exit_kind    |
| ada        | 2026        | 2025-09-01 |            |              |
| ada        | 2026        | 2025-09-01 | 2025-09-03 | moved_school |
| bo         | 2026        | 2025-09-01 | 2025-09-10 | transferred  |
| bo         | 2026        | 2025-09-01 | 2025-09-03 | moved_school |
| cy         | 2026        | 2025-09-01 | 2025-09-03 | moved_school |
| cy         | 2026        | 2025-09-01 |            |              |
| cy         | 2026        | 2025-09-01 | 2025-09-10 | transferred  |
"""
WHICH = {
    "longer": {"ada": "", "bo": "2025-09-10", "cy": ""},
    "latest": {"ada": "2025-09-03", "bo": "2025-09-03", "cy": "2025-09-10"},
}


@pytest.mark.parametrize("rule", WHICH)
def test_of_two_stints_with_one_entry_date_the_declared_one_counts(rule: str, tmp_path: Path) -> None:
    drawn = {"calendar_days": CALENDAR, "enrollments": STINTS}
    with loaded_records(tmp_path, drawn, enrollment={"same_entry": rule}) as loaded:
        names = {key: student for student, key in loaded.keys().items()}
        rows = loaded.reader.current("enrollments")
        ends = rows["exit_date"].dt.strftime("%Y-%m-%d").fillna("")
        assert {names[key]: end for key, end in zip(rows["student_key"], ends, strict=True)} == WHICH[rule]
        assert bool(loaded.notes("NOTE13")) == (rule == "longer")


def test_two_stints_wait_in_quarantine_where_that_is_declared(tmp_path: Path) -> None:
    """So do seven rows of three students here, of whom none is left."""
    drawn = {"calendar_days": CALENDAR, "enrollments": STINTS}
    with (
        pytest.raises(DataRefused, match=r"ROW07 .*7 rows"),
        loaded_records(tmp_path, drawn, enrollment={"same_entry": "quarantine"}),
    ):
        pass


LAST_LOADED = """
| student_id | school_year | entry_date | exit_date  | exit_kind    | known_on   |
| ada        | 2026        | 2025-09-01 |            |              | 2025-09-01 |
| ada        | 2026        | 2025-09-01 | 2025-09-03 | unknown      | 2025-09-05 |
| bo         | 2026        | 2025-09-01 |            |              | 2025-09-01 |
"""


def test_a_no_show_that_became_known_later_takes_the_enrollment_back(tmp_path: Path) -> None:
    """Ada seemed to be enrolled until it was known that she never came."""
    drawn = {"calendar_days": CALENDAR, "enrollments": LAST_LOADED}
    with loaded_records(tmp_path, drawn, enrollment={"never_came": ["unknown"]}) as loaded:
        assert len(loaded.reader.current("enrollments")) == 1
