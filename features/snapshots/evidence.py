"""Evidence: the records behind a feature, as they were visible to the score, and a student's year in records."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.engine.compilation import Steps, compile_script
from features.engine.measure_aggregates import in_window_rows, meets_restrictions
from features.engine.members import Members
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import PLAIN, View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.language.measures import measures_in
from features.language.records import Measure
from features.warehouse.reader import Reader

JsonCell = str | int | bool | None
EvidenceRecord = Mapping[str, JsonCell]

SHOWN_COLUMNS: dict[str, tuple[str, ...]] = {
    "attendance": ("date", "kind", "absent_hundredths", "excused", "known_on"),
    "days_missed": ("date", "kind", "absent_hundredths", "excused", "known_on"),
    "marks": ("school_year", "term_id", "course_name", "subject", "mark", "mark_kind", "known_on"),
    "latest_marks": ("school_year", "term_id", "course_name", "subject", "mark", "mark_kind", "known_on"),
    "marks_not_given": ("school_year", "term_id", "course_name", "subject", "mark_kind", "known_on"),
    "incidents": ("date", "severity", "known_on"),
    "discipline_actions": ("date", "action", "days_removed_hundredths", "known_on"),
    "enrollments": ("school_id", "entry_date", "exit_date"),
}
"""What of each table's records a counselor is shown."""


def records_behind(
    reader: Reader, feature_set: type[FeatureSet], view: View, names: Iterable[str]
) -> dict[str, dict[str, list[EvidenceRecord]]]:
    """Per feature name and `student_key`, the records that the feature was computed from, oldest first.

    Each table is read once for all features on it.
    """
    found: dict[str, dict[str, list[EvidenceRecord]]] = {}
    for table, own in features_by_table(feature_set, names).items():
        seen = seen_script(table, feature_set.cohort, view.shape)
        with seen.steps_made(reader.connection, view.values):
            for name, measures in own:
                script = behind_script(table, feature_set.cohort, measures, view.shape)
                found[name] = group_by_student(script.frame(reader.connection, view.values))
    return found


NamedFeature = tuple[str, tuple[Measure, ...]]
"""A feature's name, and the measures that it is made of."""


def features_by_table(feature_set: type[FeatureSet], names: Iterable[str]) -> dict[str, tuple[NamedFeature, ...]]:
    """The tables that features are computed from, each with those on it: none for one of no records."""
    found: dict[str, tuple[NamedFeature, ...]] = {}
    for name in names:
        measures = tuple(measures_in(feature_set.defined()[name].quantity))
        for table in [measure.records.table for measure in measures[:1]]:
            found[table] = (*found.get(table, ()), (name, measures))
    return found


RECORDS_STEP = "records_seen"
"""What the records of a table are called while those behind some features are looked for."""


