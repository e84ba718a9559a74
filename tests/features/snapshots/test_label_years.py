"""Which school years an outcome can be judged on: those before whose first score another year's outcome was known."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from features.definitions.catalog import OUTCOMES
from features.snapshots.label_years import JudgeableYears, judgeable_years
from features.warehouse.reader import Reader
from tests.drawn import reader, rows_of

RECORDS = {
    "marks": """
    | student_id | school_year | term_id | course_id | subject | mark | points_hundredths | credits_earned_hundredths |
    | ada        | 2024        | s1      | c1        | ela     | A    | 400               | 50                        |
    """,
    "attendance": "| student_id | date |\n| ada | 2023-09-01 |",
    "completions": "| student_id | date | kind |\n| ada | 2023-06-10 | diploma |",
}


def calendar(school_years: Iterable[int]) -> str:
    """A school day in September and one in June of each year."""
    days = [(year, day) for year in school_years for day in (f"{year - 1}-09-01", f"{year}-06-10")]
    return "\n".join(["| date | school_year |", *(f"| {day} | {year} |" for year, day in days)])


def semesters(school_years: Iterable[int]) -> str:
    """Two semesters of each year."""
    lines = ["| school_year | term_id | kind | start_date | end_date |"]
    for year in school_years:
        lines.append(f"| {year} | s1 | semester | {year - 1}-09-01 | {year}-01-20 |")
        lines.append(f"| {year} | s2 | semester | {year}-01-21 | {year}-06-10 |")
    return "\n".join(lines)


def warehouse(*school_years: int) -> Reader:
    """A warehouse with the calendars of these school years."""
    return reader({"calendar_days": calendar(school_years), "terms": semesters(school_years), **RECORDS})


def judged(school_years: str, outcome: str, today: date, scored_on: str = "11-20") -> JudgeableYears:
    """What can be judged on a day with the calendars of some school years."""
    years = warehouse(*map(int, school_years.split()))
    return judgeable_years(years, OUTCOMES[outcome], tuple(scored_on.split()), observed_on=today)


@pytest.mark.parametrize(
    "case",
    rows_of("""
| outcome                  | on record      | scored on   | today      | judged on | from       |
| grade9_off_track_chicago | 2024           | 11-20       | 2024-07-09 |           | 2025-07-10 |
| grade9_off_track_chicago | 2024           | 11-20       | 2024-07-10 |           | 2025-07-10 |
| grade9_off_track_chicago | 2024 2025      | 11-20       | 2025-07-09 |           | 2025-07-10 |
| grade9_off_track_chicago | 2024 2025      | 11-20       | 2025-07-10 | 2025      |            |
| grade9_off_track_chicago | 2024 2025 2026 | 11-20       | 2026-07-10 | 2025 2026 |            |
| core_f_next_term_9       | 2024 2025      | 11-20 03-01 | 2025-06-30 |           | 2025-07-01 |
| core_f_next_term_9       | 2024 2025      | 11-20       | 2025-07-01 | 2025      |            |
| left_within_12_months_9  | 2024 2025 2026 | 11-20       | 2025-12-20 |           | 2026-12-20 |
| left_within_12_months_9  | 2024 2025 2026 2027 | 11-20  | 2026-12-20 | 2026      |            |
| left_within_12_months_9  | 2024           | 11-20       | 2024-01-10 |           | 2026-12-20 |
| not_graduated_on_time    | 2024 2025      | 11-20       | 2025-07-01 |           | 2031-08-23 |
"""),
    ids=lambda case: f"{case['outcome']} {case['today']}",
)
def test_a_year_is_judged_by_years_whose_outcome_was_known_before_its_first_score(case: dict[str, str]) -> None:
    found = judged(case["on record"], case["outcome"], date.fromisoformat(case["today"]), case["scored on"])
    assert " ".join(map(str, found.school_years)) == case["judged on"]
    assert str(found.possible_from or "") == case["from"]


def test_two_known_years_are_not_enough_where_the_second_was_scored_before_the_first_was_known() -> None:
    found = judged("2024 2025 2026", "left_within_12_months_9", date(2025, 12, 20))
    assert found.why_none == (
        "school year 2025 was first scored on 2024-11-20, and no earlier year's outcome was known before that day"
    )


def test_without_the_records_an_outcome_rests_on_time_alone_does_not_help() -> None:
    drawn = {"calendar_days": calendar([2020, 2021, 2022, 2023, 2024, 2025]), "marks": RECORDS["marks"]}
    found = judgeable_years(reader(drawn), OUTCOMES["not_graduated_on_time"], ("11-20",), observed_on=date(2025, 9, 1))
    assert (found.why_none, found.possible_from) == ("no completions on record", None)


@pytest.mark.parametrize("outcome", ["grade9_off_track_chicago", "core_f_next_term_9", "left_within_12_months_9"])
def test_what_was_said_ahead_comes_true_on_that_day_and_not_before(outcome: str) -> None:
    """Said with one calendar on record, looked at again with all of them."""
    said = judged("2024", outcome, date(2024, 2, 1)).possible_from
    assert said is not None
    later = "2024 2025 2026 2027"
    assert judged(later, outcome, said).school_years
    assert not judged(later, outcome, said - timedelta(days=1)).school_years
