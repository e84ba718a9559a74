"""Totals of a list: what is counted, and that nothing is written of fewer students than may be told."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from serving.pages.school_totals import Share, Totals, grades_alone
from serving.pages.school_view import school_view
from serving.scoring.run_writer import write_run
from serving.scoring.school_totals import suppressed_rows, write_school_totals
from serving.store.total_rows import OTHER_SCHOOLS, WHOLE_DISTRICT, SchoolTotalRow
from serving.wording.locale import load_language
from tests.serving.example_service import TODAY, ExampleService, run_of

NOBODY = pd.DataFrame(
    columns=["measure", "school_year", "term_id", "grade_level", "school_id", "subject", "term_end", "n", "yes"]
).astype({"grade_level": "int64", "n": "int64", "yes": "float64"})
# Of five ninth graders four have a risk: 0.83, 0.41, 0.62, 0.07; a week before, 0.2 less each.
DISTRICT = """
    signals        4 3
    many           4 2
    fewer_signals  2 0
    more_signals   3 2
"""


def drawn_counts(cells: list[tuple[int, int]]) -> pd.DataFrame:
    """Counts of one measure and grade, a school a pair of those of whom it holds and those of whom not."""
    rows = [
        {"measure": "left", "school_year": 2027, "period": "q1", "subject": "", "grade": 9, "school_id": str(at),
         "period_end": None, "n": yes + no, "yes": yes}
        for at, (yes, no) in enumerate(cells)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_signals_and_how_they_moved_are_counted_for_the_whole_district(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    with service.write_session() as session:
        write_run(session, run)
        write_school_totals(session, [run], NOBODY, least=0)
        write_school_totals(session, [run], NOBODY, least=0)  # the same list again is the same rows
        rows = session.scalars(select(SchoolTotalRow).where(SchoolTotalRow.school_id == WHOLE_DISTRICT)).all()
        found = {row.measure: (row.n, row.yes) for row in rows if row.measure != "chronic"}
        months = {row.period: (row.n, row.yes) for row in rows if row.measure == "chronic"}
        assert grades_alone(session, "harbor", "north") == frozenset({10}), "ninth graders are at two schools"
        assert grades_alone(session, "harbor", WHOLE_DISTRICT) == frozenset()
    lines = [line.split() for line in DISTRICT.strip().splitlines()]
    assert found == {name: (int(n), int(yes)) for name, n, yes in lines}
    assert months["2026-09"] == (5, 0)
    assert months["2026-11"] == (5, 5)


def test_with_the_usual_limit_nothing_is_told_of_five_students(service: ExampleService) -> None:
    with service.write_session() as session:
        write_school_totals(session, [replace(run_of("harbor"), run_id="other")], NOBODY, least=11)
        assert session.scalars(select(SchoolTotalRow)).all() == []


def test_of_a_grade_that_one_school_has_alone_the_districts_totals_are_the_schools() -> None:
    named = {"measure": "passed", "school_year": 2027, "period": "q1", "subject": "", "school_id": WHOLE_DISTRICT}
    row = SchoolTotalRow(district_id="harbor", list_id="x", grade=12, n=200, yes=150, **named)
    assert Totals("north", TODAY, (row,)).grades == []
    own = Totals("north", TODAY, (row,), frozenset({12}))
    assert (own.grades, own.of("passed")) == ([12], {(12, (2027, "q1")): Share(200, 150)})


def test_a_grade_with_signals_at_more_than_two_in_five_is_said_to_be_a_matter_of_the_school_first() -> None:
    def crowded(yes: int) -> tuple[str, ...]:
        named = {"measure": "signals", "school_year": 2027, "period": "", "subject": "", "school_id": WHOLE_DISTRICT}
        row = SchoolTotalRow(district_id="harbor", list_id="x", grade=9, n=100, yes=yes, **named)
        view = school_view(Totals("", TODAY, (row,)), load_language("en"), {}, asked_grade="", own=None)
        return view.crowded if view else ()

    assert crowded(45) == ("45 of 100 students in grade 9 show some or many signals.",)
    assert crowded(40) == ()


def test_a_school_that_the_others_would_give_away_is_told_together_with_one_of_them() -> None:
    """Three students of the last school left: the district's 73 less the others' 70 would say so."""
    rows = list(suppressed_rows(drawn_counts([(40, 60), (30, 90), (3, 50)]), least=11))
    assert [(row["school_id"], row["yes"]) for row in rows] == [("", 73), ("1", 30), (OTHER_SCHOOLS, 43)]


def test_a_school_that_is_called_as_the_others_are_is_one_of_them() -> None:
    """Two rows of one place could not be stored."""
    for called in "0123":
        counts = drawn_counts([(40, 60), (30, 90), (31, 90), (3, 50)])
        counts["school_id"] = counts["school_id"].replace({called: OTHER_SCHOOLS})
        rows = {str(row["school_id"]): row["yes"] for row in suppressed_rows(counts, least=11)}
        told = [str(row["school_id"]) for row in suppressed_rows(counts, least=11)]
        assert len(told) == len(rows) == len(set(told))
        assert rows[""] == sum(int(str(yes)) for school, yes in rows.items() if school) == 104


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6), st.integers(2, 12))
def test_no_row_and_no_difference_of_rows_tells_of_fewer_than_the_limit(
    cells: list[tuple[int, int]], least: int
) -> None:
    rows = {str(row["school_id"]): row for row in suppressed_rows(drawn_counts(cells), least)}
    told = {name: (int(str(row["yes"])), int(str(row["n"])) - int(str(row["yes"]))) for name, row in rows.items()}
    assert all(part >= least for pair in told.values() for part in pair)
    whole = told.pop(WHOLE_DISTRICT, None)
    if whole and told:
        rest = [whole[side] - sum(pair[side] for pair in told.values()) for side in (0, 1)]
        assert rest == [0, 0]
