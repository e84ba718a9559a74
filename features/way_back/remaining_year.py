"""What is ahead of each student this school year, by what is known on the as-of date: school days, finals to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.expressions import as_condition
from features.engine.snapshot_query import (
    ANY_DAY,
    ANY_YEAR,
    in_denominator,
    in_window_rows,
    join_by_student,
    meets_restrictions,
    on_days,
    with_measures,
)
from features.engine.sql_script import Script, Steps, script_of
from features.engine.view import Members, View
from features.language.cohorts import Cohort
from features.language.outcome import CENSORED, Outcome
from features.snapshots.labels import ANY_LAST, ANY_TERM, OutcomePeriod, days_that_count, outcome_period, with_exits
from features.warehouse.reader import Reader, sql_of
from features.way_back.rule_bounds import RuleBound


@dataclass(frozen=True)
class ReaderOfView(Reader):
    """A reader for whom nothing holds but what was visible to a view."""

    seen: View

    def current(self, name: str) -> pd.DataFrame:
        """Every visible row of a canonical table."""
        return self.frame(rows_sql(self.seen, name))

    def last_school_day(self, school_year: int) -> date:
        """The last day of instruction of a school year, as known then."""
        days = self.current("calendar_days")
        last = days.loc[days["in_session"].astype(bool) & (days["school_year"] == school_year), "date"].max()
        return pd.Timestamp(last).date()


@lru_cache(maxsize=256)
def rows_sql(view: View, name: str) -> str:
    """DuckDB's SQL for the rows of a table that were visible to a view."""
    return sql_of(view.rows(name))


class YearEndView(View):
    """What is known on the as-of date, seen from the last day that counts: attendance is taken on every day to come."""

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record the last version that was visible."""
        rows = super().versions_in_force(name)
        if name != "calendar_days":
            return rows
        return rows.mutate(attendance_taken=rows.attendance_taken | (rows.date > self.as_of))

    def named(self, name: str) -> str:
        """What a table as seen by this view is called in SQL."""
        return f"ahead_{super().named(name)}"


@dataclass(frozen=True)
class WayBackQuery:
    """Of whom and of which rule something is asked, and what was known then."""

    outcome: Outcome
    parts: tuple[RuleBound, ...]
    cohort: Cohort
    start: View
    period: OutcomePeriod

    def members(self, steps: Steps) -> Members:
        """The students who are asked about."""
        return Members(replace(self.start, steps=steps), self.cohort)

    def seen(self, members: Members) -> YearEndView:
        """The students' records, seen from the last day that counts."""
        start, period = members.view, self.period
        return YearEndView(
            start.as_of, start.school_year, start.loads_through, members, period.through, period.term_from, start.steps
        )


def for_asking(make: Callable[[WayBackQuery], Script], asking: WayBackQuery) -> Script:
    """The script of what is asked, made for days that stand for any (see `features.engine.snapshot_query.for_day`).

    `make` is to remember what it made.
    """
    start, period = asking.start, asking.period
    apart = start != View(start.as_of, start.school_year) or period.school_year != start.school_year
    if apart or asking.cohort.on_census_day:
        return make(asking)
    term = ANY_TERM if period.term_from else None
    made = replace(asking, start=View(ANY_DAY, ANY_YEAR), period=OutcomePeriod(ANY_LAST, ANY_LAST, ANY_YEAR, term))
    days = {ANY_DAY: start.as_of, **days_that_count(period.through, period.term_from)}
    return on_days(make(made), days, start.school_year)


def remaining_period(reader: Reader, start: View, outcome: Outcome) -> OutcomePeriod | None:
    """When the outcome is decided, by the calendar and the terms that were known then; None where no term follows."""
    return outcome_period(ReaderOfView(reader.connection, start), outcome, start.as_of)


def student_standings(reader: Reader, asking: WayBackQuery) -> pd.DataFrame:
    """Where each student stands, sorted by `student_key`, students left out of whom nothing will be said.

    `number` is the student's in `finals_to_come`; `days` are the school days from the year's first to the last that
    counts, `days_term` those of the marking term, `days_so_far` those up to the as-of date; `planned` the hundredths of
    days to come which are already excused or taken away. `so_far_0` is what the first part counted so far, an integer,
    and `given_0` in how many records.
    """
    rows = for_asking(standing_script, asking).frame(reader.connection).set_index("student_key")
    count_so_far = rows.columns.difference(["is_told"])
    rows[count_so_far] = rows[count_so_far].fillna(0).astype("int64")
    return rows[rows["is_told"].fillna(value=False).astype(bool)]


@lru_cache(maxsize=64)
def standing_script(asking: WayBackQuery) -> Script:
    """DuckDB's SQL for `standings`."""
    steps = Steps()
    members = asking.members(steps)
    seen, outcome = asking.seen(members), asking.outcome
    cohort = with_exits(members.numbered().select("student_key", "grade_level"), seen)
    table, columns = with_measures(cohort, [outcome.judged_if] if outcome.judged_if else [], seen)
    judged = as_condition(outcome.judged_if, table, columns) if outcome.judged_if else ibis.literal(True)
    gone = ibis.coalesce(table.exit_kind.isin(list(CENSORED)), False) | ibis.coalesce(table.vanished, True)
    told = ibis.coalesce(judged, False) & (table.has_finished | ~gone)
    table = table.select("student_key", "grade_level", days="days_0", days_term="days_term", is_told=told)
    table = join_by_student(table, days_so_far(members))
    for name in dict.fromkeys(part.measure.records.table for part in asking.parts):
        table = join_by_student(table, counts_so_far(name, asking.parts, seen))
    found = members.with_keys(table.mutate(number=table.student_key)).order_by("student_key")
    return script_of(found, steps)


def days_so_far(members: Members) -> ir.Table:
    """Each student's school days up to the as-of date."""
    days = members.view.of(members).school_days()
    this_year = days.filter(days.school_year == members.view.school_year)
    return this_year.select("student_key", days_so_far="days")


def counts_so_far(name: str, parts: Sequence[RuleBound], seen: View) -> ir.Table:
    """What the parts on one table count so far, a row a student."""
    rows = seen.records(name)
    found = {}
    for place, part in enumerate(parts):
        if part.measure.records.table == name:
            found[f"so_far_{place}"], found[f"given_{place}"] = count_so_far(part, rows)
    if name == "attendance":
        found["planned"] = rows.absent_hundredths.sum(where=rows.date > seen.as_of)
    return rows.group_by("student_key").aggregate(**found)


def count_so_far(part: RuleBound, rows: ir.Table) -> tuple[ir.Scalar, ir.Scalar]:
    """What a part counts of a student's rows, as an integer, and in how many."""
    chosen = in_window_rows(part.window, rows) & meets_restrictions(part.measure.records.where, rows)
    if part.kind == "average":
        return rows.points_hundredths.sum(where=chosen), rows.points_hundredths.count(where=chosen)
    if part.kind in ("credits", "days"):
        return rows[part.measure.column].sum(where=chosen), chosen.cast("int64").sum()
    return chosen.cast("int64").sum(), in_denominator(part.measure, rows).cast("int64").sum()
