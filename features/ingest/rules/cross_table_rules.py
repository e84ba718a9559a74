"""Cross-table rules: a named record must exist, and an absence must fall on a school day within an enrollment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from features.ingest.mapping.type_conversion import mask
from features.ingest.staging_tables import columns_of, records_after_load, update_rows, valid_rows
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
        (("school_id",), "schools"),
        (("student_id",), "students"),
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


@dataclass(frozen=True)
class CheckedRecords:
    """The records that rows are checked against: this load's and, where `held`, those of the attached warehouse."""

    writer: Writer
    held: bool
    plain: bool

    def records(self, name: str) -> ir.Table | None:
        """A table's records after this load; None where neither the load nor the warehouse has the table."""
        return records_after_load(self.writer, name, held=self.held)

    def broken(self, rows: ir.Table, rule: CrossTableRule) -> ir.Table:
        """The rows with the rule that they break: `file`, `row`, `rule`, `broken`, `expected` and `shown`."""
        value = rows[rule.columns[0]].cast("string")
        shown = value.substr(0, 40) if self.plain else mask(value)
        texts = {"rule": rule.code, "broken": ", ".join(rule.columns), "expected": f"expected {rule.expected}"}
        return rows.select("file", "row", **{name: ibis.literal(text) for name, text in texts.items()}, shown=shown)


def mark_cross_table_errors(writer: Writer, tables: Collection[str], *, held: bool, plain: bool = False) -> None:
    """Marks valid rows that name a missing record (ROW08), and absences outside enrollment or instruction (ROW09).

    Records are those of the load and, where `held`, the current ones of the warehouse attached under that name.
    """
    checked = CheckedRecords(writer, held, plain)
    for reference in REFERENCES:
        if reference.table in tables:
            mark_broken(writer, reference.table, missing_references(checked, reference))
    if "attendance" in tables:
        mark_broken(writer, "attendance", outside_enrollment(checked))
        mark_broken(writer, "attendance", outside_instruction(checked))


def mark_broken(writer: Writer, table: str, broken: ir.Table) -> None:
    """Marks the rows that break a rule. They are selected first: they are few or none, the table may be large."""
    writer.create(BROKEN, broken)
    found = ibis.table(broken.schema(), name=BROKEN)
    if writer.count(found):
        update_rows(writer, TABLES[table], found)
    writer.drop(BROKEN)


def missing_references(checked: CheckedRecords, reference: Reference) -> ir.Table:
    """Rows that name a record that does not exist."""
    rows, others = valid_rows(reference.table), checked.records(reference.others)
    rows = rows.filter(*(rows[name].notnull() for name in reference.columns))
    missing = rows if others is None else rows.anti_join(others.distinct(on=reference.columns), reference.columns)
    rule = f"{NOUNS[reference.others]} that the files or an earlier load have"
    return checked.broken(missing, CrossTableRule("ROW08", reference.columns, rule))


def outside_enrollment(checked: CheckedRecords) -> ir.Table:
    """Absences on a day on which the student was not enrolled at the school."""
    rows, spells = valid_rows("attendance"), checked.records("enrollments")
    rule = CrossTableRule("ROW09", ("date",), "a day within an enrollment of the student at the school")
    if spells is None:
        return checked.broken(rows, rule)
    spells = spells.select("student_id", "school_id", "entry_date", last=spells.exit_date.fill_null(NEVER))
    within = [rows.date >= spells.entry_date, rows.date <= spells["last"]]
    return checked.broken(rows.anti_join(spells, ["student_id", "school_id", *within]), rule)


def outside_instruction(checked: CheckedRecords) -> ir.Table:
    """Absences on a day without instruction on any track of the school, in a school year of which it has a calendar."""
    rows, days = valid_rows("attendance"), checked.records("calendar_days")
    rule = CrossTableRule("ROW09", ("date",), "a day of instruction; the school's calendar has none then")
    if days is None:
        return checked.broken(rows.limit(0), rule)
    years = days.group_by("school_id", "school_year").aggregate(first=days.date.min(), last=days.date.max())
    absent = rows.select("school_id", "date").distinct()
    known = absent.semi_join(years, ["school_id", absent.date >= years["first"], absent.date <= years["last"]])
    idle = known.anti_join(days.filter(days.in_session), ["school_id", "date"])
    return checked.broken(rows.semi_join(idle, ["school_id", "date"]), rule)
