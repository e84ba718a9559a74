"""Outcomes of a year and of the next term: at their bounds, and where they are silent.

Ada's records are drawn row by row; what a row leaves out is a student of whom nothing is held against her.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache

import pytest

from features.definitions.catalog import OUTCOMES
from features.language.cohorts import census_day
from features.language.outcome import Outcome
from features.snapshots.labels import Labels, label_outcome
from tests.drawn import cell, reader, rows_of, school_days, stacked
from tests.spec.cases_together import Drawings, labels_of_cases

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


SHARED = {"calendar_days": YEAR, "terms": SEMESTERS}
"""The calendar of a year of 200 school days, and its terms."""


def told(drawn: Drawings, outcome: Outcome, *, as_of: date = AS_OF, observed_on: date = LATER) -> Labels:
    """The labels of drawn records over that year."""
    records = {"enrollments": ENROLLED, **SHARED, **drawn}
    return label_outcome(reader(records), outcome, as_of, observed_on=observed_on)


def label_of(drawn: Drawings, outcome: Outcome, *, as_of: date = AS_OF, observed_on: date = LATER) -> str:
    """Ada's label, or why she has none."""
    labels = told(drawn, outcome, as_of=as_of, observed_on=observed_on)
    return cell(labels.off_track["ada"]) or str(labels.missing_because["ada"])


def labels_of(
    cases: Sequence[Drawings], name: str, shared: Drawings = SHARED, *, as_of: date = AS_OF, observed_on: date = LATER
) -> list[str]:
    """The label of each case's Ada, or why she has none: as many students of one district."""
    drawn = [{"enrollments": ENROLLED, **case} for case in cases]
    return labels_of_cases(shared, drawn, OUTCOMES[name], as_of, observed_on=observed_on)


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


CORE_READINESS = [
    ("ela:B math:C", 8, False, "false"),    # a 2.5 average exactly, 96 % exactly
    ("ela:B math:C", 9, False, "true"),     # 95.5 %
    ("ela:C math:C", 0, False, "true"),     # a 2.0 average
    ("ela:D math:A", 0, False, "true"),     # a 2.5 average, and a D in English
    ("ela:A math:F", 0, False, "true"),
    ("ela:A math:A science:F", 0, False, "false"),  # an F elsewhere only lowers the average, to 2.7
    ("ela:A math:A", 0, True, "true"),
    ("science:A art:A", 0, False, "the records do not tell"),  # no mark in English or in math
    ("science:A art:A", 0, True, "true"),   # nothing that could still be told would change it
]  # fmt: skip


@cache
def core_readiness() -> list[str]:
    """The labels of all cases."""
    eighth = ENROLLED.replace("| 9  ", "| 8  ")
    return labels_of(
        [
            {"enrollments": eighth, "marks": finals(marks), "attendance": absences(missed)}
            | ({"discipline_actions": SUSPENSION} if suspended else {})
            for marks, missed, suspended, _ in CORE_READINESS
        ],
        "grade8_not_ready_core",
    )


@pytest.mark.parametrize("case", range(len(CORE_READINESS)), ids=lambda case: "-".join(map(str, CORE_READINESS[case])))
def test_core_readiness_in_grade_8(case: int) -> None:
    assert core_readiness()[case] == CORE_READINESS[case][-1]


EW_FRAMEWORK = [
    ("ela:B math:B", 8, "false"),           # a 3.0 average exactly
    ("ela:B math:B", 9, "true"),
    ("ela:A math:C science:C", 0, "true"),  # a 2.7 average
    ("ela:A math:D", 0, "true"),
    ("ela:B math:B art:A", 0, "false"),
]  # fmt: skip


@cache
def ew_framework() -> list[str]:
    """The labels of all cases."""
    drawn = [{"marks": finals(marks), "attendance": absences(missed)} for marks, missed, _ in EW_FRAMEWORK]
    return labels_of(drawn, "grade9_off_track_ew")


@pytest.mark.parametrize("case", range(len(EW_FRAMEWORK)), ids=lambda case: "-".join(map(str, EW_FRAMEWORK[case])))
def test_the_ew_framework_in_grade_9(case: int) -> None:
    assert ew_framework()[case] == EW_FRAMEWORK[case][-1]


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


def test_chronic_absence_by_the_end_of_the_year() -> None:
    """Exactly a tenth of 200 days is chronic; of a student who never came, nothing is said."""
    found = labels_of([{"attendance": absences(missed)} for missed in (19, 20, 200)], "chronic_absence_9")
    assert found == ["false", "true", "too little on record to judge"]


@pytest.mark.parametrize(("entered", "label"), [("2025-11-20", "true"), ("2026-04-24", "true"), ("2026-04-27", "")])
def test_chronic_absence_asks_for_more_than_30_days(entered: str, label: str) -> None:
    """Of 31 days 25 were missed, and of 30; who comes after the as-of date is in a later one's cohort."""
    drawn = {"enrollments": ENROLLED.replace("2025-09-01", entered), "attendance": absences(25, last_to_first=True)}
    found = label_of(drawn, OUTCOMES["chronic_absence_9"], as_of=max(AS_OF, date.fromisoformat(entered)))
    assert found == (label or "too little on record to judge")


IN_THE_NEXT_TERM = [
    (finals("ela:F", term="s1"), "the records do not tell"),
    (stacked(finals("ela:F", term="s1"), finals("ela:C", term="s2")), "false"),
    (stacked(finals("ela:C", term="s1"), finals("ela:F", term="s2")), "true"),
    (stacked(finals("ela:C", term="s1"), finals("art:F", term="s2")), "the records do not tell"),
    (finals("ela:F", term="s2", known_on="2026-06-26"), "true"),
    (finals("ela:F", term="s2", known_on="2026-06-27"), "the records do not tell"),
    (stacked(finals("ela:C", term="s2"), finals("math:F", term="summer", known_on="2026-06-20")), "false"),
]  # fmt: skip


@cache
def in_the_next_term() -> list[str]:
    """The labels of all cases."""
    return labels_of([{"marks": marks} for marks, _ in IN_THE_NEXT_TERM], "core_f_next_term_9")


@pytest.mark.parametrize("case", range(len(IN_THE_NEXT_TERM)))
def test_a_core_f_in_the_term_that_begins_next(case: int) -> None:
    """Neither the running semester nor the summer counts; marks are in three weeks after the term ends."""
    assert in_the_next_term()[case] == IN_THE_NEXT_TERM[case][-1]


def test_no_term_begins_after_the_last_one() -> None:
    """In spring nothing can be said of a next term of the year."""
    found = label_of({"marks": finals("ela:F")}, OUTCOMES["core_f_next_term_9"], as_of=date(2026, 2, 20))
    assert found == "no marking term begins after the as-of date in its school year"


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
