"""Of whom too little is on record yet: few days of this school year, and none of a year before."""

from datetime import date

import pytest

from features.definitions.grade9 import NinthGrade
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader, school_days, stacked

DRAWN = {
    "calendar_days": stacked(school_days(date(2024, 9, 2), 150, school_year=2025), school_days(date(2025, 9, 1), 150)),
    "enrollments": """
    | student_id | school_year | grade_level | entry_date |
    | known      | 2025        | 8           | 2024-09-02 |
    | known      | 2026        | 9           | 2025-09-01 |
    | new        | 2026        | 9           | 2025-09-01 |
    """,
}


@pytest.fixture(scope="module")
def records() -> Reader:
    return reader(DRAWN)


@pytest.mark.parametrize(
    ("day", "days", "scorable"),
    [(date(2025, 9, 1), 1, ["known"]), (date(2025, 9, 11), 9, ["known"]), (date(2025, 9, 12), 10, ["known", "new"])],
)
def test_a_student_with_an_earlier_year_has_a_basis_from_the_first_day_on(
    records: Reader, day: date, days: int, scorable: list[str]
) -> None:
    """One who is new has none before the tenth school day."""
    found = build_snapshot(records, NinthGrade, day)
    assert set(found.school_days) == {days}
    assert sorted(found.days_before.tolist()) == [0, 150]
    assert list(found.is_scorable.index[found.is_scorable]) == scorable
