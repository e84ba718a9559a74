"""Finals that are still to come: which terms give them, and in which courses each student is."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import ViewShape
from features.engine.visible_tables import VisibleTables
from features.snapshots.term_series import terms_of_series
from features.warehouse.reader import Reader
from features.warehouse.reader_as_of import ReaderAsOf
from features.way_back.current_courses import CoursesNow, current_courses, with_terms
from features.way_back.remaining_year import WayBackQuery
from features.way_back.rule_bounds import RuleBound

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FINALS_TERM_KINDS = ("semester", "trimester", "quarter", "year")
"""Kinds of terms, of which the first that the year has is taken to give finals where no earlier year shows it."""

MIN_SHARE = 0.1
"""A kind of term with a smaller share of the finals does not give any."""


NOTHING = {"finals": 0, "credit": 0, "least_credit": 0, "most_credit": 0}


@dataclass(frozen=True)
class RemainingFinals:
    """The courses that students have, the finals that each kind of them will give, and the terms that can still come.

    Of `finals`, those of a kind of course have its `kind`.
    """

    query: WayBackQuery
    courses: CoursesNow
    finals: pd.DataFrame
    terms: pd.DataFrame
    has_terms: bool

    def left(self, bound: RuleBound, rows: pd.DataFrame) -> dict[str, Ints]:
        """How many finals to come a bound counts of each student of `standings`, and their credits."""
        each = self.in_window(bound, self.finals).groupby("kind")["credit"]
        found = pd.DataFrame(each.agg(finals="size", credit="sum", least_credit="min", most_credit="max"))
        giving = self.courses.kinds.index.isin(found.index)
        own = in_scope(bound, self.courses, rows).of_kinds(giving)
        per_course = found.reindex(self.courses.kinds.index, fill_value=0).iloc[own.kind]
        return per_student(per_course, own.number, rows["number"].to_numpy(dtype=np.int64))

    def unknown(self, bound: RuleBound, rows: pd.DataFrame) -> Flags:
        """Students without a known course that counts while a term goes on; all where no terms are on record.

        And for a bound on credits, those with a final to come of which no credits are known.
        """
        as_of, through = self.query.start.as_of, self.query.period.through
        if not self.has_terms:
            return np.full(len(rows), as_of < through)
        goes_on = self.in_window(bound, self.terms)["end_date"] > pd.Timestamp(as_of)
        known = rows["number"].isin(in_scope(bound, self.courses, rows).number).to_numpy(dtype=np.bool_)
        without_credit = self.courses.kinds.index.isin(self.finals["kind"][~self.finals["has_credit"]])
        untold = rows["number"].isin(self.courses.of_kinds(without_credit).number).to_numpy(dtype=np.bool_)
        return (~known & goes_on.any()) | (untold & (bound.kind == "credits"))

    def in_window(self, bound: RuleBound, terms: pd.DataFrame) -> pd.DataFrame:
        """The rows whose term is one that the bound counts."""
        if not bound.window.this_term:
            return terms
        first, last = self.query.period.term_from or self.query.start.as_of, self.query.period.through
        return terms[terms["start_date"].between(pd.Timestamp(first), pd.Timestamp(last))]


def per_student(courses: pd.DataFrame, number: Ints, students: Ints) -> dict[str, Ints]:
    """The finals and credits of courses, which stand by the `number` of their students, as those of each student."""
    own, begins = np.unique(number, return_index=True)
    if not len(own):
        return {name: np.zeros(len(students), dtype=np.int64) for name in NOTHING}
    gather = {"least_credit": np.minimum, "most_credit": np.maximum}
    place = np.searchsorted(own, students)
    here = own[np.minimum(place, len(own) - 1)] == students
    found = {}
    for name in NOTHING:
        each = gather.get(name, np.add).reduceat(courses[name].to_numpy(dtype=np.int64), begins)
        found[name] = np.where(here, each[np.minimum(place, len(own) - 1)], 0)
    return found


def in_scope(bound: RuleBound, courses: CoursesNow, rows: pd.DataFrame) -> CoursesNow:
    """The courses that a bound counts: of its subjects, in its grades, with points where it needs them."""
    only, kinds = bound.restrictions, courses.kinds
    counts = np.ones(len(kinds), dtype=np.bool_)
    if "subject" in only:
        counts &= kinds["subject"].isin(list(only["subject"])).to_numpy(dtype=np.bool_)
    if bound.kind == "average":
        counts &= kinds["has_points"].to_numpy(dtype=np.bool_)
    found = courses.of_kinds(counts)
    if "grade_level" not in only:
        return found
    return found.of_students(rows["number"][rows["grade_level"].isin(list(only["grade_level"]))].to_numpy(np.int64))


def remaining_finals(reader: Reader, query: WayBackQuery) -> RemainingFinals:
    """The finals that students' courses will still give, by what was known then."""
    courses = current_courses(reader, query)
    terms = terms_this_year(reader, query)
    usual, to_come = usual_kinds(finals_by_kind(reader, query), terms), terms_to_come(query, terms)
    with_kinds = courses_with_kinds(courses.kinds, usual, default_kinds(usual, terms))
    finals = finals_to_come(courses.kinds, with_kinds, to_come)
    return RemainingFinals(query, courses, finals, to_come, has_terms=not terms.empty)


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


