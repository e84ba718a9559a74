"""Outcomes of twelve months and of four years: at their bounds, and where they are silent.

Ada's records are drawn row by row; what a row leaves out is a student of whom nothing is held against her.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

import pandas as pd
import pytest

from features.definitions.catalog import OUTCOMES
from features.snapshots.labels import WHEREABOUTS_UNKNOWN
from features.snapshots.outcome_periods import UNFINISHED
from tests.drawn import rows_of, school_days, stacked
from tests.spec.cases_together import Drawings
from tests.spec.test_outcome_horizons import ENROLLED, SHARED, YEAR, label_of, labels_of, told

NEXT_YEAR = stacked(YEAR, school_days(date(2026, 9, 7), 200, school_year=2027))
EXITS = """
| exit date  | kind         | back       | label                                |
|            |              | 2026-09-07 | false                                |
| 2026-02-02 | left         |            | true                                 |
| 2026-02-02 | left         | 2026-03-02 | LOST                                 |
| 2026-02-02 | left         | 2026-09-07 | false                                |
| 2026-11-20 | left         |            | true                                 |
| 2026-11-21 | left         |            | false                                |
| 2026-02-02 | transferred  |            | went elsewhere                       |
| 2026-02-02 | deceased     |            | died                                 |
| 2026-02-02 | unknown      |            | LOST                                 |
| 2026-02-02 | completed    |            | false                                |
| 2026-06-05 |              |            | LOST                                 |
|            |              |            | LOST                                 |
"""


LEAVERS = rows_of(EXITS)
WORDS = {"LOST": WHEREABOUTS_UNKNOWN}


def leaver(row: Mapping[str, str]) -> str:
    """The enrollments of a row's student."""
    year = "2027" if row["exit date"] > "2026-07" else "2026"
    entry = "2026-09-07" if year == "2027" else "2025-09-01"
    lines = ["| student_id | school_year | grade_level | entry_date | exit_date | exit_kind | known_on |"]
    lines.append(f"| ada | {year} | 10 | {entry} | {row['exit date']} | {row['kind']} | 2025-09-01 |")
    if year == "2027":
        lines.append("| ada | 2026 | 10 | 2025-09-01 | | | 2025-09-01 |")
    if row["back"]:
        back = "2027" if row["back"] > "2026-07" else "2026"
        lines.append(f"| ada | {back} | 10 | {row['back']} | | | {row['back']} |")
    return "\n".join(lines)


@cache
def leavers() -> list[str]:
    """The labels of all rows."""
    drawn, shared = [{"enrollments": leaver(row)} for row in LEAVERS], {**SHARED, "calendar_days": NEXT_YEAR}
    return labels_of(drawn, "left_within_12_months_10_12", shared, observed_on=date(2027, 1, 1))


@pytest.mark.parametrize("case", range(len(LEAVERS)), ids=lambda case: "-".join(LEAVERS[case].values()))
def test_leaving_within_twelve_months(case: int) -> None:
    """To the day; who does not come back in the next school year, and is not said to have left, is lost, not there."""
    label = LEAVERS[case]["label"]
    assert leavers()[case] == WORDS.get(label, label)


def test_twelve_months_need_the_next_years_calendar() -> None:
    """Without it nobody could have come back."""
    drawn = {"enrollments": ENROLLED.replace("| 9  ", "| 10 ")}
    found = label_of(drawn, OUTCOMES["left_within_12_months_10_12"], observed_on=date(2027, 1, 1))
    assert found == "the calendar on record ends on 2026-06-05, and what counts is up to 2026-11-20"


FOUR_YEARS = stacked(
    *(school_days(date(year - 1, 9, 4), 180, school_year=year) for year in range(2022, 2027))
)  # fmt: skip
GRADUATION = """
| last year | exit date  | kind        | diploma    | other       | label          |
| 2025      |            |             | 2025-06-01 |             | false          |
| 2025      | 2025-06-01 | completed   | 2025-06-01 |             | false          |
| 2025      |            |             | 2025-07-27 |             | false          |
| 2025      |            |             | 2025-07-28 |             | true           |
| 2026      |            |             |            |             | true           |
| 2025      | 2025-02-03 | left        |            |             | true           |
| 2023      | 2023-02-03 | left        |            |             | true           |
| 2023      | 2023-02-03 | transferred |            |             | went elsewhere |
| 2025      | 2025-02-03 | deceased    |            |             | died           |
| 2024      |            |             | 2024-06-01 |             | false          |
| 2024      |            |             |            |             | LOST           |
| 2025      | 2025-06-01 | completed   |            | certificate | true           |
"""


GRADUATES = rows_of(GRADUATION)


def graduate(row: Mapping[str, str]) -> Drawings:
    """The records of a row's student."""
    lines = ["| student_id | school_year | grade_level | entry_date | exit_date | exit_kind | known_on |"]
    for year in range(2022, int(row["last year"]) + 1):
        ended = f"{row['exit date']} | {row['kind']}" if year == int(row["last year"]) else " | "
        lines.append(f"| ada | {year} | {9 + year - 2022} | {year - 1}-09-04 | {ended} | {year - 1}-09-04 |")
    done = ["| student_id | date | kind |", "| bo | 2022-06-01 | diploma |"]
    done += [f"| ada | {row['diploma']} | diploma |"] if row["diploma"] else []
    done += ["| ada | 2025-06-01 | certificate |"] if row["other"] else []
    return {"enrollments": "\n".join(lines), "completions": "\n".join(done)}


@cache
def graduates() -> list[str]:
    """The labels of all rows."""
    drawn, shared = [graduate(row) for row in GRADUATES], {**SHARED, "calendar_days": FOUR_YEARS}
    observed_on = date(2026, 1, 1)
    return labels_of(drawn, "not_graduated_on_time", shared, as_of=date(2021, 11, 20), observed_on=observed_on)


@pytest.mark.parametrize("case", range(len(GRADUATES)), ids=lambda case: "-".join(GRADUATES[case].values()))
def test_a_diploma_within_four_years(case: int) -> None:
    """First-time ninth graders of 2021-22; transfers out are left out, early graduates are in."""
    label = GRADUATES[case]["label"]
    assert graduates()[case] == WORDS.get(label, label)


def test_with_too_few_years_graduation_cannot_be_judged_yet() -> None:
    """And it says from when on: 75 days after the end of the fourth year, which is not on the calendar yet."""
    labels = told({}, OUTCOMES["not_graduated_on_time"])
    assert set(labels.missing_because) == {UNFINISHED}
    assert labels.horizon == date(2029, 6, 4) + pd.Timedelta(days=75)


def test_without_any_completion_on_record_nobody_failed_to_graduate() -> None:
    """The district does not send them: that is not the students' failing."""
    drawn = {"calendar_days": FOUR_YEARS, "enrollments": ENROLLED.replace("2026", "2022").replace("2025", "2021")}
    found = label_of(drawn, OUTCOMES["not_graduated_on_time"], as_of=date(2021, 11, 20), observed_on=date(2026, 1, 1))
    assert found == "no completions on record"
