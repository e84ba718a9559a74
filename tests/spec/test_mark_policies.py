"""Policies of marks: until when an incomplete waits, and which grade points count; in features and labels alike."""

from datetime import date

import pytest
from hypothesis import strategies as st

from features.definitions.catalog import OUTCOMES
from features.language.feature_set import Feature, FeatureSet, enrolled, marks
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.drawn import reader, school_days, told
from tests.spec.cases_together import drawn_cases, features_of_cases

CALENDAR = school_days(date(2025, 9, 1), 200)
ENROLLED = "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |"
TERMS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2026        | s1      | semester | 2025-09-01 | 2026-01-16 | 2025-07-01 |
| 2026        | s2      | semester | 2026-01-19 | 2026-06-05 | 2025-07-01 |
"""


class Grades(FeatureSet):
    """Final marks."""

    name = "grades"
    cohort = enrolled(9)
    failed = Feature(marks.final().failing(), because="failed {:.0f} courses")
    gpa = Feature(marks.final().gpa(), because="{:.2f} points")


def opened(drawn: str, policies: str = "{}") -> Reader:
    """The drawn marks, loaded under these policies of views."""
    loads = f"| load_id | policies |\n| 1 | {policies} |"
    tables = {"calendar_days": CALENDAR, "enrollments": ENROLLED, "terms": TERMS, "marks": drawn, "loads": loads}
    return reader(tables)


def grades(drawn: str, policies: str, as_of: date) -> tuple[str, str]:
    """Courses failed and the average."""
    (row,) = told(build_snapshot(opened(drawn, policies), Grades, as_of).features)
    return row["failed"], row["gpa"]


INCOMPLETE = """
| student_id | school_year | term_id | course_id | subject | mark | points_hundredths | mark_status | known_on   |
| ada        | 2026        | {term}  | alg       | math    |      |                   | incomplete  | 2026-01-20 |
| ada        | 2026        | s1      | eng       | ela     | B    | 300               |             | 2026-01-20 |
"""
UNTIL = '{"incomplete_days": 30}'
DAYS = {
    "no policy": ("s1", "{}", date(2026, 5, 1), "0", "3"),
    "the last day to make it up": ("s1", UNTIL, date(2026, 2, 15), "0", "3"),
    "the day after": ("s1", UNTIL, date(2026, 2, 16), "1", "1.5"),
    "no days at all, on its term's last day": ("s2", '{"incomplete_days": 0}', date(2026, 6, 5), "0", "3"),
    "a term that has not ended": ("s2", UNTIL, date(2026, 5, 1), "0", "3"),
    "a term that is not on record, 30 days after it was known": ("x9", UNTIL, date(2026, 2, 19), "0", "3"),
    "and 31 days after": ("x9", UNTIL, date(2026, 2, 20), "1", "1.5"),
    "a no pass has no points": ("s1", '{"incomplete_days": 30, "incomplete_then": "NP"}', date(2026, 2, 16), "1", "3"),
}


@pytest.mark.parametrize(("term", "policies", "as_of", "failed", "gpa"), DAYS.values(), ids=DAYS.keys())
def test_an_incomplete_waits_for_its_mark_until_a_declared_day(
    term: str, policies: str, as_of: date, failed: str, gpa: str
) -> None:
    assert grades(INCOMPLETE.format(term=term), policies, as_of) == (failed, gpa)


def test_an_incomplete_that_was_made_up_counts_as_its_mark_and_its_past_stays_what_it_was() -> None:
    """Made up on 1 March: an F from 16 to 28 February, and a C since."""
    made_up = "| ada        | 2026        | s1      | alg       | math    | C    | 200 | | 2026-03-01 |"
    drawn = INCOMPLETE.format(term="s1") + made_up
    days = (date(2026, 2, 15), date(2026, 2, 16), date(2026, 2, 28), date(2026, 3, 1))
    assert [grades(drawn, UNTIL, day) for day in days] == [("0", "3"), ("1", "1.5"), ("1", "1.5"), ("0", "2.5")]


@pytest.mark.parametrize(("policies", "label"), [("{}", "False"), (UNTIL, "True")])
def test_a_label_reads_marks_by_the_same_policy_as_a_feature(policies: str, label: str) -> None:
    """One core F in the first semester, and one incomplete: two by the end of the year, or one."""
    drawn = INCOMPLETE.format(term="s1").replace(
        "| eng       | ela     | B    | 300 ", "| eng       | ela     | F    | 0   "
    )
    credit = "\n".join(
        f"| ada | 2026 | {term} | c{place} | other | A | 400 | | 2026-06-05 |"
        for term in ("s1", "s2")
        for place in range(6)
    )
    lines = (drawn + credit).splitlines()
    lines[1] += " credits_earned_hundredths |"
    with_credit = [lines[0], lines[1], *(f"{line} 50 |" for line in lines[2:] if line.strip())]
    records = opened("\n".join(with_credit), policies)
    chicago = OUTCOMES["grade9_off_track_chicago"]
    labels = label_outcome(records, chicago, date(2025, 11, 20), observed_on=date(2026, 9, 1))
    assert [str(value) for value in labels.off_track] == [label]


WEIGHTED = """
| student_id | school_year | term_id | course_id | mark | points_hundredths | unweighted_points_hundredths |
| ada        | 2026        | s1      | hist      | A    | 500               | 400                          |
| ada        | 2026        | s1      | eng       | B    | 300               | 300                          |
| ada        | 2026        | s1      | art       | B    | 300               |                              |
"""


@pytest.mark.parametrize(("policies", "gpa"), [("{}", "3.66667"), ('{"unweighted": true}', "3.5")])
def test_the_points_that_count_are_declared_and_one_without_them_is_left_out(policies: str, gpa: str) -> None:
    assert grades(WEIGHTED, policies, date(2026, 2, 1))[1] == gpa


MARK = st.sampled_from(["A", "B", "D", "F", "P", "NP", ""])


SENT = st.lists(MARK, min_size=1, max_size=6)


def test_a_policy_on_incompletes_changes_nothing_where_there_is_none() -> None:
    """Of drawn students of one district, whether the term is over by the policy's days or not."""
    head = "| student_id | school_year | term_id | course_id | mark | known_on |"
    cases = [
        {
            "enrollments": ENROLLED,
            "marks": "\n".join(
                [head, *(f"| ada | 2026 | s1 | c{n} | {mark} | 2026-01-20 |" for n, mark in enumerate(sent))]
            ),
        }
        for sent in drawn_cases(SENT, 20, 500)
    ]
    shared = {"calendar_days": CALENDAR, "terms": TERMS}
    found = [
        features_of_cases(
            {**shared, "loads": f"| load_id | policies |\n| 1 | {policies} |"}, cases, Grades, date(2026, 5, 1)
        )
        for policies in ("{}", '{"incomplete_days": 0}', UNTIL, '{"incomplete_days": 400}')
    ]
    assert all(one == found[0] for one in found[1:])
