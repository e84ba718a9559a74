"""Outcomes of a year, of the next term, of twelve months and of four years: at their bounds, and where they are silent.

Ada's records are drawn row by row; what a row leaves out is a student of whom nothing is held against her.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest

from features.definitions.catalog import OUTCOMES
from features.language.cohorts import census_day
from features.language.outcome import Outcome
from features.snapshots.labels import WHEREABOUTS_UNKNOWN, Labels, label_outcome
from features.snapshots.outcome_periods import UNFINISHED
from tests.drawn import cell, reader, rows_of, school_days, stacked

AS_OF = date(2025, 11, 20)
LATER = date(2026, 9, 1)
YEAR = school_days(date(2025, 9, 1), 200)
ENROLLED = """
| student_id | school_year | grade_level | entry_date | exit_date | exit_kind |
| ada        | 2026        | 9           | 2025-09-01 |           |           |
"""
SEMESTERS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2026        | q2      | quarter  | 2025-11-10 | 2026-01-23 | 2025-07-01 |
| 2026        | s1      | semester | 2025-09-01 | 2026-01-23 | 2025-07-01 |
| 2026        | s2      | semester | 2026-01-26 | 2026-06-05 | 2025-07-01 |
| 2026        | summer  | summer   | 2026-06-15 | 2026-07-15 | 2025-07-01 |
"""
POINTS = {"A": 400, "B": 300, "C": 200, "D": 100, "F": 0}


def told(drawn: Mapping[str, str], outcome: Outcome, *, as_of: date = AS_OF, observed_on: date = LATER) -> Labels:
    """The labels of drawn records over a year of 200 school days."""
    records = {"calendar_days": YEAR, "enrollments": ENROLLED, "terms": SEMESTERS, **drawn}
    return label_outcome(reader(records), outcome, as_of, observed_on=observed_on)


def label_of(drawn: Mapping[str, str], outcome: Outcome, *, as_of: date = AS_OF, observed_on: date = LATER) -> str:
    """Ada's label, or why she has none."""
    labels = told(drawn, outcome, as_of=as_of, observed_on=observed_on)
    return cell(labels.off_track["ada"]) or str(labels.missing_because["ada"])


def absences(days: int, *, last_to_first: bool = False) -> str:
    """Whole days missed, from the first school day on, or from the last one back."""
    year = [row["date"] for row in rows_of(YEAR)]
    chosen = year[-days:] if last_to_first else year[:days]
    return "| student_id | date |\n" + "\n".join(f"| ada | {day} |" for day in chosen if days)


def finals(given: str, *, term: str = "s1", known_on: str = "2026-06-05") -> str:
    """Final marks written `ela:B math:C`, half a credit each."""
    lines = [
        "| student_id | school_year | term_id | course_id | subject | mark | points_hundredths "
        "| credits_earned_hundredths | known_on |"
    ]
    for subject, mark in (one.split(":") for one in given.split()):
        lines.append(
            f"| ada | 2026 | {term} | {subject} | {subject} | {mark} | {POINTS[mark]} | {50 * (mark != 'F')} "
            f"| {known_on} |"
        )
    return "\n".join(lines)


SUSPENSION = """
| incident_id | student_id | date       | action               | days_removed_hundredths |
| i1          | ada        | 2026-03-02 | in_school_suspension | 100                     |
"""


@pytest.mark.parametrize(("marks", "missed", "suspended", "label"), [
    ("ela:B math:C", 8, False, "false"),    # a 2.5 average exactly, 96 % exactly
    ("ela:B math:C", 9, False, "true"),     # 95.5 %
    ("ela:C math:C", 0, False, "true"),     # a 2.0 average
    ("ela:D math:A", 0, False, "true"),     # a 2.5 average, and a D in English
    ("ela:A math:F", 0, False, "true"),
    ("ela:A math:A science:F", 0, False, "false"),  # an F elsewhere only lowers the average, to 2.7
    ("ela:A math:A", 0, True, "true"),
    ("science:A art:A", 0, False, "the records do not tell"),  # no mark in English or in math
    ("science:A art:A", 0, True, "true"),   # nothing that could still be told would change it
])  # fmt: skip
def test_core_readiness_in_grade_8(marks: str, missed: int, suspended: bool, label: str) -> None:
    drawn = {"enrollments": ENROLLED.replace("| 9  ", "| 8  "), "marks": finals(marks), "attendance": absences(missed)}
    drawn |= {"discipline_actions": SUSPENSION} if suspended else {}
    assert label_of(drawn, OUTCOMES["grade8_not_ready_core"]) == label


