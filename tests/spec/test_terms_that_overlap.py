"""Two terms of one kind that share days: a day belongs to the one that ends first, in windows, marks and labels."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, marks
from features.snapshots.outcome_periods import next_term
from features.snapshots.snapshot import build_snapshot
from tests.drawn import reader, rows_of, school_days, told

CALENDAR = school_days(date(2025, 9, 1), 100)
ENROLLED = """
| student_id | school_year | entry_date |
| ada        | 2026        | 2025-09-01 |
"""
HEADER = "| school_year | term_id | kind | start_date | end_date | known_on |"
AS_SENT = {
    "begin on one day": ("2025-09-01", "2025-10-31", "2025-09-01", "2026-01-16"),
    "overlap by a week": ("2025-09-01", "2025-10-31", "2025-10-27", "2026-01-16"),
    "one within the other": ("2025-10-06", "2025-10-31", "2025-09-01", "2026-01-16"),
    "as they should be": ("2025-09-01", "2025-10-31", "2025-11-01", "2026-01-16"),
}


def terms(first: str, end: str, second: str, last: str, kind: str = "quarter") -> str:
    """Two drawn terms of one kind."""
    return "\n".join(
        [
            HEADER,
            f"| 2026 | q1 | quarter | {first} | {end} | 2025-07-01 |",
            f"| 2026 | q2 | {kind} | {second} | {last} | 2025-07-01 |",
        ]
    )


class ThisTerm(FeatureSet):
    """What happened since the term began, and in which term marks are."""

    name = "this_term"
    cohort = enrolled(9)
    missed = Feature(attendance.this_term().days_absent(), because="missed {:.0f} days this term")
    of_term = Feature(marks.this_term().failing(), because="{:.0f} Fs this term")
    last_term = Feature(marks.of_term(ago=0).failing(), because="{:.0f} Fs in the last term")
    before = Feature(marks.of_term(ago=1).failing(), because="{:.0f} Fs in the term before")


ABSENCES = """
| student_id | date       |
| ada        | 2025-10-07 |
| ada        | 2025-10-31 |
| ada        | 2025-11-03 |
"""
MARKS = """
| student_id | school_year | term_id | course_id | mark | known_on   |
| ada        | 2026        | q1      | alg       | F    | 2025-11-02 |
| ada        | 2026        | q1      | bio       | F    | 2025-11-02 |
| ada        | 2026        | q2      | alg       | F    | 2025-11-20 |
"""


def this_term(drawn: str, as_of: date) -> list[dict[str, str]]:
    """The features of that day."""
    records = {"calendar_days": CALENDAR, "enrollments": ENROLLED, "terms": drawn, "attendance": ABSENCES}
    return told(build_snapshot(reader({**records, "marks": MARKS}), ThisTerm, as_of).features)


@pytest.mark.parametrize("days", AS_SENT.values(), ids=AS_SENT.keys())
def test_a_shared_day_belongs_to_the_term_that_ends_first(days: tuple[str, str, str, str]) -> None:
    """On its last day the first quarter still runs; from the day after, the second one does, with its own mark."""
    last_of_first = this_term(terms(*days), date(2025, 10, 31))
    assert last_of_first == rows_of("| student_id | missed | of_term | last_term | before |\n| ada | 2 | | | |")
    second = this_term(terms(*days), date(2025, 11, 24))
    assert second == rows_of("| student_id | missed | of_term | last_term | before |\n| ada | 1 | 1 | 1 | 2 |")


def test_a_quarter_within_a_semester_is_no_overlap() -> None:
    """Kinds differ: the semester keeps its first day, and the term that began last counts, as ever."""
    drawn = terms("2025-11-03", "2025-11-28", "2025-09-01", "2026-01-16", kind="semester")
    assert this_term(drawn, date(2025, 10, 31))[0]["missed"] == "2"
    assert this_term(drawn, date(2025, 11, 3))[0]["missed"] == "1"


def test_the_term_that_begins_next_begins_after_the_one_before_is_over() -> None:
    """For a label of the next term: asked on the fifth of September, it is the second quarter, after the first."""
    opened = reader({"terms": terms(*AS_SENT["begin on one day"])})
    assert next_term(opened, 2026, date(2025, 9, 5)) == (date(2025, 11, 1), date(2026, 1, 16))


def test_two_terms_with_the_same_days_keep_them() -> None:
    drawn = terms("2025-09-01", "2025-10-31", "2025-09-01", "2025-10-31")
    assert this_term(drawn, date(2025, 11, 24))[0]["of_term"] == "3"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=4))
def test_terms_that_share_no_day_are_as_they_were_sent(lengths: list[int]) -> None:
    rows, first = [], date(2025, 9, 1)
    for place, length in enumerate(lengths):
        end = first + timedelta(days=length)
        rows.append((f"q{place}", first.isoformat(), end.isoformat()))
        first = end + timedelta(days=1)
    drawn = "\n".join([HEADER, *(f"| 2026 | {name} | quarter | {a} | {b} | 2025-07-01 |" for name, a, b in rows)])
    found = reader({"terms": drawn}).current("terms").sort_values("term_id")
    assert [
        (row.term_id, str(row.start_date)[:10], str(row.end_date)[:10]) for row in found.itertuples(index=False)
    ] == rows
