"""Marks: what is missing stays missing, the latest mark of a course counts, credit follows from final marks only."""

from datetime import date

from features.language.feature_set import Feature, FeatureSet, enrolled, marks
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, told


class Grades(FeatureSet):
    """Marks so far."""

    name = "grades"
    cohort = enrolled(9)
    failing = Feature(marks.latest().failing(), because="fails {} courses")
    core_failing = Feature(marks.latest().core().failing(), because="fails {} core courses")
    share_low = Feature(marks.latest().share_low(), because="{:.0%} low")
    gpa = Feature(marks.latest().gpa(), because="{:.1f} points")
    final_failing = Feature(marks.final().failing(), because="failed {} courses")
    credits = Feature(marks.final().credits_earned(), because="earned {} credits")
    then = Feature(marks.previous_year().final().failing(), because="failed {} courses last year")


AS_OF = date(2025, 12, 1)
CALENDAR = school_days(date(2025, 9, 1), 60)
ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-09-01 |
"""


def grades(drawn: str, as_of: date = AS_OF) -> list[dict[str, str]]:
    records = reader({"calendar_days": CALENDAR, "enrollments": ENROLLED, "marks": drawn})
    return told(build_snapshot(records, Grades, as_of).features)


def test_without_any_mark_nothing_is_known() -> None:
    """Not zero courses failed and not a grade average of zero: missing."""
    nothing = """
    | student_id | school_year | term_id | course_id | subject | mark | known_on   |
    """
    expected = """
    | student_id | failing | core_failing | share_low | gpa | final_failing | credits | then |
    | ada        |         |              |           |     |               |         |      |
    """
    assert grades(nothing) == rows_of(expected)


def test_a_mark_that_was_not_given_is_not_an_f() -> None:
    """Two courses have a mark and one has none: half of the marks given are low, and no core mark was given."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | points_hundredths | known_on   |
    | ada        | 2026        | q1      | alg1      | math    | progress  |      |                   | 2025-10-20 |
    | ada        | 2026        | q1      | art       | other   | progress  | A    | 400               | 2025-10-20 |
    | ada        | 2026        | q1      | band      | other   | progress  | F    | 0                 | 2025-10-20 |
    """
    expected = """
    | student_id | failing | core_failing | share_low | gpa | final_failing | credits | then |
    | ada        | 1       |              | 0.5       | 2   |               |         |      |
    """
    assert grades(drawn) == rows_of(expected)


def test_the_latest_mark_of_each_course_counts() -> None:
    """Algebra went from F to C and English from B to D; the third mark is of the same course once more."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | points_hundredths | known_on   |
    | ada        | 2026        | q1      | alg1      | math    | progress  | F    | 0                 | 2025-10-01 |
    | ada        | 2026        | q2      | alg1      | math    | progress  | C    | 200               | 2025-11-20 |
    | ada        | 2026        | q1      | eng1      | ela     | progress  | B    | 300               | 2025-10-01 |
    | ada        | 2026        | q2      | eng1      | ela     | progress  | D    | 100               | 2025-11-20 |
    | ada        | 2026        | q3      | eng1      | ela     | progress  | A    | 400               | 2025-12-02 |
    """
    expected = """
    | student_id | failing | core_failing | share_low | gpa | final_failing | credits | then |
    | ada        | 0       | 0            | 0.5       | 1.5 |               |         |      |
    """
    assert grades(drawn) == rows_of(expected)


def test_a_mark_without_points_is_left_out_of_the_average() -> None:
    """A pass has no points and a no pass is a failed course."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | points_hundredths | known_on   |
    | ada        | 2026        | q1      | alg1      | math    | progress  | B    | 300               | 2025-10-01 |
    | ada        | 2026        | q1      | eng1      | ela     | progress  | P    |                   | 2025-10-01 |
    | ada        | 2026        | q1      | bio       | science | progress  | NP   |                   | 2025-10-01 |
    """
    expected = """
    | student_id | failing | core_failing | share_low | gpa | final_failing | credits | then |
    | ada        | 1       | 1            | 0.333333  | 3   |               |         |      |
    """
    assert grades(drawn) == rows_of(expected)


FINALS = """
| student_id | school_year | term_id | course_id | subject | mark_kind | mark | credits_earned_hundredths | known_on   |
| ada        | 2026        | s1      | alg1      | math    | final     | F    | 0                         | 2025-11-10 |
| ada        | 2026        | s1      | eng1      | ela     | final     | C    | 50                        | 2025-11-10 |
| ada        | 2026        | s1      | bio       | science | final     | A    | 75                        | 2025-11-10 |
| ada        | 2026        | s2      | eng1      | ela     | progress  | F    |                           | 2025-11-20 |
| ada        | 2025        | s2      | math8     | math    | final     | F    | 0                         | 2025-06-10 |
"""


def test_credit_follows_from_final_marks_only() -> None:
    """The F in progress in English is a course failing now, not one failed; last year's F is last year's."""
    expected = """
    | student_id | failing | core_failing | share_low | gpa | final_failing | credits | then |
    | ada        | 2       | 2            | 0.666667  |     | 1             | 1.25    | 1    |
    """
    assert grades(FINALS) == rows_of(expected)


def test_a_corrected_f_is_no_f_any_more() -> None:
    """The final F in algebra became a D with credit on 28 November."""
    corrected = FINALS + (
        "| ada        | 2026        | s1      | alg1      | math    | final     | D    | 50"
        "                        | 2025-11-28 |\n"
    )
    expected = """
    | student_id | failing | core_failing | share_low | gpa | final_failing | credits | then |
    | ada        | 1       | 1            | 0.666667  |     | 0             | 1.75    | 1    |
    """
    assert grades(corrected) == rows_of(expected)
    assert grades(corrected, date(2025, 11, 27))[0]["final_failing"] == "1"


def test_on_the_same_day_the_final_mark_is_the_latest() -> None:
    """A progress mark and a final one of the same course arrived together."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | known_on   |
    | ada        | 2026        | s1      | alg1      | math    | final     | C    | 2025-11-10 |
    | ada        | 2026        | s2      | alg1      | math    | progress  | F    | 2025-11-10 |
    """
    assert grades(drawn)[0]["failing"] == "0"


def test_a_late_correction_of_an_old_term_is_not_the_latest_mark() -> None:
    """Quarter 1 was corrected from F to D after quarter 2 had brought a B: the course stands at B."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark_kind | mark | known_on   |
    | ada        | 2026        | q1      | alg1      | math    | progress  | F    | 2025-10-01 |
    | ada        | 2026        | q2      | alg1      | math    | progress  | B    | 2025-11-20 |
    | ada        | 2026        | q1      | alg1      | math    | progress  | D    | 2025-11-28 |
    """
    assert grades(drawn)[0]["share_low"] == "0"


def test_students_with_the_same_records_have_the_same_latest_mark() -> None:
    """Also where two schools gave a mark of one course for one term on one day: which one counts is no accident."""
    students = [f"student {n}" for n in range(8)]
    header = "| student_id | school_id | school_year | term_id | course_id | subject | mark | known_on |"
    drawn = [
        f"| {student} | {school} | 2026 | q1 | alg1 | math | {mark} | 2025-10-01 |"
        for student in students
        for school, mark in (("10", "F"), ("20", "A"))
    ]
    enrolled_all = "| student_id | school_year | entry_date |\n" + "\n".join(
        f"| {student} | 2026 | 2025-09-01 |" for student in students
    )
    records = reader({"calendar_days": CALENDAR, "enrollments": enrolled_all, "marks": "\n".join([header, *drawn])})
    assert build_snapshot(records, Grades, AS_OF).features["failing"].nunique() == 1