@pytest.mark.parametrize(("marks", "missed", "label"), [
    ("ela:B math:B", 8, "false"),           # a 3.0 average exactly
    ("ela:B math:B", 9, "true"),
    ("ela:A math:C science:C", 0, "true"),  # a 2.7 average
    ("ela:A math:D", 0, "true"),
    ("ela:B math:B art:A", 0, "false"),
])  # fmt: skip
def test_the_ew_framework_in_grade_9(marks: str, missed: int, label: str) -> None:
    assert label_of({"marks": finals(marks), "attendance": absences(missed)}, OUTCOMES["grade9_off_track_ew"]) == label


def test_an_outcome_is_not_judged_on_a_year_whose_final_marks_do_not_tell_the_credits_that_it_adds_up() -> None:
    """Else only those with two Fs had a label: all of them off track."""
    chicago, told_of = OUTCOMES["grade9_off_track_chicago"], finals("ela:F math:F science:A")
    assert label_of({"marks": told_of}, chicago) == "true"
    untold = told_of.replace("credits_earned_hundredths", "course_name")
    assert label_of({"marks": untold}, chicago) == "no credits earned with the final marks on record of 2026"
    assert label_of({"marks": untold}, OUTCOMES["grade9_off_track_ew"]) == "true"


def test_summer_school_comes_too_late_to_be_on_track() -> None:
    """Five credits with those of the summer, four and a half without."""
    half = "ela:C math:C science:C social_science:C art:C"
    nine = stacked(finals(half), finals(half.removesuffix(" art:C"), term="s2"))
    chicago = OUTCOMES["grade9_off_track_chicago"]
    assert label_of({"marks": stacked(nine, finals("art:C", term="s2"))}, chicago) == "false"
    assert label_of({"marks": stacked(nine, finals("art:C", term="summer", known_on="2026-06-20"))}, chicago) == "true"


@pytest.mark.parametrize(("missed", "label"), [(19, "false"), (20, "true"), (200, "too little on record to judge")])
def test_chronic_absence_by_the_end_of_the_year(missed: int, label: str) -> None:
    """Exactly a tenth of 200 days is chronic; of a student who never came, nothing is said."""
    assert label_of({"attendance": absences(missed)}, OUTCOMES["chronic_absence_9"]) == label


@pytest.mark.parametrize(("entered", "label"), [("2025-11-20", "true"), ("2026-04-24", "true"), ("2026-04-27", "")])
def test_chronic_absence_asks_for_more_than_30_days(entered: str, label: str) -> None:
    """Of 31 days 25 were missed, and of 30; who comes after the as-of date is in a later one's cohort."""
    drawn = {"enrollments": ENROLLED.replace("2025-09-01", entered), "attendance": absences(25, last_to_first=True)}
    found = label_of(drawn, OUTCOMES["chronic_absence_9"], as_of=max(AS_OF, date.fromisoformat(entered)))
    assert found == (label or "too little on record to judge")


@pytest.mark.parametrize(("marks", "label"), [
    (finals("ela:F", term="s1"), "the records do not tell"),
    (stacked(finals("ela:F", term="s1"), finals("ela:C", term="s2")), "false"),
    (stacked(finals("ela:C", term="s1"), finals("ela:F", term="s2")), "true"),
    (stacked(finals("ela:C", term="s1"), finals("art:F", term="s2")), "the records do not tell"),
    (finals("ela:F", term="s2", known_on="2026-06-26"), "true"),
    (finals("ela:F", term="s2", known_on="2026-06-27"), "the records do not tell"),
    (stacked(finals("ela:C", term="s2"), finals("math:F", term="summer", known_on="2026-06-20")), "false"),
])  # fmt: skip
def test_a_core_f_in_the_term_that_begins_next(marks: str, label: str) -> None:
    """Neither the running semester nor the summer counts; marks are in three weeks after the term ends."""
    assert label_of({"marks": marks}, OUTCOMES["core_f_next_term_9"]) == label


