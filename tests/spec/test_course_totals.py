"""Core courses passed and failed by school, grade, term and subject; who left the track, and who came back."""

from datetime import date

from features.engine.view_policies import ViewPolicies, policies_as_json
from features.snapshots.course_totals import course_totals
from tests.drawn import reader, school_days, stacked

AS_OF = date(2026, 2, 20)
CALENDAR = school_days(date(2025, 9, 1), 120)
TERMS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2026        | q1      | quarter  | 2025-09-01 | 2025-11-07 | 2025-07-01 |
| 2026        | s1      | semester | 2025-09-01 | 2026-01-23 | 2025-07-01 |
"""
ENROLLED = """
| student_id | school_year | grade_level | entry_date |
| ada        | 2026        | 9           | 2025-09-01 |
| ben        | 2026        | 9           | 2025-09-01 |
"""
MARKS = """
| student_id | school_year | term_id | course_id | subject | mark | mark_kind | known_on   |
| ada        | 2026        | q1      | alg       | math    | C    | progress  | 2025-11-10 |
| ada        | 2026        | q1      | eng       | ela     | B    | progress  | 2025-11-10 |
| ada        | 2026        | q1      | art       | other   | F    | progress  | 2025-11-10 |
| ada        | 2026        | s1      | alg       | math    | F    | final     | 2026-01-26 |
| ada        | 2026        | s1      | eng       | ela     | B    | final     | 2026-01-26 |
| ben        | 2026        | q1      | alg       | math    | F    | progress  | 2025-11-10 |
| ben        | 2026        | s1      | alg       | math    | D    | final     | 2026-01-26 |
| ben        | 2026        | s1      | eng       | ela     | F    | progress  | 2025-12-10 |
| ben        | 2026        | s1      | eng       | ela     | D    | final     | 2026-01-26 |
"""
EXPECTED = """
    back   s1      1/1
    left   s1      1/1
    passed q1      1/2
    passed q1 ela  1/1
    passed q1 math 1/2
    passed s1      1/2
    passed s1 ela  2/2
    passed s1 math 1/2
"""
"""Of how many it holds: Ada passed all core courses and then failed math, Ben failed math and then passed all."""


def test_who_passed_left_and_came_back_is_counted_by_term_and_subject() -> None:
    """A course outside the core counts for nothing, and a final mark goes before one in progress."""
    records = reader({"calendar_days": CALENDAR, "enrollments": ENROLLED, "terms": TERMS, "marks": MARKS})
    found = course_totals(records, records.view(AS_OF))
    rows = found[["measure", "term_id", "subject", "yes", "n", "grade_level"]].itertuples(index=False)
    said = [f"{row.measure:<6} {row.term_id} {row.subject:<4} {row.yes:.0f}/{row.n}" for row in rows]
    assert said == [line.strip() for line in EXPECTED.strip().splitlines()]
    assert set(found["grade_level"]) == {9}


def test_what_was_not_known_yet_is_not_counted() -> None:
    records = reader({"calendar_days": CALENDAR, "enrollments": ENROLLED, "terms": TERMS, "marks": MARKS})
    found = course_totals(records, records.view(date(2025, 12, 1)))
    assert set(found["term_id"]) == {"q1"}


OWN = """
| school_id | track | school_year | term_id | kind    | start_date | end_date   | known_on   |
| 10        | main  | 2026        | q1      | quarter | 2025-09-01 | 2025-11-07 | 2025-07-01 |
| 10        | B     | 2026        | q1      | quarter | 2025-09-01 | 2025-12-05 | 2025-07-01 |
"""


def test_tracks_of_a_school_with_one_term_under_two_ends_are_counted_in_one_row() -> None:
    """The end is the later one. Two rows of one place could not be stored."""
    on_two = ENROLLED.replace("| school_year |", "| track | school_year |").replace("| 2026 ", "| main | 2026 ", 1)
    on_two = on_two.replace("| ben        | 2026 ", "| ben        | B | 2026 ")
    own = f"| load_id | policies |\n| 1 | {policies_as_json(ViewPolicies(has_school_terms=True))} |"
    calendar = stacked(CALENDAR, school_days(date(2025, 9, 1), 120, track="B"))
    of_q1 = "\n".join(line for line in MARKS.strip().splitlines() if " s1 " not in line)
    tables = {"calendar_days": calendar, "enrollments": on_two, "terms": TERMS, "marks": of_q1}
    records = reader({**tables, "school_terms": OWN, "loads": own})
    found = course_totals(records, records.view(AS_OF))
    passed = found[(found["measure"] == "passed") & (found["subject"] == "")]
    assert passed[["term_id", "yes", "n"]].to_numpy().tolist() == [["q1", 1, 2]]
    assert [str(day)[:10] for day in passed["term_end"]] == ["2025-12-05"]


AT_TWO_SCHOOLS = """
| student_id | school_id | school_year | term_id | course_id | subject | mark | mark_kind | known_on   |
| ada        | 20        | 2026        | q1      | alg       | math    | F    | final     | 2025-11-10 |
| ada        | 10        | 2026        | q1      | alg       | math    | C    | final     | 2025-11-10 |
| ben        | 10        | 2026        | q1      | alg       | math    | C    | progress  | 2025-11-10 |
| ben        | 20        | 2026        | q1      | alg       | math    | F    | final     | 2025-11-10 |
| cleo       | 10        | 2026        | q1      | alg       | math    | F    | final     | 2025-11-10 |
"""


def test_a_course_at_two_schools_counts_once_and_who_was_never_enrolled_not_at_all() -> None:
    """Of two finals that of the first school counts, and a final before a mark in progress, at whichever school."""
    records = reader({"calendar_days": CALENDAR, "enrollments": ENROLLED, "terms": TERMS, "marks": AT_TWO_SCHOOLS})
    found = course_totals(records, records.view(AS_OF))
    passed = found[(found["measure"] == "passed") & (found["subject"] == "math")]
    assert passed[["school_id", "yes", "n"]].to_numpy().tolist() == [["10", 1, 1], ["20", 0, 1]]
