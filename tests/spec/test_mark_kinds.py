"""Lines without a mark, credit from elsewhere and courses that make up for others: what counts as a failed course."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import pytest

from features.language.feature_set import Feature, FeatureSet, enrolled, marks, marks_not_given
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, told
from tests.spec.cases_together import features_of_cases

AS_OF = date(2025, 12, 1)
CALENDAR = school_days(date(2025, 9, 1), 60)
ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-09-01 |
"""


class Kinds(FeatureSet):
    """Marks of every kind."""

    name = "kinds"
    cohort = enrolled(9)
    now = Feature(marks.latest().failing(), because="fails {:.0f} courses now")
    failed = Feature(marks.final().failing(), because="failed {:.0f} courses")
    open_fs = Feature(marks.ever().final().unrecovered().failing(), because="{:.0f} Fs not made up")
    gpa = Feature(marks.final().gpa(), because="{:.2f} points")
    earned = Feature(marks.final().credits_earned(), because="earned {:.2f} credits")
    awaited = Feature(marks_not_given.count(), because="{:.0f} lines without a mark")


def kinds(drawn: str, as_of: date = AS_OF) -> list[dict[str, str]]:
    """The features of the drawn marks."""
    records = reader({"calendar_days": CALENDAR, "enrollments": ENROLLED, "marks": drawn})
    return told(build_snapshot(records, Kinds, as_of).features)


def kinds_of(drawn: Sequence[str]) -> list[dict[str, str]]:
    """The features of Ada with each of these marks: as many students of one district."""
    cases = [{"enrollments": ENROLLED, "marks": marks} for marks in drawn]
    return [row for (row,) in features_of_cases({"calendar_days": CALENDAR}, cases, Kinds, AS_OF)]


def test_a_line_without_a_mark_is_no_f_and_one_of_a_course_left_awaits_none() -> None:
    drawn = """
    | student_id | school_year | term_id | course_id | mark | mark_status | credits_earned_hundredths | known_on   |
    | ada        | 2026        | s1      | alg       |      | incomplete  |                           | 2025-11-10 |
    | ada        | 2026        | s1      | bio       |      | withdrawn   |                           | 2025-11-10 |
    | ada        | 2026        | s1      | civ       |      | audit       |                           | 2025-11-10 |
    | ada        | 2026        | s1      | art       |      | not_given   |                           | 2025-11-10 |
    | ada        | 2026        | s1      | pe        |      |             |                           | 2025-11-10 |
    | ada        | 2026        | s1      | eng       | F    |             | 0                         | 2025-11-10 |
    """
    expected = """
    | student_id | now | failed | open_fs | gpa | earned | awaited |
    | ada        | 1   | 1      | 1       |     | 0      | 3       |
    """
    assert kinds(drawn) == rows_of(expected)


def test_an_f_in_progress_is_gone_once_the_course_was_left() -> None:
    """Known on the day on which the line came, and not one day before; taken up again, the course counts again."""
    drawn = """
    | student_id | school_year | term_id | course_id | mark_kind | mark | mark_status | known_on   |
    | ada        | 2026        | q1      | alg       | progress  | F    |             | 2025-10-10 |
    | ada        | 2026        | q2      | alg       | progress  |      | withdrawn   | 2025-11-10 |
    | ada        | 2026        | q3      | alg       | progress  | F    |             | 2025-11-20 |
    """
    assert [kinds(drawn, day)[0]["now"] for day in (date(2025, 11, 9), date(2025, 11, 10))] == ["1", ""]
    assert [kinds(drawn, day)[0]["now"] for day in (date(2025, 11, 19), date(2025, 11, 20))] == ["", "1"]


ELSEWHERE = """
| student_id | school_year | term_id | course_id | mark | points_hundredths | credit_kind | credits_earned_hundredths |
| ada        | 2026        | s1      | alg       | F    | 0                 | {kind}      | 0                         |
| ada        | 2026        | s1      | bio       | B    | 300               | {kind}      | 100                       |
"""


def test_credit_from_elsewhere_counts_and_a_course_failed_there_was_not_failed_here() -> None:
    expected = {"transfer": ("0", "3"), "exam": ("0", "3"), "course": ("1", "1.5"), "": ("1", "1.5")}
    found = kinds_of([ELSEWHERE.format(kind=kind) for kind in expected])
    assert [(row["failed"], row["gpa"]) for row in found] == list(expected.values())
    assert [row["earned"] for row in found] == ["1"] * len(expected)


RECOVERY = """
| student_id | school_year | term_id | course_id | mark | recovers_course_id | credit_kind | known_on   |
| ada        | 2026        | s1      | alg       | F    |                    |             | 2025-10-10 |
"""
MADE_UP = {
    "by its own id": ("| ada | 2026 | s2 | alg | D | | | 2025-11-10 |", "0"),
    "by another id, where so said": ("| ada | 2026 | s2 | algr | C | alg | | 2025-11-10 |", "0"),
    "by another id, of which nothing is said": ("| ada | 2026 | s2 | algr | C | | | 2025-11-10 |", "1"),
    "by a course for another one": ("| ada | 2026 | s2 | algr | C | bio | | 2025-11-10 |", "1"),
    "failed again in the course that would make up for it": (
        "| ada | 2026 | s2 | algr | F | alg | | 2025-11-10 |",
        "2",
    ),
    "at another school": ("| ada | 2026 | s2 | algr | C | alg | transfer | 2025-11-10 |", "0"),
    "by an exam for credit": ("| ada | 2026 | s2 | alg | P | | exam | 2025-11-10 |", "0"),
    "not known yet": ("| ada | 2026 | s2 | algr | C | alg | | 2025-12-02 |", "1"),
    "passed before it was failed": ("| ada | 2026 | s1 | algr | C | alg | | 2025-10-09 |", "1"),
}


@cache
def made_up() -> Mapping[str, str]:
    """The Fs that are left of each case."""
    found = kinds_of([RECOVERY + line for line, _ in MADE_UP.values()])
    return dict(zip(MADE_UP, (row["open_fs"] for row in found), strict=True))


@pytest.mark.parametrize("case", MADE_UP)
def test_a_failed_course_is_made_up_by_passing_it_or_the_one_that_recovers_it(case: str) -> None:
    assert made_up()[case] == MADE_UP[case][1]


def test_a_course_that_recovers_and_was_failed_is_made_up_by_the_first_one_too() -> None:
    drawn = (
        RECOVERY + "| ada | 2026 | s2 | algr | F | alg | | 2025-11-10 |\n| ada | 2026 | s3 | alg | C | | | 2025-11-20 |"
    )
    assert kinds(drawn)[0]["open_fs"] == "0"