def test_no_term_begins_after_the_last_one() -> None:
    """In spring nothing can be said of a next term of the year."""
    found = label_of({"marks": finals("ela:F")}, OUTCOMES["core_f_next_term_9"], as_of=date(2026, 2, 20))
    assert found == "no marking term begins after the as-of date in its school year"


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


@pytest.mark.parametrize("row", rows_of(EXITS), ids=lambda row: f"{row['exit date']} {row['kind']} {row['back']}")
def test_leaving_within_twelve_months(row: Mapping[str, str]) -> None:
    """To the day; who does not come back in the next school year, and is not said to have left, is lost, not there."""
    year = "2027" if row["exit date"] > "2026-07" else "2026"
    entry = "2026-09-07" if year == "2027" else "2025-09-01"
    lines = ["| student_id | school_year | grade_level | entry_date | exit_date | exit_kind | known_on |"]
    lines.append(f"| ada | {year} | 10 | {entry} | {row['exit date']} | {row['kind']} | 2025-09-01 |")
    if year == "2027":
        lines.append("| ada | 2026 | 10 | 2025-09-01 | | | 2025-09-01 |")
    if row["back"]:
        back = "2027" if row["back"] > "2026-07" else "2026"
        lines.append(f"| ada | {back} | 10 | {row['back']} | | | {row['back']} |")
    drawn = {"calendar_days": NEXT_YEAR, "enrollments": "\n".join(lines)}
    found = label_of(drawn, OUTCOMES["left_within_12_months_10_12"], observed_on=date(2027, 1, 1))
    assert found == {"LOST": WHEREABOUTS_UNKNOWN}.get(row["label"], row["label"])


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


@pytest.mark.parametrize("row", rows_of(GRADUATION), ids=lambda row: "-".join(row.values()))
def test_a_diploma_within_four_years(row: Mapping[str, str]) -> None:
    """First-time ninth graders of 2021-22; transfers out are left out, early graduates are in."""
    lines = ["| student_id | school_year | grade_level | entry_date | exit_date | exit_kind | known_on |"]
    for year in range(2022, int(row["last year"]) + 1):
        ended = f"{row['exit date']} | {row['kind']}" if year == int(row["last year"]) else " | "
        lines.append(f"| ada | {year} | {9 + year - 2022} | {year - 1}-09-04 | {ended} | {year - 1}-09-04 |")
    done = ["| student_id | date | kind |", "| bo | 2022-06-01 | diploma |"]
    done += [f"| ada | {row['diploma']} | diploma |"] if row["diploma"] else []
    done += ["| ada | 2025-06-01 | certificate |"] if row["other"] else []
    drawn = {"calendar_days": FOUR_YEARS, "enrollments": "\n".join(lines), "completions": "\n".join(done)}
    outcome = OUTCOMES["not_graduated_on_time"]
    found = label_of(drawn, outcome, as_of=date(2021, 11, 20), observed_on=date(2026, 1, 1))
    assert found == {"LOST": WHEREABOUTS_UNKNOWN}.get(row["label"], row["label"])


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


@pytest.mark.parametrize(
    ("year", "day"), [(2025, date(2024, 10, 2)), (2026, date(2025, 10, 1)), (2027, date(2026, 10, 7))]
)
def test_census_day_is_the_first_wednesday_in_october(year: int, day: date) -> None:
    assert census_day(year) == day


@pytest.mark.parametrize(("entry", "as_of", "judged"), [
    ("2025-10-01", AS_OF, True),
    ("2025-10-02", AS_OF, False),
    ("2025-09-22", date(2025, 9, 30), True),
])  # fmt: skip
def test_an_outcome_of_census_day_is_about_those_enrolled_then(entry: str, as_of: date, judged: bool) -> None:
    """A student who came a day later is not in the cohort; before census day, everyone is."""
    drawn = {"enrollments": ENROLLED.replace("2025-09-01", entry), "marks": finals("ela:A math:A")}
    assert ("ada" in told(drawn, OUTCOMES["grade9_off_track_ew"], as_of=as_of).off_track.index) is judged
