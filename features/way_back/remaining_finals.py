"""Finals that are still to come: which terms give them, and in which courses each student is."""

from dataclasses import dataclass
from datetime import timedelta

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
from features.engine.view import ViewShape
from features.engine.visible_tables import VisibleTables
from features.snapshots.term_series import terms_of_series
from features.warehouse.reader import Reader
from features.warehouse.reader_as_of import ReaderAsOf
from features.way_back.remaining_year import WayBackQuery, WayBackShape
from features.way_back.rule_bounds import RuleBound

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FINALS_TERM_KINDS = ("semester", "trimester", "quarter", "year")
"""Kinds of terms, of which the first that the year has is taken to give finals where no earlier year shows it."""

MIN_SHARE = 0.1
"""A kind of term with a smaller share of the finals does not give any."""


@dataclass(frozen=True)
class RemainingFinals:
    """The courses that students have, the finals that these will give, and the terms whose finals can still come."""

    query: WayBackQuery
    courses: pd.DataFrame
    finals: pd.DataFrame
    terms: pd.DataFrame
    has_terms: bool

    def left(self, bound: RuleBound, rows: pd.DataFrame) -> dict[str, Ints]:
        """How many finals to come a bound counts of each student of `standings`, and their credits."""
        own = self.in_window(bound, in_scope(bound, self.finals, rows)).groupby("number")["credit"]
        found = own.agg(finals="size", credit="sum", least_credit="min", most_credit="max")
        per_student = found.reindex(rows["number"], fill_value=0)
        return {str(name): per_student[name].to_numpy(dtype=np.int64) for name in per_student}

    def unknown(self, bound: RuleBound, rows: pd.DataFrame) -> Flags:
        """Students without a known course that counts while a term goes on; all where no terms are on record.

        And for a bound on credits, those with a final to come of which no credits are known.
        """
        as_of, through = self.query.start.as_of, self.query.period.through
        if not self.has_terms:
            return np.full(len(rows), as_of < through)
        goes_on = self.in_window(bound, self.terms)["end_date"] > pd.Timestamp(as_of)
        known = rows["number"].isin(in_scope(bound, self.courses, rows)["number"])
        untold = rows["number"].isin(self.finals["number"][~self.finals["has_credit"]]).to_numpy(dtype=np.bool_)
        return (~known.to_numpy(dtype=np.bool_) & goes_on.any()) | (untold & (bound.kind == "credits"))

    def in_window(self, bound: RuleBound, terms: pd.DataFrame) -> pd.DataFrame:
        """The rows whose term is one that the bound counts."""
        if not bound.window.this_term:
            return terms
        first, last = self.query.period.term_from or self.query.start.as_of, self.query.period.through
        return terms[terms["start_date"].between(pd.Timestamp(first), pd.Timestamp(last))]


