"""Protected attributes, for audits only: each student's groups on an as-of date."""

from collections.abc import Collection

import ibis
import numpy as np
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.stored_tables import stored_table
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.tables import PROGRAMS
from features.warehouse.reader import Reader

SEVERAL = "Two or more"
"""The group of a student with several values of one attribute."""


def groups_on(reader: Reader, view: View, students: Collection[str] | None = None) -> pd.DataFrame:
    """Every student's groups at the end of the as-of date, as text; only those of some students where they are named.

    One row a student (index `student_key`), one column an attribute (`race_ethnicity`, `sex`) or a program
    (`yes` or `no`). An attribute that is not on record is missing.
    """
    attributes = reader.run(in_force_script("demographics", "attribute", view.shape), view.values)
    names = sorted(attributes["attribute"].unique())
    if students is None:
        students = reader.run(students_script())["student_key"]
    asked = pd.Index(sorted(students), dtype="object")
    grouped = rows_of(attributes, asked).groupby(["student_key", "attribute"])["value"]
    values = grouped.first().where(grouped.nunique() == 1, SEVERAL)
    frame = values.unstack("attribute").reindex(index=asked.tolist(), columns=pd.Index(names, name="attribute"))
    members = rows_of(reader.run(in_force_script("programs", "program", view.shape), view.values), asked)
    for program in PROGRAMS.column("program").allowed:
        inside = asked.isin(members.loc[members["program"] == program, "student_key"].to_numpy(dtype=object))
        frame[program] = np.where(inside, "yes", "no").astype(object)
    return frame.astype(object)


def rows_of(rows: pd.DataFrame, students: "pd.Index[str]") -> pd.DataFrame:
    """The rows of some students; most of a district's are of others, and are left out before anything is made of them.

    Keys are compared as Python's own strings, which costs a fraction of what Arrow's take in an index.
    """
    keys = pd.Index(rows["student_key"].to_numpy(dtype=object), dtype="object")
    return rows[students.get_indexer_for(keys) >= 0]


@cached_script
def students_script() -> Script:
    """DuckDB's SQL for the `student_key` of everyone who was ever on record."""
    return compile_script(stored_table("students").select("student_key").distinct())


@cached_script
def in_force_script(name: str, kind: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for the dated rows of an audit table that hold on the as-of date."""
    tables = VisibleTables(shape)
    rows = tables.rows(name)
    ends = ibis.coalesce(rows.end_date, tables.as_of)
    held = rows.filter((rows.start_date <= tables.as_of) & (ends >= tables.as_of))
    columns = ("student_key", kind, *(["value"] if name == "demographics" else []))
    return compile_script(held.select(*columns))
