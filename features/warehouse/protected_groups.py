"""Protected attributes, for audits only: each student's groups on an as-of date."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.view import View, stored_table
from features.tables import PROGRAMS
from features.warehouse.reader import Reader

SEVERAL = "Two or more"
"""The group of a student with several values of one attribute."""


def groups_on(reader: Reader, view: View) -> pd.DataFrame:
    """Every student's groups at the end of the as-of date, as text.

    One row a student (index `student_key`), one column an attribute (`race_ethnicity`, `sex`) or a program
    (`yes` or `no`). An attribute that is not on record is missing.
    """
    attributes = reader.table(rows_in_force(view, "demographics", "attribute"))
    grouped = attributes.groupby(["student_key", "attribute"])["value"]
    values = grouped.first().where(grouped.nunique() == 1, SEVERAL)
    frame = values.unstack("attribute")
    students = reader.table(stored_table("students").select("student_key").distinct())["student_key"]
    frame = frame.reindex(sorted(students))
    members = reader.table(rows_in_force(view, "programs", "program")).groupby("program")["student_key"].agg(set)
    for program in PROGRAMS.column("program").allowed:
        inside = members.get(program, set())
        frame[program] = ["yes" if student in inside else "no" for student in frame.index]
    return frame.astype(object)


def rows_in_force(view: View, name: str, kind: str) -> ir.Table:
    """The dated rows of an audit table that hold on the as-of date."""
    rows = view.rows(name)
    ends = ibis.coalesce(rows.end_date, view.as_of)
    held = rows.filter((rows.start_date <= view.as_of) & (ends >= view.as_of))
    return held.select("student_key", kind, *(["value"] if name == "demographics" else []))
