"""Exit day: the last day enrolled or the first day gone, and rows of students who never came."""

from datetime import date
from pathlib import Path

import pytest

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments
from features.snapshots.snapshot import build_snapshot
from tests.drawn import cell, rows_of, school_days
from tests.spec.loaded_records import LoadedRecords, loaded_records

AS_OF = date(2025, 10, 14)


class Days(FeatureSet):
    """School days and schools."""

    name = "days"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    schools = Feature(enrollments.schools(), because="{} schools")


MOVES = """
| student_id | school_year | school_id | entry_date | exit_date  | exit_kind    |
| ada        | 2026        | 10        | 2025-10-01 | 2025-10-07 | moved_school |
| ada        | 2026        | 20        | 2025-10-08 |            |              |
| bo         | 2026        | 10        | 2025-10-01 | 2025-10-01 | unknown      |
| bo         | 2026        | 20        | 2025-10-02 |            |              |
| cy         | 2026        | 20        | 2025-10-01 |            |              |
"""
CALENDAR = "\n".join(
    [
        school_days(date(2025, 10, 1), 10),
        *school_days(date(2025, 10, 1), 10, school_id="20").splitlines()[1:],
    ]
)
DRAWN = {"calendar_days": CALENDAR, "enrollments": MOVES}


def days_of(loaded: LoadedRecords) -> list[dict[str, str]]:
    """Each student's days and schools."""
    found = build_snapshot(loaded.reader, Days, AS_OF).features
    return [
        {"student_id": student, **{name: cell(found[name].loc[key]) for name in ("days", "schools")}}
        for student, key in sorted(loaded.keys().items())
        if key in found.index
    ]


EXIT_DAYS = {
    "last_day": """
    | student_id | days | schools |
    | ada        | 10   | 2       |
    | bo         | 10   | 2       |
    | cy         | 10   | 1       |
    """,
    "first_day_gone": """
    | student_id | days | schools |
    | ada        | 9    | 2       |
    | bo         | 9    | 1       |
    | cy         | 10   | 1       |
    """,
}


@pytest.mark.parametrize("exit_date", EXIT_DAYS)
def test_the_day_of_an_exit_date_is_the_last_enrolled_or_the_first_gone(exit_date: str, tmp_path: Path) -> None:
    """Ada's move on October 7 costs a day where that is the first day gone; Bo then never was at school 10."""
    with loaded_records(tmp_path, DRAWN, enrollment={"exit_date": exit_date}) as loaded:
        assert days_of(loaded) == rows_of(EXIT_DAYS[exit_date])
        assert bool(loaded.report.policies) == (exit_date == "first_day_gone")


def test_the_report_says_the_policy_and_counts_who_was_gone_on_the_day_of_entry(tmp_path: Path) -> None:
    with loaded_records(tmp_path, DRAWN, enrollment={"exit_date": "first_day_gone"}) as loaded:
        assert loaded.report.policies == (
            "an exit date is the first day gone: the day before it is the last day enrolled",
        )
        assert loaded.notes("NOTE11") == ["1 row left out: a first day gone that is the day of entry"]
        assert (loaded.report.counts("left_out")["enrollments"], loaded.report.counts("read")["enrollments"]) == (1, 5)


def test_an_exit_code_that_means_never_came_leaves_the_row_out(tmp_path: Path) -> None:
    with loaded_records(tmp_path, DRAWN, enrollment={"never_came": ["unknown"]}) as loaded:
        assert loaded.notes("NOTE11") == ["1 row left out: an exit code that means the student never came"]
        assert loaded.report.counts("left_out")["enrollments"] == 1
        expected = """
        | student_id | days | schools |
        | ada        | 10   | 2       |
        | bo         | 9    | 1       |
        | cy         | 10   | 1       |
        """
        assert days_of(loaded) == rows_of(expected)


def test_a_row_that_takes_an_enrollment_back_is_not_told_as_left_out(tmp_path: Path) -> None:
    """Bo was on the roster from October 1, and on October 3 was known never to have come."""
    moves = """
    | student_id | school_year | school_id | entry_date | exit_date  | exit_kind | known_on   |
    | bo         | 2026        | 10        | 2025-10-01 |            |           | 2025-10-01 |
    | bo         | 2026        | 10        | 2025-10-01 | 2025-10-01 | unknown   | 2025-10-03 |
    | cy         | 2026        | 20        | 2025-10-01 |            |           | 2025-10-01 |
    """
    drawn = {"calendar_days": CALENDAR, "enrollments": moves}
    with loaded_records(tmp_path, drawn, enrollment={"never_came": ["unknown"]}) as loaded:
        assert loaded.notes("NOTE11") == [
            "1 row taken to withdraw what another row says: an exit code that means the student never came"
        ]
        assert loaded.report.counts("left_out")["enrollments"] == 0
        assert [row["student_id"] for row in days_of(loaded)] == ["cy"]