@cached_script
def seen_script(table: str, cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for a table's records of the cohort, with all that follows from them, as the last step."""
    steps = Steps()
    records = steps.kept(RECORDS_STEP, partial(records_seen, table, cohort, shape, steps))
    return compile_script(records.limit(0), steps)


def records_seen(table: str, cohort: Cohort, shape: ViewShape, steps: Steps) -> ir.Table:
    """A table's records of the cohort, with all that follows from them."""
    members = Members(VisibleTables(shape, steps=steps), cohort)
    return members.tables.of(members).records(table)


@lru_cache(maxsize=64)
def records_schema(table: str, cohort: Cohort) -> ibis.Schema:
    """The columns of a table's records, which are the same for any view; building the query for them takes longest."""
    return records_seen(table, cohort, PLAIN, Steps()).schema()


@cached_script
def behind_script(table: str, cohort: Cohort, measures: tuple[Measure, ...], shape: ViewShape) -> Script:
    """DuckDB's SQL for the records that any of these measures counts, read from the steps of `seen_script`."""
    members = Members(VisibleTables(shape, steps=Steps()), cohort)
    rows = ibis.table(records_schema(table, cohort), name=RECORDS_STEP)
    counted = rows.filter(ibis.or_(*(is_counted(measure, rows) for measure in measures)))
    columns = SHOWN_COLUMNS[table]
    shown = members.with_keys(counted.select("student_key", *columns))
    return compile_script(order_by_student(shown, columns))


def of_members(
    shape: ViewShape, cohort: Cohort, make: Callable[[VisibleTables], ir.Table], by: Iterable[str]
) -> Script:
    """The script of what is made of a cohort's records, by student and some columns."""
    steps = Steps()
    members = Members(VisibleTables(shape, steps=steps), cohort)
    rows = make(members.tables.of(members))
    return compile_script(order_by_student(members.with_keys(rows), by), steps)


def order_by_student(rows: ir.Table, by: Iterable[str]) -> ir.Table:
    """Rows by student, then by some columns."""
    return rows.order_by("student_key", *by)


def is_counted(measure: Measure, rows: ir.Table) -> ir.BooleanValue:
    """Rows that a measure counts: a late arrival adds nothing to days missed."""
    chosen = in_window_rows(measure.records.window, rows) & meets_restrictions(measure.records.where, rows)
    return chosen & (rows[measure.column] > 0) if measure.aggregate in ("sum", "share_of_days") else chosen


def attendance_by_week(reader: Reader, feature_set: type[FeatureSet], view: View) -> dict[str, list[EvidenceRecord]]:
    """Per student, each week of this school year: `week` (its Monday), `days` enrolled, `missed` in hundredths."""
    return group_by_student(reader.run(weeks_script(feature_set.cohort, view.shape), view.values))


@cached_script
def weeks_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for each student's weeks."""
    return of_members(shape, cohort, weeks_of, ("week",))


def weeks_of(tables: VisibleTables) -> ir.Table:
    """Each student's weeks of this school year: the days of each distinct span are counted once for all who have it."""
    span = ["school_id", "track", "school_year", "entry_date", "ends"]
    spells = tables.spells().filter(ibis._.school_year == tables.school_year)
    days = tables.days_within(spells.select(*span).distinct(), *span)
    days = days.mutate(week=days.date.truncate("W"))
    of_span = days.group_by(*span, "week").aggregate(days=days.count())
    own = spells.inner_join(of_span, span).select(spells.student_key, of_span.week, of_span.days)
    weekly = own.group_by("student_key", "week").aggregate(days=own.days.sum())
    absences = tables.placed("attendance", years=0).filter(ibis._.years_ago == 0)
    absences = absences.mutate(week=absences.date.truncate("W"))
    missed = absences.group_by("student_key", "week").aggregate(missed=absences.absent_hundredths.sum())
    return weekly.left_join(missed, ["student_key", "week"]).select(
        weekly.student_key, weekly.week, weekly.days, missed=ibis.coalesce(missed.missed, 0)
    )


def marks_over_time(reader: Reader, feature_set: type[FeatureSet], view: View) -> dict[str, list[EvidenceRecord]]:
    """Per student, the marks of this school year and the one before, in the order they became known."""
    return group_by_student(reader.run(marks_script(feature_set.cohort, view.shape), view.values))


@cached_script
def marks_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for each student's marks."""
    return of_members(shape, cohort, recent_marks, ("known_on", "term_id", "course_name"))


def recent_marks(tables: VisibleTables) -> ir.Table:
    """The marks of this school year and the one before."""
    marks = tables.marks()
    return marks.filter(marks.years_ago <= 1).select("student_key", *SHOWN_COLUMNS["marks"])


def group_by_student(rows: pd.DataFrame) -> dict[str, list[EvidenceRecord]]:
    """Rows as plain records, grouped by student in their order. Dates are ISO text, missing is None."""
    columns = [column for column in rows.columns if column != "student_key"]
    plain = {column: json_cells(rows[column]) for column in columns}
    found: dict[str, list[EvidenceRecord]] = {}
    for i, student in enumerate(rows["student_key"]):
        found.setdefault(student, []).append({column: plain[column][i] for column in columns})
    return found


def json_cells(values: "pd.Series[str]") -> list[JsonCell]:
    """A column as JSON-able cells."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = pd.DatetimeIndex(values)
        return [day if known else None for day, known in zip(days.strftime("%Y-%m-%d"), days.notna(), strict=True)]
    cells: list[JsonCell] = values.astype(object).where(values.notna(), None).tolist()
    return cells
