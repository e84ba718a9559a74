"""Evidence: the records behind a feature, as they were visible to the score, and a student's year in records."""

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.compile import inside, matches, measures_in, quantities
from features.engine import Members, View
from features.language import FeatureSet
from features.records import Measure
from features.warehouse import Reader

Cell = str | int | bool | None
Record = Mapping[str, Cell]

SHOWN: dict[str, tuple[str, ...]] = {
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
) -> dict[str, dict[str, list[Record]]]:
    """Per feature name and `student_key`, the records that the feature was computed from, oldest first.

    Each table is read once for all features on it.
    """
    members = Members(view, feature_set.cohort)
    view, named = view.of(members), quantities(feature_set)
    measures = {name: list(measures_in(named[name])) for name in names}
    found: dict[str, dict[str, list[Record]]] = {}
    for table in dict.fromkeys(of[0].records.table for of in measures.values()):
        own = {name: of for name, of in measures.items() if of[0].records.table == table}
        rows = reader.table(ordered(members.with_keys(behind(table, own, view)), SHOWN[table]))
        found |= {name: by_student(rows.loc[rows[MARK + name], ["student_key", *SHOWN[table]]]) for name in own}
    return found


MARK = "behind_"
"""Prefix of the columns that say which features a record stands behind."""


def behind(table: str, measures: Mapping[str, list[Measure]], view: View) -> ir.Table:
    """The rows of a table that any of these features counts, with a column a feature that says which."""
    rows = view.records(table)
    marked = {MARK + name: ibis.or_(*(counted(m, rows) for m in of)) for name, of in measures.items()}
    shown = rows.select("student_key", *SHOWN[table], **marked)
    return shown.filter(ibis.or_(*(shown[mark] for mark in marked)))


def ordered(rows: ir.Table, by: Iterable[str]) -> ir.Table:
    """Rows by student, then by some columns."""
    return rows.order_by("student_key", *by)


def counted(measure: Measure, rows: ir.Table) -> ir.BooleanValue:
    """Rows that a measure counts: a late arrival adds nothing to days missed."""
    chosen = inside(measure.records.window, rows) & matches(measure.records.where, rows)
    return chosen & (rows[measure.column] > 0) if measure.aggregate in ("sum", "share_of_days") else chosen


def attendance_by_week(reader: Reader, feature_set: type[FeatureSet], view: View) -> dict[str, list[Record]]:
    """Per student, each week of this school year: `week` (its Monday), `days` enrolled, `missed` in hundredths."""
    members = Members(view, feature_set.cohort)
    view = view.of(members)
    days = view.days_within(view.spells().filter(ibis._.school_year == view.school_year), "student_key")
    absences = view.placed("attendance").filter(ibis._.years_ago == 0)
    missed = absences.group_by("student_key", "date").aggregate(missed=absences.absent_hundredths.sum())
    weekly = days.left_join(missed, ["student_key", "date"]).select(
        days.student_key, week=days.date.truncate("W"), missed=ibis.coalesce(missed.missed, 0)
    )  # fmt: skip
    table = weekly.group_by("student_key", "week").aggregate(days=weekly.count(), missed=weekly.missed.sum())
    return by_student(reader.table(ordered(members.with_keys(table), ("week",))))


def marks_over_time(reader: Reader, feature_set: type[FeatureSet], view: View) -> dict[str, list[Record]]:
    """Per student, the marks of this school year and the one before, in the order they became known."""
    members = Members(view, feature_set.cohort)
    marks = view.of(members).marks()
    recent = marks.filter(marks.years_ago <= 1)
    shown = members.with_keys(recent.select("student_key", *SHOWN["marks"]))
    return by_student(reader.table(ordered(shown, ("known_on", "term_id", "course_name"))))


def by_student(rows: pd.DataFrame) -> dict[str, list[Record]]:
    """Rows as plain records, grouped by student in their order. Dates are ISO text, missing is None."""
    columns = [column for column in rows.columns if column != "student_key"]
    plain = {column: as_cells(rows[column]) for column in columns}
    found: dict[str, list[Record]] = {}
    for i, student in enumerate(rows["student_key"]):
        found.setdefault(student, []).append({column: plain[column][i] for column in columns})
    return found


def as_cells(values: "pd.Series[str]") -> list[Cell]:
    """A column as JSON-able cells."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = pd.DatetimeIndex(values)
        return [day if known else None for day, known in zip(days.strftime("%Y-%m-%d"), days.notna(), strict=True)]
    return [None if pd.isna(v) else v for v in values.astype(object).tolist()]
