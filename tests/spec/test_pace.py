"""Terms, cut classes, credits against the pace, and schools that are new to a student."""

from datetime import date

from features.definitions.credits import CreditFeatures
from features.language.feature_set import (
    Feature,
    FeatureSet,
    attendance,
    discipline,
    enrolled,
    enrollments,
    incidents,
    marks,
    marks_not_given,
)
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, stacked, told

AS_OF = date(2025, 10, 14)
TWO_WEEKS = school_days(date(2025, 10, 1), 10)
"""Wednesday 1 October 2025 to Tuesday 14 October."""

TERMS = """
| school_year | term_id | kind     | start_date | end_date   |
| 2025        | S1      | semester | 2024-10-01 | 2025-01-31 |
| 2025        | S2      | semester | 2025-02-01 | 2025-06-15 |
| 2026        | Y       | year     | 2025-10-13 | 2026-06-15 |
| 2026        | Q1      | quarter  | 2025-10-01 | 2025-10-08 |
| 2026        | Q2      | quarter  | 2025-10-09 | 2025-12-15 |
| 2026        | Q3      | quarter  | 2025-12-16 | 2026-03-15 |
"""
ENROLLED = """
| student_id | school_year | entry_date | grade_level | school_id |
| ada        | 2026        | 2025-10-01 | 10          | 10        |
| ada        | 2025        | 2024-10-01 | 9           | 10        |
| ada        | 2024        | 2023-10-01 | 8           | 20        |
| bo         | 2026        | 2025-10-13 | 10          | 10        |
"""


class Term(FeatureSet):
    """What the marking term holds."""

    name = "term"
    cohort = enrolled(10)
    missed = Feature(attendance.this_term().share_absent(), because="missed {:.0%} this term")
    expected = Feature(attendance.this_term().days_expected(), because="of {} days")
    expected_year = Feature(attendance.days_expected(), because="of {} days this year")
    cuts = Feature(attendance.cuts().count(), because="cut {} classes")


def test_the_term_is_the_one_that_began_last_and_a_year_is_none() -> None:
    """Ada missed 3 of 6 days before the term and 1 of its 4; Bo came for its last two days and missed one."""
    absences = """
    | student_id | date       |
    | ada        | 2025-10-01 |
    | ada        | 2025-10-07 |
    | ada        | 2025-10-08 |
    | ada        | 2025-10-09 |
    | bo         | 2025-10-14 |
    """
    expected = """
    | student_id | missed | expected | expected_year | cuts |
    | ada        | 0.25   | 4        | 10            | 0    |
    | bo         | 0.5    | 2        | 2             | 0    |
    """
    drawn = {"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": absences, "terms": TERMS}
    assert told(build_snapshot(reader(drawn), Term, AS_OF).features) == rows_of(expected)


def test_without_terms_a_term_is_unknown() -> None:
    found = build_snapshot(reader({"calendar_days": TWO_WEEKS, "enrollments": ENROLLED}), Term, AS_OF).features
    assert found["missed"].isna().all()
    assert (found["expected"] == 0).all()


def test_a_class_is_cut_on_a_day_in_school_only() -> None:
    """Six periods missed are a day missed, not six cuts; a late arrival is none either."""
    periods = "\n".join(f"| ada | 2025-10-02 | P{n} | absent | 17 |" for n in range(1, 7))
    cuts = """
    | student_id | date       | section_id | kind   | absent_hundredths |
    | ada        | 2025-10-03 | P1         | absent | 17                |
    | ada        | 2025-10-03 | P2         | absent | 17                |
    | ada        | 2025-10-06 | P1         | tardy  | 0                 |
    | bo         | 2025-10-14 | day        | absent | 50                |
    """
    drawn = {"calendar_days": TWO_WEEKS, "enrollments": ENROLLED, "attendance": f"{cuts.rstrip()}\n{periods}"}
    assert build_snapshot(reader(drawn), Term, AS_OF).features["cuts"].to_dict() == {"ada": 2, "bo": 0}


