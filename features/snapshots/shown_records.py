"""Which records a page shows, as the score saw them: those that a feature counts, and the weeks of a year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from features.engine.compilation import Steps
from features.engine.measure_aggregates import in_window_rows, meets_restrictions
from features.engine.members import Members
from features.engine.snapshot_query import columns_of, years_of
from features.engine.view import ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.language.measures import measures_in
from features.language.records import Measure

JsonCell = str | int | bool | None

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


WINDOW_COLUMNS = ("years_ago", "days_ago", "days_in", "in_term")
"""What a window asks of a record."""
ATTENDANCE_YEARS = 1
"""How many years before this one absences are kept of, which are placed on school days once for all who read them."""
KEPT_AS: Mapping[str, str] = {"days_missed": "attendance", "latest_marks": "marks", "marks_not_given": "marks"}
"""Tables that are some of another one's records."""


def kept_as(table: str) -> str:
    """The table as part of which a table's records are kept."""
    return KEPT_AS.get(table, table)


@dataclass(frozen=True)
class SeenRecords:
    """A table's records of a cohort, as far as the features of a set look at them."""

    table: str
    cohort: Cohort
    measures: tuple[Measure, ...]

    @property
    def years(self) -> int | None:
        """How many years before this one they look back, no fewer than attendance is kept of; None for all."""
        years = years_of(self.measures)
        return years if years is None else max(years, ATTENDANCE_YEARS)


def seen_records(table: str, cohort: Cohort, feature_set: type[FeatureSet]) -> SeenRecords:
    """A table's records of a cohort, as far as any feature of a set looks at them."""
    own = features_by_table(feature_set, feature_set.defined()).get(table, ())
    return SeenRecords(table, cohort, tuple(measure for _, measures in own for measure in measures))


def records_seen(seen: SeenRecords, shape: ViewShape, steps: Steps) -> ir.Table:
    """Records of the cohort, with all that is looked at and shown of them."""
    members = Members(VisibleTables(shape, steps=steps), seen.cohort)
    used = columns_of(seen.measures)
    rows = members.tables.of(members).records(seen.table, years=seen.years, used=used)
    needed = {"student_key", *SHOWN_COLUMNS[kept_as(seen.table)], *used, *WINDOW_COLUMNS}
    return rows.select(*(name for name in rows.columns if name in needed))


def is_counted(measure: Measure, rows: ir.Table) -> ir.BooleanValue:
    """Rows that a measure counts: a late arrival adds nothing to days missed."""
    chosen = in_window_rows(measure.records.window, rows) & meets_restrictions(measure.records.where, rows)
    return chosen & (rows[measure.column] > 0) if measure.aggregate in ("sum", "share_of_days") else chosen


def weeks_of(tables: VisibleTables) -> ir.Table:
    """Each student's weeks of this school year: the days of each distinct span are counted once for all who have it."""
    span = ["school_id", "track", "school_year", "entry_date", "ends"]
    spells = tables.spells().filter(ibis._.school_year == tables.school_year)
    days = tables.days_within(spells.select(*span).distinct(), *span)
    days = days.mutate(week=days.date.truncate("W"))
    of_span = days.group_by(*span, "week").aggregate(days=days.count())
    own = spells.inner_join(of_span, span).select(spells.student_key, of_span.week, of_span.days)
    weekly = own.group_by("student_key", "week").aggregate(days=own.days.sum())
    absences = tables.placed("attendance", years=ATTENDANCE_YEARS).filter(ibis._.years_ago == 0)
    absences = absences.mutate(week=absences.date.truncate("W"))
    missed = absences.group_by("student_key", "week").aggregate(missed=absences.absent_hundredths.sum())
    return weekly.left_join(missed, ["student_key", "week"]).select(
        weekly.student_key, weekly.week, weekly.days, missed=ibis.coalesce(missed.missed, 0)
    )


def json_cells(values: "pd.Series[str]") -> list[JsonCell]:
    """A column as JSON-able cells."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = np.datetime_as_string(values.to_numpy(dtype="datetime64[D]")).tolist()
        return [day if known else None for day, known in zip(days, values.notna(), strict=True)]
    cells: list[JsonCell] = values.astype(object).where(values.notna(), None).tolist()
    return cells
