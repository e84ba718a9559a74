"""Whose rows are one student's: refusals where a table says it and its spec does not."""

import re

import pandas as pd

from features.errors import Refused
from models.examples import Examples
from training.prepared_table.spec import TableSpec

PERSON = "student|pupil|learner|person"
LOOKS_LIKE_ID = re.compile(
    rf"s?s?id|uid|key|id({PERSON})|({PERSON})|(state|local|unique)?({PERSON})(id|key|number|no|nr|code)|"
    r"(state|local)id"
)
"""Names of a student's id, without the signs between words."""
FEWEST_IDS, MOST_ROWS_AN_ID = 10, 100
"""Fewer values, or more rows for each, are no students: `student` may be yes or no."""


def refuse_undeclared_id(frame: pd.DataFrame, spec: TableSpec) -> None:
    """Raise Refused where the spec names no id, and a column that looks like one repeats."""
    if spec.id is not None:
        return
    for name in map(str, frame.columns):
        repeated = repeated_ids(frame[name]) if LOOKS_LIKE_ID.fullmatch(re.sub(r"[\W_]", "", name.lower())) else 0
        if repeated and name != spec.label.column:
            raise Refused(
                f"id: column {name!r} looks like the student, and {repeated:,} of its values stand in more than one "
                "row; without it a student's rows are taken for several students, on both sides of a fold. "
                f'Add the line id = "{name}" to the spec; if it is not the student, call the column otherwise'
            )


def repeated_ids(column: pd.Series) -> int:
    """How many ids stand in more than one row; 0 where the values are too few, or stand in too many rows, to be ids."""
    rows = column.dropna().value_counts()
    if len(rows) < FEWEST_IDS or rows.mean() > MOST_ROWS_AN_ID:
        return 0
    return int((rows > 1).sum())


def refuse_two_rows_a_date(examples: Examples, spec: TableSpec) -> None:
    """Raise Refused where a student has two rows of one scoring date and time."""
    if examples.as_of is None:
        return
    rows = pd.DataFrame({"student": examples.student, "as_of": examples.as_of, "time": examples.time})
    twice = int(rows.duplicated().sum())
    if twice:
        raise Refused(
            f"as_of: {twice:,} rows repeat a student of column {spec.id!r} on one date of column {spec.as_of!r}; "
            "one row a student and date is needed"
        )
