"""What is left to do, drawn: which finals are to come, what is asked at the bounds, and for which rules it can be said.

Ada is in grade 9 on the twentieth of February: her first semester is on record, 75 of 200 school days are left.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from features.definitions.catalog import OUTCOMES
from features.engine.view import View
from features.language.feature_set import (
    Horizon,
    Outcome,
    attendance,
    completions,
    discipline,
    end_of_next_term,
    end_of_year,
    enrolled,
    incidents,
    marks,
    months_later,
)
from features.language.quantities import Condition
from features.snapshots.live_features import SNAPSHOT_TABLES
from features.way_back.steps import WayBack
from features.way_back.way_back import find_ways_back, has_way_back, months_until
from tests.drawn import canonical, reader_of, school_days, stacked

AS_OF = date(2026, 2, 20)
REGULAR = marks.final().regular()
RULE = Outcome(
    name="rule",
    says="",
    ended="",
    source="these tests",
    cohort=enrolled(9),
    off_track=(REGULAR.credits_earned() < 5)
    | (REGULAR.core().failing() > 1)
    | (REGULAR.gpa() < 2.5)
    | (attendance.share_absent() > 0.04)
    | (REGULAR.subject("ela").low() > 0)
    | (discipline.suspensions().count() > 0)
    | (incidents.major().count() > 2),
    judged_if=attendance.days_expected() > 30,
)
ENROLLED = """
| student_id | school_year | grade_level | entry_date |
| ada        | 2026        | 9           | 2025-09-01 |
"""
TERMS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2025        | t1      | quarter  | 2024-09-02 | 2024-11-08 | 2024-07-01 |
| 2025        | t2      | semester | 2024-09-02 | 2025-01-24 | 2024-07-01 |
| 2026        | q1      | quarter  | 2025-09-01 | 2025-11-07 | 2025-07-01 |
| 2026        | q3      | quarter  | 2026-01-26 | 2026-03-27 | 2025-07-01 |
| 2026        | q4      | quarter  | 2026-03-30 | 2026-06-05 | 2025-07-01 |
| 2026        | s1      | semester | 2025-09-01 | 2026-01-23 | 2025-07-01 |
| 2026        | s2      | semester | 2026-01-26 | 2026-06-05 | 2025-07-01 |
| 2026        | summer  | summer   | 2026-06-15 | 2026-07-15 | 2025-07-01 |
"""
YEAR = canonical("calendar_days", school_days(date(2025, 9, 1), 200))
POINTS = {"A": 400, "B": 300, "C": 200, "D": 100, "F": 0, "P": "", "NP": "", "": ""}
SUBJECTS = {"ela": "ela", "ela2": "ela", "alg": "math", "bio": "science", "civ": "social_science"}
FIRST = "ela:B alg:B bio:B civ:B art:B"


def lines(given: str, *, term: str = "s1", year: int = 2026, student: str = "ada", kind: str = "final") -> str:
    """Marks written `ela:B art:`, the last one a line without a mark; half a credit each."""
    head = (
        "| student_id | school_year | term_id | course_id | subject | mark_kind | mark | points_hundredths "
        "| credits_earned_hundredths | known_on |"
    )
    found = [head]
    for course, mark in (one.split(":") for one in given.split()):
        earned = "" if kind == "progress" or not mark else 50 * (mark not in ("F", "NP"))
        found.append(
            f"| {student} | {year} | {term} | {course} | {SUBJECTS.get(course, 'other')} | {kind} | {mark} "
            f"| {POINTS[mark]} | {earned} | {year}-02-01 |"
        )
    return "\n".join(found)


def way(drawn: Mapping[str, str]) -> WayBack | None:
    """Ada's way back."""
    drawn = {"enrollments": ENROLLED, "terms": TERMS, **drawn}
    rows = {"calendar_days": YEAR, **{name: canonical(name, drawing) for name, drawing in drawn.items()}}
    opened = reader_of(rows, names=(*SNAPSHOT_TABLES, "completions", "loads"))
    return find_ways_back(opened, RULE, opened.view(AS_OF)).by_student().get("ada")


def asked(drawn: Mapping[str, str], code: str, names: str) -> str:
    """The named numbers of one step as text; `-` for one that the step does not say."""
    found = way(drawn)
    assert found is not None
    values = next(step.values for step in found.steps if step.code == code)
    return " ".join(f"{values[name]:g}" if name in values else "-" for name in names.split())