def in_scope(bound: RuleBound, courses: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The courses that a bound counts: of its subjects, in its grades, with points where it needs them."""
    only, counts = bound.restrictions, pd.Series(data=True, index=courses.index)
    if "subject" in only:
        counts &= courses["subject"].isin(list(only["subject"]))
    if "grade_level" in only:
        grades = courses["number"].map(rows.set_index("number")["grade_level"])
        counts &= grades.isin(list(only["grade_level"]))
    return courses[counts & courses["has_points"]] if bound.kind == "average" else courses[counts]


def remaining_finals(reader: Reader, query: WayBackQuery) -> RemainingFinals:
    """The finals that students' courses will still give, by what was known then."""
    courses = current_courses(reader, query)
    terms = terms_this_year(reader, query)
    usual, to_come = usual_kinds(finals_by_kind(reader, query), terms), terms_to_come(query, terms)
    with_kinds = courses_with_kinds(with_replaced(courses), usual, default_kinds(usual, terms))
    return RemainingFinals(
        query, courses, finals_to_come(courses, with_kinds, to_come), to_come, has_terms=not terms.empty
    )


def terms_to_come(query: WayBackQuery, terms: pd.DataFrame) -> pd.DataFrame:
    """Those of the year's terms whose finals can still come before the outcome is decided."""
    posting = timedelta(days=query.outcome.horizon.posting_days)
    to_come = terms["end_date"] + posting >= pd.Timestamp(query.start.as_of)
    if query.outcome.horizon.kind == "term":
        to_come &= terms["end_date"] <= pd.Timestamp(query.period.through)
    return terms[to_come]


def terms_this_year(reader: Reader, query: WayBackQuery) -> pd.DataFrame:
    """The terms of the school year, but summer's: `term_id`, `kind`, `start_date` and `end_date`."""
    terms = terms_of_series(ReaderAsOf(reader.connection, query.start), query.series)
    terms = terms[(terms["school_year"] == query.start.school_year) & (terms["kind"] != "summer")]
    return terms[["term_id", "kind", "start_date", "end_date"]]


def current_courses(reader: Reader, query: WayBackQuery) -> pd.DataFrame:
    """The courses of each student (`number`) that have a line on a report of this year, with `subject`."""
    return reader.run(course_script(query.shape), query.values).rename(columns={"student_key": "number"})


def finals_to_come(courses: pd.DataFrame, with_kinds: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """The finals that each student's courses will give in these terms, one row each, the courses staying the same.

    Columns `number` (of the student), `course_id`, `term_id`, `start_date`, `subject`, `credit` (hundredths),
    `has_credit` and `has_points`. A course that has a final in a term, be it without a mark, gets no other one in it;
    one whose place a later course of the same subject took gets none in a later term, and no course one in a term that
    ended before it began.
    """
    possible = with_kinds.merge(terms, on="kind")
    goes_on = ~possible["is_replaced"] | (possible["start_date"] <= possible["last"])
    possible = possible[goes_on & ~(possible["end_date"] < possible["first"])]
    given = courses[["number", "course_id", "finals_in"]].explode("finals_in").dropna()
    key = pd.MultiIndex.from_frame(possible[["number", "course_id", "term_id"]])
    is_given: Flags = key.isin(pd.MultiIndex.from_frame(given))
    return possible[~is_given]


def finals_by_kind(reader: Reader, query: WayBackQuery) -> pd.DataFrame:
    """Finals of the latest earlier year that has any: `course_id`, `kind`, `finals` and `usual_credit`."""
    found = reader.run(earlier_finals_script(query.start.shape), query.start.values)
    latest: pd.DataFrame = found[found["school_year"] == found["school_year"].max()]
    return latest


def usual_kinds(finals: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """The kinds of terms that give each course its finals, among those of this year, with `usual_credit`."""
    here = finals[finals["kind"].isin(terms["kind"])]
    share = here["finals"] / here.groupby("course_id")["finals"].transform("sum")
    return here[share >= MIN_SHARE]


def default_kinds(usual: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """The kinds of terms that give a course its finals of which nothing is known: `kind`."""
    finals = usual.groupby("kind")["finals"].sum()
    common = finals.index[finals >= MIN_SHARE * finals.sum()].to_list()
    there = [kind for kind in FINALS_TERM_KINDS if kind in set(terms["kind"])]
    return pd.DataFrame({"kind": common or there[:1]}, dtype="object")


def courses_with_kinds(courses: pd.DataFrame, usual: pd.DataFrame, default: pd.DataFrame) -> pd.DataFrame:
    """Each student's courses, a row for each kind of term that gives them finals, with their `credit`.

    It is that of a final of this year, else of earlier ones, else that of a mark in progress; `has_credit` is false and
    it is 0 where none tells.
    """
    known = courses.merge(usual, on="course_id")
    others = courses[~courses["course_id"].isin(usual["course_id"])].merge(default, how="cross")
    found = pd.concat([known, others], ignore_index=True)
    credit = found["final_credit"].fillna(found["usual_credit"]).fillna(found["progress_credit"])
    return found.assign(credit=credit.fillna(0).astype("int64"), has_credit=credit.notna())


def with_replaced(courses: pd.DataFrame) -> pd.DataFrame:
    """Courses with `is_replaced`: another one of the student's and the same subject began after its last mark."""
    began = courses.groupby(["number", "subject"])["first"].transform("max")
    return courses.assign(is_replaced=began > courses["last"])


@cached_script
def earlier_finals_script(start: ViewShape) -> Script:
    """DuckDB's SQL for the finals of earlier years by year, course and kind of term, but summer's."""
    steps = CompiledSteps()
    seen = VisibleTables(start, steps=steps)
    marks, terms = seen.rows("marks"), seen.rows("terms")
    finals = marks.filter((marks.mark_kind == "final") & (marks.school_year < seen.school_year))
    of_terms = with_terms(finals, terms).filter(lambda rows: rows.kind != "summer")
    found = of_terms.group_by(["school_year", "course_id", "kind"]).aggregate(
        finals=of_terms.count(), usual_credit=of_terms.credits_attempted_hundredths.max()
    )
    return compile_script(found, steps)


@cached_script
def course_script(query: WayBackShape) -> Script:
    """DuckDB's SQL for each student's courses of this school year that were not withdrawn from, but summer's.

    `first` and `last` are the first days of the first and last term with a line, `finals_in` the terms with a final on
    record, be it without a mark; `has_points` is false where the marks that were given have none.
    """
    steps = CompiledSteps()
    lines = lines_of_year(query, steps)
    final, given = lines.mark_kind == "final", lines.mark.notnull().any()
    found = lines.group_by(["student_key", "course_id"]).aggregate(
        subject=lines.subject.max(),
        first=lines.start_date.min(),
        last=lines.start_date.max(),
        final_credit=lines.credits_attempted_hundredths.max(where=final),
        progress_credit=lines.credits_attempted_hundredths.max(),
        finals_in=lines.term_id.collect(where=final),
        has_points=~given | lines.points_hundredths.notnull().any(),
        withdrawn=lines.start_date.max(where=is_withdrawn(lines)),
    )
    goes_on = ~ibis.coalesce(found.withdrawn >= found["last"], False)
    return compile_script(found.filter(goes_on).drop("withdrawn"), steps)


def lines_of_year(query: WayBackShape, steps: Steps) -> ir.Table:
    """The students' lines of this year's reports, with or without a mark, but summer's."""
    seen = query.seen(query.members(steps))
    marks = seen.rows("marks")
    lines = with_terms(marks.filter(marks.school_year == seen.school_year), seen.rows("terms"))
    return lines.filter(~ibis.coalesce(lines.kind == "summer", False))


def with_terms(marks: ir.Table, terms: ir.Table) -> ir.Table:
    """Marks with `kind` and `start_date` of their term, missing where it is not on record."""
    key = term_key(terms)
    spans = terms.select(*key, "kind", "start_date")
    return marks.left_join(spans, key).select(marks, spans.kind, spans.start_date)
