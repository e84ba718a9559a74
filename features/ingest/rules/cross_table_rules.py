"""Cross-table rules: a named record must exist, and an absence must fall on a school day within an enrollment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.sql_script import Script
from features.ingest.mapping.type_conversion import mask
from features.ingest.staging_tables import (
    RecordSources,
    columns_of,
    held_versions,
    records_after_load,
    sources_of,
    update_rows,
    valid_rows,
)
from features.tables import TABLES
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class Reference:
    """Columns of a table that name a record of another table, which must exist. An empty cell names nothing."""

    table: str
    columns: tuple[str, ...]
    others: str


REFERENCES = tuple(
    Reference(table.name, columns, others)
    for columns, others in (
        (("student_id",), "students"),
        (("school_id",), "schools"),
        (("staff_id",), "staff"),
        (("incident_id", "student_id"), "incidents"),
    )
    for table in TABLES.values()
    if table.from_source and table.name != others and set(columns) <= columns_of(table).keys()
)
"""Every rule of ROW08: a school, student or person named, and the incident that a discipline action followed."""


NOUNS = {
    "schools": "a school",
    "students": "a student",
    "staff": "a person",
    "incidents": "an incident of the student",
}
"""The noun for a record of each referenced table."""

BROKEN = "broken_rows"
"""The temporary table of rows that break a rule."""

NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class CrossTableRule:
    """A cross-table rule: its code, its columns, and what was expected."""

    code: str
    columns: tuple[str, ...]
    expected: str


BROKEN_COLUMNS = ("rule", "broken", "expected", "shown")
"""The columns of a row that breaks a rule, beside its place."""


def broken_rows(rows: ir.Table, rule: CrossTableRule) -> ir.Table:
    """The rows with the rule that they break: `file`, `row`, `rule`, `broken`, `expected`, and `shown` not masked."""
    shown = rows[rule.columns[0]].cast("string").substr(0, 40)
    texts = {"rule": rule.code, "broken": ", ".join(rule.columns), "expected": f"expected {rule.expected}"}
    return rows.select("file", "row", **{name: ibis.literal(text) for name, text in texts.items()}, shown=shown)


def mark_cross_table_errors(writer: Writer, tables: Collection[str], *, held: bool, plain: bool = False) -> None:
    """Marks valid rows that name a missing record (ROW08), and absences outside enrollment or instruction (ROW09).

    Records are those of the load and, where `held`, the current ones of the warehouse attached under that name.
    """
    for reference in REFERENCES:
        if reference.table in tables:
            others = sources_of(writer, reference.others, held=held)
            mark_broken(writer, reference.table, query_script(missing_references, reference, others), plain=plain)
    if "attendance" in tables:
        spells, days = (sources_of(writer, name, held=held) for name in ("enrollments", "calendar_days"))
        mark_broken(writer, "attendance", query_script(outside_enrollment, spells), plain=plain)
        mark_broken(writer, "attendance", query_script(outside_instruction, days), plain=plain)


def mark_broken(writer: Writer, table: str, broken: Script, *, plain: bool) -> None:
    """Marks the rows that break a rule. They are selected first: they are few or none, the table may be large."""
    if writer.create(BROKEN, broken):
        update_rows(writer, TABLES[table], BROKEN_COLUMNS, query_script(selected_rows, plain=plain))
    writer.drop(BROKEN)


def selected_rows(*, plain: bool) -> ir.Table:
    """The rows that break a rule, from their temporary table; the shown value masked unless `plain`."""
    rows = ibis.table({"file": "int64", "row": "int64", **dict.fromkeys(BROKEN_COLUMNS, "string")}, name=BROKEN)
    return rows if plain else rows.mutate(shown=mask(rows.shown))


def missing_references(reference: Reference, sources: RecordSources) -> ir.Table:
    """Rows that name a record that does not exist."""
    rows = valid_rows(reference.table)
    rows = rows.filter(*(rows[name].notnull() for name in reference.columns))
    if sources:
        others = records_after_load(reference.others, sources)
        rows = rows.anti_join(others.distinct(on=reference.columns), reference.columns)
    rule = f"{NOUNS[reference.others]} that the files or an earlier load have"
    return broken_rows(rows, CrossTableRule("ROW08", reference.columns, rule))


def outside_enrollment(sources: RecordSources) -> ir.Table:
    """Absences on a day on which the student was not enrolled at the school."""
    rows = valid_rows("attendance")
    rule = CrossTableRule("ROW09", ("date",), "a day within an enrollment of the student at the school")
    if not sources:
        return broken_rows(rows, rule)
    spells = records_after_load("enrollments", sources)
    spells = spells.select("student_id", "school_id", "entry_date", last=spells.exit_date.fill_null(NEVER))
    within = [rows.date >= spells.entry_date, rows.date <= spells["last"]]
    return broken_rows(rows.anti_join(spells, ["student_id", "school_id", *within]), rule)


def outside_instruction(sources: RecordSources) -> ir.Table:
    """Absences on a day without instruction on any track of the school, in a school year of which it has a calendar.

    A day that the calendar took back is none of them: its absences are records, and do not count.
    """
    rows = valid_rows("attendance")
    rule = CrossTableRule("ROW09", ("date",), "a day of instruction; the school's calendar has none then")
    if not sources:
        return broken_rows(rows.limit(0), rule)
    days = records_after_load("calendar_days", sources)
    years = days.group_by("school_id", "school_year").aggregate(first=days.date.min(), last=days.date.max())
    absent = rows.select("school_id", "date").distinct()
    known = absent.semi_join(years, ["school_id", absent.date >= years["first"], absent.date <= years["last"]])
    idle = known.anti_join(days.filter(days.in_session), ["school_id", "date"])
    if sources.held:
        idle = idle.anti_join(days_once_in_session(), ["school_id", "date"])
    return broken_rows(rows.semi_join(idle, ["school_id", "date"]), rule)


def days_once_in_session() -> ir.Table:
    """Days of which the attached warehouse ever said that they were days of instruction: `school_id` and `date`."""
    days = held_versions("calendar_days")
    return days.filter(days.in_session & ~days.withdrawn).select("school_id", "date").distinct()