def test_every_step_with_its_numbers() -> None:
    """All Bs so far: half of what the rule asks is done."""
    found = way({"marks": lines(FIRST)})
    assert found is not None
    assert (found.state, found.until) == ("reachable", date(2026, 6, 5))
    assert {step.code: dict(step.values) for step in found.steps} == {
        "earn_credits": {"so_far": 2.5, "least": 5, "credits": 2.5, "to_be_had": 2.5, "pass": 5, "of": 5},
        "pass_core": {"so_far": 0, "most": 1, "may": 1, "pass": 3, "of": 4},
        "average": {"so_far": 3, "least": 2.5, "average": 2, "points": 10, "of": 5},
        "absences_at_most": {
            "so_far": 0, "most": 8, "days": 8, "school_days": 75, "months": 4, "per_month": 2,
        },
        "no_df_ela": {"so_far": 0, "most": 0, "may": 0, "pass": 1, "of": 1},
        "no_suspension": {"so_far": 0, "most": 0, "may": 0},
        "no_incident": {"so_far": 0, "most": 2, "may": 2},
    }  # fmt: skip


OTHERS = "art:B o1:B o2:B o3:B o4:B o5:B"


def progress(given: str) -> str:
    """Marks in progress of the third quarter."""
    return lines(given, term="q3", kind="progress")


@pytest.mark.parametrize(("marks", "to_come"), [
    (lines(f"ela:B {OTHERS}"), 7),
    (stacked(lines(f"ela:B {OTHERS}"), lines("ela:C art:", term="s2")), 5),  # that line will have no mark
    (stacked(lines(f"ela:B {OTHERS}"), progress("ela:C")), 7),
    (stacked(lines(f"ela:B {OTHERS}"), progress("ela2:C")), 7),  # ela2 took the place of ela
    (stacked(lines(f"ela:B {OTHERS}"), progress("ela:C alg:")), 8),  # a line is a course
    (stacked(lines(f"ela:B {OTHERS}"), lines("alg:C", term="summer")), 7),  # summer's courses are not those of now
])  # fmt: skip
def test_finals_to_come_are_those_of_the_courses_now(marks: str, to_come: int) -> None:
    assert asked({"marks": marks}, "earn_credits", "of") == str(to_come)


def test_a_subject_without_a_course_on_record_is_asked_about_in_general() -> None:
    found = {"marks": lines(OTHERS)}
    assert asked(found, "no_df_ela", "may pass of") == "0 - -"
    assert asked(found, "earn_credits", "pass of") == "4 6"


@pytest.mark.parametrize(("earlier", "of"), [
    ("", 4),
    (lines("ela:B alg:B", term="t1", year=2025, student="bo"), 8),  # that district gives finals every quarter
    (stacked(lines("ela:B", term="t1", year=2025, student="bo"),
             lines("alg:B bio:B civ:B", term="t2", year=2025, student="bo")), 5),  # in English only
])  # fmt: skip
def test_terms_that_give_finals_are_those_that_gave_them_last_year(earlier: str, of: int) -> None:
    marks = stacked(lines(FIRST), earlier) if earlier else lines(FIRST)
    assert asked({"marks": marks}, "pass_core", "of") == str(of)


def test_a_newcomer_without_a_course_on_record_is_asked_in_general() -> None:
    """How many finals there will be is not known."""
    assert asked({}, "pass_core", "may pass of") == "1 - -"
    assert asked({}, "earn_credits", "credits pass to_be_had") == "5 - -"
    assert asked({}, "average", "least average of") == "2.5 - -"


def test_marks_without_points_are_not_in_the_average() -> None:
    found = lines(FIRST.replace("art:B", "art:P"))
    assert asked({"marks": found}, "average", "so_far average of") == "3 2 4"
    assert asked({"marks": found}, "earn_credits", "of") == "5"


def missed(days: int, hundredths: int = 100) -> str:
    """That many days missed from the first Monday of September on."""
    found = ["| student_id | date | absent_hundredths |"]
    return "\n".join(found + [f"| ada | 2025-09-{1 + day + 2 * (day // 5):02} | {hundredths} |" for day in range(days)])