class Pace(CreditFeatures, FeatureSet):
    """Credits, and the averages of the terms."""

    name = "pace"
    cohort = enrolled(10)
    now = Feature(marks.ever().of_term().gpa(), because="{} in the last term")
    before = Feature(marks.ever().of_term(ago=1).gpa(), because="{} in the one before")
    blank = Feature(marks_not_given.count(), because="{} without a mark")


MARKS = """
| student_id | school_year | term_id | course_id | mark | points_hundredths | credits_earned_hundredths |a_g| known_on |
| ada | 2024| S2      | MAT08     | A    | 400               | 50                        |     | 2024-06-20 |
| ada | 2025| S1      | MAT09     | B    | 300               | 50                        | c   | 2025-02-05 |
| ada | 2025| S1      | ELA09     | D    | 100               | 50                        | b   | 2025-02-05 |
| ada | 2025| S2      | MAT09     | F    | 0                 | 0                         | c   | 2025-06-20 |
| ada | 2025| S2      | ART09     | C    | 200               | 50                        | f   | 2025-06-20 |
| ada | 2025| S2      | PE09      | A    | 400               | 50                        |     | 2025-06-20 |
| ada | 2026| Q1      | MAT10     | F    | 0                 | 0                         | c   | 2025-10-10 |
| ada | 2026| Q1      | ELA10     |      |                   |                           | b   | 2025-10-10 |
"""


def test_credits_stand_against_the_pace_of_the_years_before() -> None:
    """Four halves of a credit in grade 9, none of grade 8; two of them with a C or better in an A-G course."""
    expected = """
    | student_id | credits_year | credits_lost_year | credits_ever | credits_against_pace | a_g_against_pace |
    | ada        | 0            | 0.5               | 2            | -3.5                 | -2.75            |
    | bo         |              |                   |              |                      |                  |
    """
    calendar = stacked(TWO_WEEKS, school_days(date(2024, 10, 1), 5, school_year=2025))
    drawn = {"calendar_days": calendar, "enrollments": ENROLLED, "marks": MARKS, "terms": TERMS}
    found = build_snapshot(reader(drawn), Pace, AS_OF).features
    assert told(found.reindex(columns=columns_of(expected))) == rows_of(expected)
    assert {name: found.at["ada", name] for name in ("now", "before", "blank")} == {"now": 0, "before": 2, "blank": 1}
    assert found.loc["bo", "blank"] == 0


def columns_of(drawing: str) -> list[str]:
    """The columns of a drawn table, without the student."""
    return list(rows_of(drawing)[0])[1:]


class Moves(FeatureSet):
    """What is new to a student."""

    name = "moves"
    cohort = enrolled(10)
    new = Feature(enrollments.new_school(), because="{} new schools")
    first = Feature(incidents.days_since_first(), because="{} days since the first")
    out = Feature(discipline.out_of_school().days_removed(), because="{} days out")
    within = Feature(discipline.in_school().days_removed(), because="{} days within")


def test_a_school_is_new_to_a_student_with_a_past_elsewhere() -> None:
    """Cy moved up from school 20; Ada was at school 10 last year; nobody knows where Bo was."""
    cy = """
    | student_id | school_year | entry_date | grade_level | school_id |
    | cy         | 2026        | 2025-10-01 | 10          | 10        |
    | cy         | 2025        | 2024-10-01 | 9           | 20        |
    """
    happened = """
    | student_id | incident_id | date       |
    | cy         | I1          | 2025-10-10 |
    | cy         | I2          | 2025-10-14 |
    """
    followed = """
    | student_id | incident_id | date       | action                   | days_removed_hundredths |
    | cy         | I1          | 2025-10-13 | in_school_suspension     | 100                     |
    | cy         | I2          | 2025-10-14 | out_of_school_suspension | 250                     |
    """
    expected = """
    | student_id | new | first | out | within |
    | ada        | 0   |       | 0   | 0      |
    | bo         | 0   |       | 0   | 0      |
    | cy         | 1   | 2     | 2.5 | 1      |
    """
    drawn = {
        "calendar_days": TWO_WEEKS, "enrollments": stacked(ENROLLED, cy), "incidents": happened,
        "discipline_actions": followed,
    }  # fmt: skip
    assert told(build_snapshot(reader(drawn), Moves, AS_OF).features) == rows_of(expected)
