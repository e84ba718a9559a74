"""From definitions to one Ibis table per snapshot: a row a student, a column a feature."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import ibis
import ibis.expr.types as ir

from features.engine.compilation import Steps, compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.expressions import as_column
from features.engine.measure_aggregates import aggregate_rows
from features.engine.members import Members
from features.engine.script_cache import cached_script
from features.engine.short_days import expected_hundredths, shortage_in
from features.engine.sql_script import Script
from features.engine.view import PLAIN, ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.language.measures import measures_in, takes_attendance_for_granted
from features.language.quantities import (
    Condition,
    Quantity,
    Window,
)
from features.language.records import Measure


def named_quantities(
    feature_set: type[FeatureSet], *, with_peers: bool = False, with_context: bool = True
) -> dict[str, Quantity]:
    """Every quantity of a feature set by column name: its features, its context, then its rule's and peers' signals."""
    described = {**feature_set.features(), **(feature_set.context() if with_context else {})}
    named = {name: feature.quantity for name, feature in described.items()}
    if feature_set.indicator is not None:
        named["rule_signals"] = feature_set.indicator.signals
    peers = feature_set.peers if with_peers else ()
    return {**named, **{peer.name: peer.signals for peer in peers}}


@dataclass(frozen=True)
class SnapshotQuery:
    """Which snapshot: a feature set, the cohort or a part of it, and how its records are seen."""

    feature_set: type[FeatureSet]
    shape: ViewShape = PLAIN
    cohort: Cohort | None = None
    """Who of the feature set's cohort; everyone where empty."""
    with_peers: bool = False
    engine: type[VisibleTables] = VisibleTables

    @property
    def members(self) -> Cohort:
        """Whose snapshot it is."""
        return self.cohort or self.feature_set.cohort

    @property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity by the name of its column; of a part of the students without what others make up too."""
        return named_quantities(self.feature_set, with_peers=self.with_peers, with_context=not self.shape.has_part)


def snapshot_script(query: SnapshotQuery) -> Script:
    """DuckDB's SQL for a snapshot of any day: `View.values` has its parameters."""
    return quantities_script(query.quantities, query.members, query.shape, query.engine)


@cached_script
def quantities_script(
    quantities: Mapping[str, Quantity], cohort: Cohort, shape: ViewShape, engine: type[VisibleTables]
) -> Script:
    """DuckDB's SQL for quantities of a cohort's students."""
    steps = CompiledSteps()
    return compile_script(quantities_of_members(quantities, Members(engine(shape, steps=steps), cohort)), steps)


def live_script(query: SnapshotQuery) -> Script:
    """SQLite's SQL for the same snapshot of any day, for a few students' rows."""
    return live_quantities_script(query.quantities, query.members, query.shape)


@cached_script
def live_quantities_script(quantities: Mapping[str, Quantity], cohort: Cohort, shape: ViewShape) -> Script:
    """SQLite's SQL for quantities of a cohort's students."""
    from features.engine.sqlite_compilation import compile_for_sqlite, compile_sqlite_table  # loads Ibis' compilers

    steps = CompiledSteps(compile_sqlite_table)
    return compile_for_sqlite(
        quantities_of_members(quantities, Members(VisibleTables(shape, steps=steps), cohort)), steps
    )


def snapshot(query: SnapshotQuery, steps: Steps) -> ir.Table:
    """The cohort as a table: `student_key`, `school_id`, `school_days` this year, a column a feature."""
    members = Members(query.engine(query.shape, steps=steps), query.members)
    return quantities_of_members(query.quantities, members)


def quantities_of_members(quantities: Mapping[str, Quantity], members: Members) -> ir.Table:
    """A row a member: key, school, grade, `school_days` this year, `days_before` it, and a column a quantity."""
    tables = members.tables.of(members)
    cohort = tables.with_school_week(with_previous_school(members.numbered(), tables))
    table, columns = with_measures(cohort, list(quantities.values()), tables)
    found = {name: told_column(quantity, table, columns) for name, quantity in quantities.items()}
    found = table.select(
        "student_key", "school_id", "grade_level", school_days=table.days_0, days_before=table.days_earlier, **found
    )
    return members.with_keys(found).order_by("student_key")


def told_column(quantity: Quantity, table: ir.Table, columns: Mapping[Measure, str]) -> ir.Column:
    """A quantity as a column. No sign of a rule about attendance is nothing to say without a day of attendance."""
    column = as_column(quantity, table, columns)
    if not takes_attendance_for_granted(quantity):
        return column
    return ibis.ifelse((table.days_0 == 0) & (column == 0), ibis.null("float64"), column)


def with_previous_school(cohort: ir.Table, tables: VisibleTables) -> ir.Table:
    """The cohort with `previous_school`: where each student was last in the school year before, if on record."""
    spells = tables.records("enrollments").filter(lambda rows: rows.years_ago == 1)
    order = [ibis.desc("ends"), ibis.desc("entry_date"), ibis.asc("school_id")]
    place = ibis.row_number().over(group_by="student_key", order_by=order)
    last = spells.mutate(place=place).filter(lambda rows: rows.place == 0)
    return join_by_student(cohort, last.select("student_key", previous_school="school_id"))


def with_measures(
    cohort: ir.Table, nodes: list[Quantity] | list[Condition], tables: VisibleTables
) -> tuple[ir.Table, dict[Measure, str]]:
    """The cohort with one column per distinct measure, and what each column is called.

    Each source table is aggregated once for all measures on it.
    """
    measures = list(dict.fromkeys(measure for node in nodes for measure in measures_in(node)))
    shortages = shortages_of(measures) if tables.shape.policies.short_days else {}
    measures = list(dict.fromkeys([*measures, *shortages.values()]))
    columns = {measure: f"m{i}" for i, measure in enumerate(measures)}
    table = with_measure_columns(with_school_days(cohort, tables), columns, tables)
    short = {m: table[columns[one]] for m, one in shortages.items()}
    return table.mutate(**{columns[m]: in_units(m, columns[m], table, short.get(m)) for m in measures}), columns