@pytest.mark.parametrize(("absences", "days"), [
    (missed(0), "8 0 8"), (missed(7), "1 7 8"), (missed(8), "0 8 8"), (missed(8, 99), "0 7.92 8"), (missed(9), "LOST"),
])  # fmt: skip
def test_exactly_the_bound_may_be_missed(absences: str, days: str) -> None:
    """Four in a hundred of 200 days are 8, and more than that is off track."""
    drawn = {"marks": lines(FIRST), "attendance": absences}
    found = way(drawn)
    assert found is not None
    if days == "LOST":
        assert (found.state, [step.code for step in found.steps]) == ("not_reachable", ["absences_at_most"])
    else:
        assert asked(drawn, "absences_at_most", "days so_far most") == days


def test_what_cannot_be_done_any_more_is_named_and_nothing_else() -> None:
    """A D in English, three Fs, and no suspension."""
    found = way({"marks": lines("ela:D alg:F bio:F civ:F art:B")})
    assert found is not None
    assert found.state == "not_reachable"
    assert [step.code for step in found.steps] == ["earn_credits", "pass_core", "average", "no_df_ela"]


def test_a_record_that_is_corrected_brings_the_way_back_again() -> None:
    """A make-up that replaces the D is another version of the same mark."""
    better = lines("ela:C").replace("2026-02-01", "2026-02-15")
    found = way({"marks": stacked(lines("ela:D alg:B bio:B civ:B art:B"), better)})
    assert found is not None
    assert found.state == "reachable"


def test_of_whom_too_little_will_be_on_record_nothing_is_said() -> None:
    """Twenty school days are left."""
    calendar = stacked(school_days(date(2026, 2, 2), 30), school_days(date(2025, 9, 1), 100))
    late = ENROLLED.replace("2025-09-01", "2026-02-09")
    assert way({"calendar_days": calendar, "enrollments": late, "marks": lines(FIRST)}) is None


def test_of_who_is_known_to_go_elsewhere_nothing_is_said() -> None:
    head, row = ENROLLED.strip().splitlines()
    going = f"{head} exit_date | exit_kind | known_on |\n{row} 2026-03-02 | transferred | 2026-02-18 |"
    assert way({"enrollments": going, "marks": lines(FIRST)}) is None


def outcome(off_track: Condition, horizon: Horizon = RULE.horizon) -> Outcome:
    """An outcome by another rule."""
    return replace(RULE, off_track=off_track, horizon=horizon)


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_ours_that_end_with_the_year_or_a_term_have_a_way_back(name: str) -> None:
    assert has_way_back(OUTCOMES[name]) is not name.startswith(("not_graduated", "left_within"))


WITHOUT = {
    "decided in months": outcome(RULE.off_track, horizon=months_later(12)),
    "decided in a later year": outcome(RULE.off_track, horizon=end_of_year(years_later=3)),
    "a diploma": outcome(RULE.off_track | (completions.diplomas().count() < 1)),
    "last year's": outcome(REGULAR.previous_year().failing() > 0),
    "marks in progress as well": outcome(marks.core().failing() > 1),
    "Fs that were not made up": outcome(REGULAR.unrecovered().failing() > 1),
    "two things together": outcome((REGULAR.core().failing() > 1) & (attendance.share_absent() > 0.1)),
    "too many credits": outcome(REGULAR.credits_earned() > 5),
    "tardies": outcome(attendance.tardies().count() > 5),
    "a term of a year's outcome": outcome(REGULAR.this_term().failing() > 1),
    "the difference of two": outcome((REGULAR.failing() - REGULAR.low()) > 1),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_a_rule_that_this_year_cannot_keep_as_a_whole_has_none(name: str) -> None:
    found = WITHOUT[name]
    assert not has_way_back(found)
    assert find_ways_back(reader_of({}, names=()), found, View(AS_OF, 2026)).by_student() == {}


def test_a_term_of_an_outcome_that_a_term_decides_has_one() -> None:
    assert has_way_back(outcome(REGULAR.this_term().failing() > 1, horizon=end_of_next_term()))


@pytest.mark.parametrize(("as_of", "months"), [
    (date(2025, 11, 20), 7), (date(2026, 5, 5), 1), (date(2026, 5, 4), 2), (date(2026, 6, 5), 1),
])  # fmt: skip
def test_a_month_that_has_begun_is_a_month(as_of: date, months: int) -> None:
    assert months_until(as_of, date(2026, 6, 5)) == months
