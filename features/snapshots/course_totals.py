"""Core courses passed and failed, counted by school, grade, term and subject; no student leaves the warehouse."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.known_records import without_bookkeeping
from features.engine.record_columns import with_grade, with_terms
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.terms_and_marks import FAILING
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.warehouse.reader import Reader

CORE = ("ela", "math", "science", "social_science")
TERM = ("school_year", "term_id")
PLACE = (*TERM, "grade_level", "school_id")


def course_totals(reader: Reader, view: View) -> pd.DataFrame:
    """Counts of students of this school year and the last, as known on the view's as-of date.

    A row a `measure`, `school_year`, `term_id`, `grade_level`, `school_id` and `subject` (empty for all core courses),
    with `term_end` (the last one, where tracks of a school differ), the students counted `n` and those of whom it holds
    `yes`. Grade and school are those of the term.

    - `passed`: of those with a mark, those with no F.
    - `left`: of those without an F in the term before, those with one.
    - `back`: of those with an F in the term before, those without one.
    """
    return reader.run(totals_script(view.shape), view.values)


@cached_script
def totals_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the rows of `course_totals`, a row a place."""
    steps = CompiledSteps()
    by_subject = marks_by_subject(VisibleTables(shape, steps=steps))
    keys = ["student_key", *TERM, "term_end"]
    terms = by_subject.group_by(keys).aggregate(
        grade_level=by_subject.grade_level.max(), school_id=by_subject.school_id.max(), failed=by_subject.failed.max()
    )
    order = [terms.school_year, terms.term_end]
    before = ibis.coalesce(terms.failed.lag().over(group_by="student_key", order_by=order), -1)
    dated = terms.mutate(before=before)
    parts = (
        counted(by_subject, "passed", by_subject.failed == 0, by_subject.subject),
        counted(dated, "passed", dated.failed == 0),
        counted(dated.filter(dated.before == 0), "left", ibis._.failed == 1),
        counted(dated.filter(dated.before == 1), "back", ibis._.failed == 0),
    )
    return compile_script(ibis.union(*parts).order_by("measure", *PLACE, "subject"), steps)


def marks_by_subject(tables: VisibleTables) -> ir.Table:
    """Of each student, term and core subject whether a course was failed (1 or 0); a final mark goes before others."""
    given = without_bookkeeping(tables.rows("marks"))
    recent = given.school_year >= tables.school_year - 1
    given = given.filter(recent & given.subject.isin(CORE) & given.mark.notnull())
    marks = with_terms(with_grade(given, tables.rows("enrollments")), tables.rows("terms"))
    marks = marks.filter(~marks.is_summer & marks.term_end.notnull())
    course = ["student_key", *TERM, "course_id"]
    place = ibis.row_number().over(group_by=course, order_by=[ibis.desc(marks.mark_kind == "final"), "school_id"])
    marks = marks.mutate(place=place).filter(ibis._.place == 0)
    return marks.group_by(["student_key", *TERM, "term_end", "subject"]).aggregate(
        grade_level=marks.grade_level.max(),
        school_id=marks.school_id.max(),
        failed=marks.mark.isin(FAILING).cast("int64").max(),
    )


def counted(
    rows: ir.Table, measure: str, holds: ir.BooleanValue | ibis.Deferred, subject: ir.StringColumn | None = None
) -> ir.Table:
    """The students of rows, and those of whom a condition holds, by place and subject."""
    named = rows.mutate(holds=holds, subject=ibis.literal("") if subject is None else subject)
    keys = [*PLACE, "subject"]
    sums = named.group_by(keys).aggregate(
        term_end=named.term_end.max(), n=named.count(), yes=named.holds.cast("int64").sum()
    )
    return sums.select(*PLACE, "term_end", "subject", "n", "yes", measure=ibis.literal(measure))