def finals_to_come(courses: pd.DataFrame, with_kinds: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """The finals that each kind of course will give in these terms, one row each, the courses staying the same.

    Columns `kind` (of the course), `course_id`, `term_id`, `start_date`, `subject`, `credit` (hundredths),
    `has_credit` and `has_points`. A course that has a final in a term, be it without a mark, gets no other one in it;
    one whose place a later course of the same subject took gets none in a later term, and no course one in a term that
    ended before it began.
    """
    possible = with_kinds.merge(terms.rename(columns={"kind": "term_kind"}), on="term_kind")
    goes_on = ~possible["is_replaced"] | (possible["start_date"] <= possible["last"])
    possible = possible[goes_on & ~(possible["end_date"] < possible["first"])]
    given = courses[["kind", "finals_in"]].explode("finals_in").dropna()
    key = pd.MultiIndex.from_frame(possible[["kind", "term_id"]])
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
    """Kinds of courses, a row for each kind of term that gives them finals (`term_kind`), with their `credit`.

    It is that of a final of this year, else of earlier ones, else that of a mark in progress; `has_credit` is false and
    it is 0 where none tells.
    """
    of_terms = {"kind": "term_kind"}
    known = courses.merge(usual.rename(columns=of_terms), on="course_id")
    others = courses[~courses["course_id"].isin(usual["course_id"])].merge(
        default.rename(columns=of_terms), how="cross"
    )
    found = pd.concat([known, others], ignore_index=True)
    credit = found["final_credit"].fillna(found["usual_credit"]).fillna(found["progress_credit"])
    return found.assign(credit=credit.fillna(0).astype("int64"), has_credit=credit.notna())


@cached_script
def earlier_finals_script(start: ViewShape) -> Script:
    """DuckDB's SQL for the finals of earlier years by year, course and kind of term, but summer's.

    They are a step, as all outcomes of a list ask for the same ones.
    """
    steps = CompiledSteps()
    found = steps.kept("earlier_finals", partial(earlier_finals, VisibleTables(start, steps=steps)))
    return compile_script(found, steps)


def earlier_finals(seen: VisibleTables) -> ir.Table:
    """Finals of earlier years by year, course and kind of term, but summer's."""
    marks, terms = seen.rows("marks"), seen.rows("terms")
    finals = marks.filter((marks.mark_kind == "final") & (marks.school_year < seen.school_year))
    of_terms = with_terms(finals, terms).filter(lambda rows: rows.kind != "summer")
    return of_terms.group_by(["school_year", "course_id", "kind"]).aggregate(
        finals=of_terms.count(), usual_credit=of_terms.credits_attempted_hundredths.max()
    )
