"""Measures over the rows that they look at alone are those over every row."""

from collections.abc import Iterable

import duckdb
import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.engine.compilation import compile_script
from features.engine.measure_aggregates import aggregate_of, aggregate_rows
from features.language.quantities import EVER, Where
from features.language.records import Measure, Records

FINAL, F, MATH = Where("mark_kind", ("final",)), Where("mark", ("F",)), Where("subject", ("math",))
POINTS = "points_hundredths"
COLUMNS = {
    "student_key": "int64", "years_ago": "int64", "mark_kind": "string", "mark": "string", "subject": "string",
    POINTS: "int64",
}  # fmt: skip
ROWS = ibis.table(COLUMNS, name="drawn_marks")


def over(*where: Where) -> Records:
    return Records("marks", EVER, where)


OF_FINALS = (
    Measure("count", over(FINAL, F), among=(FINAL,)),
    Measure("mean", over(MATH, FINAL), POINTS),
    Measure("sum", over(FINAL), POINTS),
    Measure("sum", over(FINAL, F), POINTS, among=(FINAL, MATH)),
    Measure("share_of_rows", over(FINAL, F), among=(FINAL,)),
    Measure("most", over(FINAL), POINTS),
)
"""Measures of final marks: none tells a student without one from a student without a mark."""
OTHERS = (
    Measure("count", over(FINAL, F)),
    Measure("distinct", over(FINAL), "subject"),
    Measure("count", over(FINAL, F), among=(MATH,)),
    Measure("share_of_rows", over(FINAL, F)),
    Measure("mean", over(MATH), POINTS),
)
"""Measures of which one among the others makes every row count."""
MARKS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 1),
        st.sampled_from(["final", "progress"]),
        st.sampled_from(["A", "F", None]),
        st.sampled_from(["math", "ela", None]),
        st.sampled_from([0, 400, None]),
    ),
    max_size=8,
)


def told(query: ir.Table, marks: Iterable[tuple[object, ...]]) -> dict[int, tuple[object, ...]]:
    """What a query says of each student."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE drawn_marks (student_key BIGINT, years_ago BIGINT, mark_kind VARCHAR, mark VARCHAR, "
            "subject VARCHAR, points_hundredths BIGINT)"
        )
        for mark in marks:
            connection.execute("INSERT INTO drawn_marks VALUES (?, ?, ?, ?, ?, ?)", list(mark))
        return {row[0]: row[1:] for row in connection.execute(compile_script(query).sql).fetchall()}


@given(marks=MARKS, chosen=st.sets(st.sampled_from(OF_FINALS), min_size=1), other=st.sampled_from([None, *OTHERS]))
def test_rows_that_no_measure_looks_at_change_none(
    marks: list[tuple[object, ...]], chosen: set[Measure], other: Measure | None
) -> None:
    named = {f"m{place}": one for place, one in enumerate([*chosen, *([other] if other else [])])}
    every = ROWS.group_by("student_key").aggregate(**{name: aggregate_of(one, ROWS) for name, one in named.items()})
    found, expected = told(aggregate_rows(ROWS, named), marks), told(every, marks)
    assert {student: found.get(student, (None,) * len(named)) for student in expected} == expected


@pytest.mark.parametrize(
    ("measures", "reads"), [(OF_FINALS, "final only"), *(((*OF_FINALS, one), "all") for one in OTHERS)]
)
def test_marks_in_progress_are_left_out_where_all_measures_are_of_finals(
    measures: tuple[Measure, ...], reads: str
) -> None:
    query = aggregate_rows(ROWS, {f"m{place}": one for place, one in enumerate(measures)})
    students = told(query, [(1, 0, "final", "A", "math", 400), (2, 0, "progress", "A", "math", 400)])
    assert set(students) == ({1} if reads == "final only" else {1, 2})