def with_measure_columns(table: ir.Table, columns: Mapping[Measure, str], tables: VisibleTables) -> ir.Table:
    """A table with the columns of measures of records, in integers still; school days are not counted from records."""
    counted, found = [measure for measure in columns if measure.aggregate != "days"], []
    years = years_by_source(counted)
    for name in dict.fromkeys(measure.records.table for measure in counted):
        own = {columns[measure]: measure for measure in counted if measure.records.table == name}
        make = partial(measure_table, name, own, tables, years=years[source_of(name)])
        found.append(tables.kept(f"measures_of_{name}", make))
    return join_all_by_student(table, found)


def shortages_of(measures: Iterable[Measure]) -> dict[Measure, Measure]:
    """For each measure that counts school days, by how much those of its window are shorter than whole ones."""
    counting = (measure for measure in measures if measure.aggregate in ("days", "share_of_days"))
    return {measure: shortage_in(measure.records.window) for measure in counting}


def measure_table(name: str, measures: Mapping[str, Measure], tables: VisibleTables, *, years: int | None) -> ir.Table:
    """A table's measures, from records of so many years before this one, or of all."""
    return aggregate_rows(tables.records(name, years=years, used=columns_of(measures.values())), measures)


def source_of(name: str) -> str:
    """The table whose rows, placed on school days, a table of the language is made of."""
    return "attendance" if name == "days_missed" else name


def years_by_source(measures: Sequence[Measure]) -> dict[str, int | None]:
    """By source, how many years before this one its measures look back: what two tables are made of is made once."""
    sources = {source_of(measure.records.table) for measure in measures}
    return {one: years_of(m for m in measures if source_of(m.records.table) == one) for one in sources}


def years_of(measures: Iterable[Measure]) -> int | None:
    """How many years before this one some measures look back; None where they ask for all."""
    years = [measure.records.window.years_ago for measure in measures]
    return None if None in years else max(year for year in years if year is not None)


def columns_of(measures: Iterable[Measure]) -> set[str]:
    """The columns of a table that some measures look at, besides whose a record is and when it was."""
    named = {where.column for measure in measures for where in (*measure.records.where, *measure.among)}
    return named | {measure.column for measure in measures}


def with_school_days(cohort: ir.Table, tables: VisibleTables) -> ir.Table:
    """The cohort with its school days.

    In this year (`days_0`), in its marking term (`days_term`), in the year before (`days_1`), in all before
    (`days_earlier`), and in all (`days_ever`).
    """
    days = tables.school_days()
    per_year = days.group_by("student_key").aggregate(
        days_0=days.days.sum(where=days.school_year == tables.school_year),
        days_term=days.term_days.sum(where=days.school_year == tables.school_year),
        days_1=days.days.sum(where=days.school_year == tables.school_year - 1),
        days_earlier=days.days.sum(where=days.school_year < tables.school_year),
        days_ever=days.days.sum(),
    )
    table = join_by_student(cohort, per_year)
    return table.mutate(**{name: ibis.coalesce(table[name], 0) for name in per_year.columns[1:]})


def join_by_student(table: ir.Table, more: ir.Table) -> ir.Table:
    """A table with the columns of another, by student."""
    return table.left_join(more, "student_key").drop("student_key_right")


def join_all_by_student(table: ir.Table, others: Sequence[ir.Table]) -> ir.Table:
    """A table with the columns of others, by student: one query of many joins, which is planned faster than a nest."""
    joined, columns = table, [table[name] for name in table.columns]
    for place, one in enumerate(others):
        joined = joined.left_join(one, table.student_key == one.student_key, rname=f"{{name}}_{place}")
        columns += [one[name] for name in one.columns if name != "student_key"]
    return joined.select(*columns) if others else table


def in_units(measure: Measure, column: str, table: ir.Table, short: ir.IntegerColumn | None = None) -> ir.Column:
    """A measure in its unit: nothing recorded is 0 for a student who had school days, else missing.

    `short` is by how many hundredths of a day the school days of its window are shorter than whole ones.
    """
    window = measure.records.window
    year_days = table[days_column(window)]
    if measure.aggregate == "days":
        days = days_in_window(year_days, window)
        return days if short is None else expected_hundredths(days, short) / 100
    value = table[column]
    if measure.aggregate in ("least", "furthest", "share_of_rows", "share_missed"):
        return value
    if measure.records.table == "short_days":
        return value
    if measure.records.table in ("marks", "latest_marks"):
        return value / 100 if measure.aggregate == "sum" else value
    if measure.aggregate == "share_of_days":
        days = days_in_window(year_days, window)
        return ibis.coalesce(value, 0) / expected_hundredths(days, short).nullif(0)
    there = ibis.ifelse(days_in_window(year_days, window) > 0, ibis.coalesce(value, 0), ibis.null("int64"))
    return there / 100 if measure.aggregate == "sum" else there


def days_column(window: Window) -> str:
    """The column of a student's school days that a window is a part of."""
    if window.years_ago is None:
        return "days_earlier" if window.earlier_only else "days_ever"
    return "days_term" if window.this_term else f"days_{window.years_ago}"


def days_in_window(days: ir.IntegerColumn, window: Window) -> ir.IntegerColumn:
    """How many of a student's school days a window holds."""
    if window.to_days is None:
        return days
    return ibis.greatest(ibis.least(days, window.to_days) - window.from_days, 0)
