"""Core courses passed and failed, counted by school, grade, term and subject; no student leaves the warehouse."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.known_records import without_bookkeeping
from features.engine.school_terms import term_key
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.terms_and_marks import FAILING
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.warehouse.reader import Reader

CORE = ("ela", "math", "science", "social_science")
TERM = ("school_year", "term_id")
PLACE = (*TERM, "grade_level", "school_id")
SCHOOL_BITS, SUBJECT_BITS = 32, 2
"""Bits for the number of a school and of a core subject."""


def course_totals(reader: Reader, view: View) -> pd.DataFrame:
    """Counts of students of this school year and the last, as known on the view's as-of date.

    A row a `measure`, `school_year`, `term_id`, `grade_level`, `school_id` and `subject` (empty for all core courses),
    with `term_end` (the last one, where tracks of a school differ), the students counted `n` and those of whom it holds
    `yes`. Grade and school are those of the term.

    - `passed`: of those with a mark, those with no F.
    - `left`: of those without an F in the term before, those with one.
    - `back`: of those with an F in the term before, those without one.
    """
    return reader.run(totals_script(view.shape), view.values).astype({"n": "int64", "yes": "int64"})


@cached_script
def totals_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the rows of `course_totals`, a row a place.

    Students, terms, schools and subjects are numbers until they are counted: texts are slow keys.
    """
    steps = CompiledSteps()
    tables = VisibleTables(shape, steps=steps)
    terms = steps.kept("numbered_terms", lambda: numbered_terms(tables))
    lines = steps.kept("core_lines", lambda: core_lines(tables, terms))
    schools = steps.kept("core_schools", lambda: numbered_schools(lines))
    by_subject = marks_by_subject(lines, schools)
    of_term = by_subject.group_by(["student", "term"]).aggregate(
        grade_level=by_subject.grade_level.max(), school=by_subject.school.max(), failed=by_subject.failed.max()
    )
    before = ibis.coalesce(of_term.failed.lag().over(group_by="student", order_by="term"), -1)
    dated = of_term.mutate(before=before)
    parts = (
        counted(by_subject, "passed", by_subject.failed == 0, by_subject.subject),
        counted(dated, "passed", dated.failed == 0),
        counted(dated.filter(dated.before == 0), "left", ibis._.failed == 1),
        counted(dated.filter(dated.before == 1), "back", ibis._.failed == 0),
    )
    named = with_names(ibis.union(*parts), terms, schools)
    return compile_script(named.order_by("measure", *PLACE, "subject"), steps)


def numbered_terms(tables: VisibleTables) -> ir.Table:
    """Terms but summer's, each with its number (`term`) in their order in time."""
    terms = tables.rows("terms").filter(ibis._.kind != "summer")
    key = term_key(terms)
    order = ["school_year", "end_date", "term_id", *key]
    return terms.select(*key, "end_date", term=ibis.row_number().over(order_by=list(dict.fromkeys(order))))


def core_lines(tables: VisibleTables, terms: ir.Table) -> ir.Table:
    """Marks in core subjects of this school year and the last, with the number of student, term and subject.

    `grade_level` is the highest of the school year; `in_progress` is 0 for a final mark and 1 for others, `failed` 1
    for a failed course.
    """
    given = without_bookkeeping(tables.rows("marks"))
    recent = given.school_year >= tables.school_year - 1
    given = given.filter(recent & given.subject.isin(CORE) & given.mark.notnull())
    people = students_by_year(tables)
    known = given.inner_join(people, ["student_key", "school_year"]).select(given, people.student, people.grade_level)
    dated = known.inner_join(terms, term_key(terms)).select(known, terms.term)
    return dated.select(
        "student", "grade_level", "term", "course_id", "school_id",
        in_progress=(dated.mark_kind != "final").cast("int64"),
        failed=dated.mark.isin(FAILING).cast("int64"),
        subject=ibis.cases(*((dated.subject == name, place) for place, name in enumerate(CORE)), else_=0),
    )  # fmt: skip


def students_by_year(tables: VisibleTables) -> ir.Table:
    """Everyone who was ever enrolled, with the number `student` and the highest grade in this school year and the last.

    A row a student and year; no grade in a year without an enrollment.
    """
    spells = tables.rows("enrollments")
    students = spells.select("student_key").distinct()
    students = students.mutate(student=ibis.row_number().over(order_by="student_key"))
    this_year = students.mutate(school_year=tables.school_year)
    both = this_year.union(students.mutate(school_year=tables.school_year - 1))
    keys = ["student_key", "school_year"]
    grades = spells.group_by(keys).aggregate(grade_level=spells.grade_level.max())
    return both.left_join(grades, keys).select(both, grades.grade_level)


def numbered_schools(lines: ir.Table) -> ir.Table:
    """The schools of marks, each with its number (`school`) in the order of their ids."""
    return lines.select("school_id").distinct().mutate(school=ibis.row_number().over(order_by="school_id"))


def marks_by_subject(lines: ir.Table, schools: ir.Table) -> ir.Table:
    """Of each student, term and core subject whether a course was failed (1 or 0).

    Of a course the final mark counts before others, then that of the first school: what is known of it is packed into
    one number, of which the least is taken.
    """
    placed = lines.inner_join(schools, "school_id").select(lines, schools.school)
    of_course = (placed.in_progress << SCHOOL_BITS) + placed.school
    packed = (((of_course << 1) + placed.failed) << SUBJECT_BITS) + placed.subject
    courses = placed.group_by(["student", "term", "course_id"]).aggregate(
        grade_level=placed.grade_level.max(), packed=packed.min()
    )
    told = courses.select(
        "student", "term", "grade_level",
        subject=courses.packed & (2**SUBJECT_BITS - 1),
        failed=(courses.packed >> SUBJECT_BITS) & 1,
        school=(courses.packed >> (SUBJECT_BITS + 1)) & (2**SCHOOL_BITS - 1),
    )  # fmt: skip
    return told.group_by(["student", "term", "subject"]).aggregate(
        grade_level=told.grade_level.max(), school=told.school.max(), failed=told.failed.max()
    )


def counted(
    rows: ir.Table, measure: str, holds: ir.BooleanValue | ibis.Deferred, subject: ir.IntegerColumn | None = None
) -> ir.Table:
    """The students of rows, and those of whom a condition holds, by the numbers of place and subject (-1 for all)."""
    named = rows.mutate(holds=holds, subject=ibis.literal(-1, "int64") if subject is None else subject)
    keys = ["term", "grade_level", "school", "subject"]
    sums = named.group_by(keys).aggregate(n=named.count(), yes=named.holds.cast("int64").sum())
    return sums.mutate(measure=ibis.literal(measure))


def with_names(counts: ir.Table, terms: ir.Table, schools: ir.Table) -> ir.Table:
    """Counts by the names of place and subject: terms of one name that differ in their days are counted together."""
    placed = counts.inner_join(terms, "term").inner_join(schools, "school")
    subjects = ((placed.subject == place, name) for place, name in enumerate(CORE))
    named = placed.select(
        *TERM, "grade_level", "school_id", "end_date", "n", "yes", "measure", subject=ibis.cases(*subjects, else_="")
    )
    keys = ["measure", *PLACE, "subject"]
    sums = named.group_by(keys).aggregate(term_end=named.end_date.max(), n=named.n.sum(), yes=named.yes.sum())
    return sums.select(*PLACE, "term_end", "subject", "n", "yes", "measure")
