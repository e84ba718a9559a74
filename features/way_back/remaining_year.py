"""The rest of the school year, as known on the as-of date: when it ends, and where each student stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import Steps, compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.expressions import as_condition
from features.engine.measure_aggregates import in_denominator, in_window_rows, meets_restrictions
from features.engine.members import Members
from features.engine.school_terms import DISTRICT
from features.engine.script_cache import cached_script
from features.engine.snapshot_query import columns_of, join_by_student, with_measures, years_of
from features.engine.sql_script import Script
from features.engine.terms_and_marks import is_untold
from features.engine.view import Values, View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.outcome import CENSORED, Outcome
from features.snapshots.labels import with_exits
from features.snapshots.outcome_periods import OutcomePeriod, outcome_period
from features.warehouse.reader import Reader
from features.warehouse.reader_as_of import ReaderAsOf
from features.way_back.rule_bounds import RuleBound


class YearEndTables(VisibleTables):
    """What is known on the as-of date, seen from the last day that counts: attendance is taken on every day to come."""

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record the last version that was visible."""
        rows = super().versions_in_force(name)
        if name != "calendar_days":
            return rows
        return rows.mutate(attendance_taken=rows.attendance_taken | (rows.date > self.as_of))


@dataclass(frozen=True)
class WayBackQuery:
    """Whose way back, by which bounds of which outcome, from which view, until when, and by which series of terms."""

    outcome: Outcome
    bounds: tuple[RuleBound, ...]
    cohort: Cohort
    start: View
    period: OutcomePeriod
    series: str = DISTRICT

    @property
    def year_end(self) -> View:
        """The same records, seen from the last day that counts."""
        return replace(self.start, through=self.period.through, term_from=self.period.term_from, role="ahead")

    @property
    def shape(self) -> "WayBackShape":
        """What the scripts depend on."""
        return WayBackShape(self.outcome, self.bounds, self.cohort, self.start.shape, self.year_end.shape)

    @property
    def values(self) -> Values:
        """The values of the scripts' parameters."""
        return {**self.start.values, **self.year_end.values}


@dataclass(frozen=True)
class WayBackShape:
    """The same without days: what a compiled script depends on."""

    outcome: Outcome
    bounds: tuple[RuleBound, ...]
    cohort: Cohort
    start: ViewShape
    year_end: ViewShape

    def members(self, steps: Steps) -> Members:
        """The students of the cohort."""
        return Members(VisibleTables(self.start, steps=steps), self.cohort)

    def seen(self, members: Members) -> YearEndTables:
        """The students' records, seen from the last day that counts."""
        return YearEndTables(self.year_end, members, members.tables.steps)


def remaining_period(reader: Reader, start: View, outcome: Outcome, series: str = DISTRICT) -> OutcomePeriod | None:
    """When the outcome is decided, by the calendar and the terms that were known then; None where no term follows."""
    return outcome_period(ReaderAsOf(reader.connection, start), outcome, start.as_of, series)


def student_standings(reader: Reader, query: WayBackQuery) -> pd.DataFrame:
    """Where each student stands, sorted by `student_key`, students left out of whom nothing will be said.

    `number` is the student's in `finals_to_come`; `days` are the school days from the year's first to the last that
    counts, `days_term` those of the marking term, `days_so_far` those up to the as-of date; `planned` the hundredths of
    days to come which are already excused or taken away; `short`, `short_term` and `short_so_far` the hundredths by
    which the days are shorter than whole ones, where they count by their share. `so_far_0` is what the first bound
    counted so far, an integer, and `given_0` in how many records.
    """
    rows = reader.run(standing_script(query.shape), query.values).set_index("student_key")
    counted = rows.columns.difference(["is_told"])
    rows[counted] = rows[counted].fillna(0).astype("int64")
    return rows[rows["is_told"].fillna(value=False).astype(bool)]


@cached_script
def standing_script(query: WayBackShape) -> Script:
    """DuckDB's SQL for `student_standings`."""
    steps = CompiledSteps()
    members = query.members(steps)
    seen, outcome = query.seen(members), query.outcome
    cohort = with_exits(members.numbered().select("student_key", "grade_level"), seen)
    table, columns = with_measures(cohort, [outcome.judged_if] if outcome.judged_if else [], seen)
    judged = as_condition(outcome.judged_if, table, columns) if outcome.judged_if else ibis.literal(True)
    gone = ibis.coalesce(table.exit_kind.isin(list(CENSORED)), False) | ibis.coalesce(table.vanished, True)
    told = ibis.coalesce(judged, False) & (table.has_finished | ~gone)
    table = table.select("student_key", "grade_level", days="days_0", days_term="days_term", is_told=told)
    table = join_by_student(table, days_so_far(members))
    if seen.shape.policies.short_days:
        table = join_by_student(table, hundredths_short(seen))
    for name in dict.fromkeys(bound.measure.records.table for bound in query.bounds):
        table = join_by_student(table, counts_so_far(name, query.bounds, seen))
    found = members.with_keys(table.mutate(number=table.student_key)).order_by("student_key")
    return compile_script(found, steps)


def days_so_far(members: Members) -> ir.Table:
    """Each student's school days up to the as-of date."""
    days = members.tables.of(members).school_days()
    this_year = days.filter(days.school_year == members.tables.school_year)
    return this_year.select("student_key", days_so_far="days")


def hundredths_short(seen: VisibleTables) -> ir.Table:
    """By how many hundredths of a day each student's days of this year are shorter than whole ones."""
    days = seen.short_days(years=0)
    return days.group_by("student_key").aggregate(
        short=days.short_hundredths.sum(),
        short_term=days.short_hundredths.sum(where=days.in_term),
        short_so_far=days.short_hundredths.sum(where=days.date <= seen.as_of),
    )


def counts_so_far(name: str, bounds: Sequence[RuleBound], seen: VisibleTables) -> ir.Table:
    """What the bounds on one table count so far, a row a student."""
    own = [bound.measure for bound in bounds if bound.measure.records.table == name]
    rows, found = seen.records(name, years=years_of(own), used=columns_of(own)), {}
    for place, bound in enumerate(bounds):
        if bound.measure.records.table == name:
            found[f"so_far_{place}"], found[f"given_{place}"] = count_so_far(bound, rows)
        if bound.measure.records.table == name and bound.kind == "credits":
            untold = in_window_rows(bound.window, rows) & meets_restrictions(bound.measure.records.where, rows)
            untold = untold & is_untold(rows, bound.measure.column)
            found[f"untold_{place}"] = untold.cast("int64").sum()
    if name == "attendance":
        found["planned"] = rows.absent_hundredths.sum(where=rows.date > seen.as_of)
    return rows.group_by("student_key").aggregate(**found)


def count_so_far(bound: RuleBound, rows: ir.Table) -> tuple[ir.Scalar, ir.Scalar]:
    """What a bound counts of a student's rows, as an integer, and in how many."""
    chosen = in_window_rows(bound.window, rows) & meets_restrictions(bound.measure.records.where, rows)
    if bound.kind == "average":
        return rows.points_hundredths.sum(where=chosen), rows.points_hundredths.count(where=chosen)
    if bound.kind in ("credits", "days"):
        return rows[bound.measure.column].sum(where=chosen), chosen.cast("int64").sum()
    return chosen.cast("int64").sum(), in_denominator(bound.measure, rows).cast("int64").sum()
