"""The courses that students have now, as far as it decides which finals they give: alike ones stand once."""

from dataclasses import dataclass
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from features.engine.compilation import Steps, compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.school_terms import term_key
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.terms_and_marks import is_withdrawn
from features.warehouse.reader import Reader
from features.way_back.remaining_year import WayBackQuery, WayBackShape

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

COURSES = "courses_of_year"
"""What the step with students' courses is called."""


@dataclass(frozen=True)
class CoursesNow:
    """The courses of many students: the student of `number[i]` has that of `kinds.loc[kind[i]]`; by number.

    Many students' courses are the same in all that decides what finals they give, which is there once.
    """

    number: Ints
    kind: Ints
    kinds: pd.DataFrame

    def of_kinds(self, chosen: Flags) -> "CoursesNow":
        """Those of some kinds."""
        own = chosen[self.kind]
        return CoursesNow(self.number[own], self.kind[own], self.kinds)

    def of_students(self, numbers: Ints) -> "CoursesNow":
        """Those of some students."""
        own = np.isin(self.number, numbers)
        return CoursesNow(self.number[own], self.kind[own], self.kinds)


def current_courses(reader: Reader, query: WayBackQuery) -> CoursesNow:
    """The courses of each student that have a line on a report of this year."""
    script = course_script(query.shape)
    with reader.sharing_steps() as sharing, sharing.named_steps(script, query.values, [COURSES]):
        pairs = sharing.run(script, query.values)
        kinds = sharing.run(course_kinds_script(query.shape))
    digests, kind = np.unique(pairs["digest"].to_numpy(), return_inverse=True)
    kinds = kinds.set_index("digest").loc[digests].reset_index(drop=True)
    kinds["kind"] = np.arange(len(kinds))
    return CoursesNow(pairs["number"].to_numpy(dtype=np.int64), kind.astype(np.int64), kinds)


@cached_script
def course_script(query: WayBackShape) -> Script:
    """DuckDB's SQL for each student's courses of this year, by `number`, each with the `digest` of its kind."""
    steps = CompiledSteps()
    found = steps.kept(COURSES, partial(courses_of_year, query, steps))
    return compile_script(found.select("digest", number="student_key").order_by("number"), steps)


@cached_script
def course_kinds_script(query: WayBackShape) -> Script:
    """DuckDB's SQL for what courses are the same in, a row a kind of course, read from `course_script`'s step."""
    rows = ibis.table(courses_of_year(query, Steps()).schema(), name=COURSES)
    each = {name: rows[name].arbitrary() for name in rows.columns if name not in ("student_key", "digest")}
    missing = {name: rows[name].max() for name in each if name != "finals_in"}
    return compile_script(rows.group_by("digest").aggregate(**{**each, **missing}), Steps())


def courses_of_year(query: WayBackShape, steps: Steps) -> ir.Table:
    """Each student's courses of this school year that were not withdrawn from, but summer's.

    `first` and `last` are the first days of the first and last term with a line, `finals_in` the terms with a final on
    record, be it without a mark; `has_points` is false where the marks that were given have none. One `is_replaced`
    where another one of the student's and the same subject began after its last mark.
    """
    lines = lines_of_year(query, steps)
    final, given = lines.mark_kind == "final", lines.mark.notnull().any()
    found = lines.group_by(["student_key", "course_id"]).aggregate(
        subject=lines.subject.max(),
        first=lines.start_date.min(),
        last=lines.start_date.max(),
        final_credit=lines.credits_attempted_hundredths.max(where=final),
        progress_credit=lines.credits_attempted_hundredths.max(),
        finals_in=lines.term_id.collect(where=final, order_by=lines.term_id),
        has_points=~given | lines.points_hundredths.notnull().any(),
        withdrawn=lines.start_date.max(where=is_withdrawn(lines)),
    )
    goes_on = ~ibis.coalesce(found.withdrawn >= found["last"], False)
    found = found.filter(goes_on).drop("withdrawn")
    began = found["first"].max().over(group_by=["student_key", "subject"])
    found = found.mutate(is_replaced=ibis.coalesce(found.subject.notnull() & (began > found["last"]), False))
    alike = {name: found[name] for name in found.columns if name != "student_key"}
    return found.mutate(digest=ibis.struct(alike).hash())


def lines_of_year(query: WayBackShape, steps: Steps) -> ir.Table:
    """The students' lines of this year's reports, with or without a mark, but summer's."""
    seen = query.seen(query.members(steps))
    marks = seen.marks_posted()  # which stand already, for records
    lines = with_terms(marks.filter(marks.years_ago == 0), seen.rows("terms"))
    return lines.filter(~ibis.coalesce(lines.kind == "summer", False))


def with_terms(marks: ir.Table, terms: ir.Table) -> ir.Table:
    """Marks with `kind` and `start_date` of their term, missing where it is not on record."""
    key = term_key(terms)
    spans = terms.select(*key, "kind", "start_date")
    return marks.left_join(spans, key).select(marks, spans.kind, spans.start_date)
