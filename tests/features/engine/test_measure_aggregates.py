"""Measures over the rows that they look at alone are those over every row."""

from itertools import combinations, product

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

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
KINDS = list(product([0, 1], ["final", "progress"], ["A", "F", None], ["math", "ela", None], [0, 400, None]))
STUDENTS = [*((kind,) for kind in KINDS), *combinations(KINDS[::5], 2)]
"""Students with every kind of mark alone, and with two that differ."""
MARKS = [(number, *mark) for number, marks in enumerate(STUDENTS) for mark in marks]


def told(query: ir.Table) -> dict[int, tuple[object, ...]]:
    """What a query says of each student."""
    with duckdb.connect() as connection:
        connection.register("drawn_marks", pa.table(list(map(pa.array, zip(*MARKS, strict=True))), names=list(COLUMNS)))
        return {row[0]: row[1:] for row in connection.execute(compile_script(query).sql).fetchall()}


@pytest.mark.parametrize("other", [None, *OTHERS])
def test_rows_that_no_measure_looks_at_change_none(other: Measure | None) -> None:
    named = {f"m{place}": one for place, one in enumerate([*OF_FINALS, *([other] if other else [])])}
    every = ROWS.group_by("student_key").aggregate(**{name: aggregate_of(one, ROWS) for name, one in named.items()})
    found, expected = told(aggregate_rows(ROWS, named)), told(every)
    assert {student: found.get(student, (None,) * len(named)) for student in expected} == expected
    assert (len(found) < len(expected)) == (other is None)  # marks in progress are left out where all are of finals
