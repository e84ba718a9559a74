"""Rules across tables: what a row names must be there, and an absence must be on a school day of an enrollment."""

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
    """Columns of a table that name a record of another one, which must be there. An empty one names nothing."""

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
"""What the records of a table that others name are called."""

BROKEN = "broken_rows"
"""The table of rows that break a rule, while they are marked."""

NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class CrossTableRule:
    """A rule across tables: its code, its columns, and what was expected."""

    code: str
    columns: tuple[str, ...]
    expected: str


@dataclass(frozen=True)
class CheckedRecords:
    """What rows are checked against: the load, and what the warehouse holds where it is attached as `held`."""

    writer: Writer
    held: bool
    plain: bool

    def records(self, name: str) -> ir.Table | None:
        """A table's records after this load, None where nothing is known of them."""
        return records_after_load(self.writer, name, held=self.held)

    def broken(self, rows: ir.Table, rule: CrossTableRule) -> ir.Table:
        """Rows with the rule that they break: `file`, `row`, and what is kept of it."""
        value = rows[rule.columns[0]].cast("string")
        shown = value.substr(0, 40) if self.plain else mask(value)
        said = {"rule": rule.code, "broken": ", ".join(rule.columns), "expected": f"expected {rule.expected}"}
        return rows.select("file", "row", **{name: ibis.literal(text) for name, text in said.items()}, shown=shown)


def mark_cross_table_errors(writer: Writer, tables: Collection[str], *, held: bool, plain: bool = False) -> None:
    """Good rows of these tables that name what is not there break ROW08, absences in the wrong place ROW09.

    What is there is what the load has and, where `held`, what the warehouse attached under that name holds now.
    """
    checked = CheckedRecords(writer, held, plain)
    for reference in REFERENCES:
        if reference.table in tables:
            mark_broken(writer, reference.table, missing_references(checked, reference))
    if "attendance" in tables:
        mark_broken(writer, "attendance", outside_enrollment(checked))
        mark_broken(writer, "attendance", outside_instruction(checked))


def mark_broken(writer: Writer, table: str, broken: ir.Table) -> None:
    """The rows that break a rule say so. They are found first: there are few or none, and the table may be large."""
    writer.create(BROKEN, broken)
    found = ibis.table(broken.schema(), name=BROKEN)
    if writer.count(found):
        update_rows(writer, TABLES[table], found)
    writer.drop(BROKEN)


def missing_references(checked: CheckedRecords, reference: Reference) -> ir.Table:
    """Rows that name a record that is not there."""
    rows, others = valid_rows(reference.table), checked.records(reference.others)
    rows = rows.filter(*(rows[name].notnull() for name in reference.columns))
    missing = rows if others is None else rows.anti_join(others.distinct(on=reference.columns), reference.columns)
    told = f"{NOUNS[reference.others]} that the files or an earlier load have"
    return checked.broken(missing, CrossTableRule("ROW08", reference.columns, told))


def outside_enrollment(checked: CheckedRecords) -> ir.Table:
    """Absences on a day on which the student was not enrolled at the school."""
    rows, spells = valid_rows("attendance"), checked.records("enrollments")
    told = CrossTableRule("ROW09", ("date",), "a day within an enrollment of the student at the school")
    if spells is None:
        return checked.broken(rows, told)
    spells = spells.select("student_id", "school_id", "entry_date", last=spells.exit_date.fill_null(NEVER))
    within = [rows.date >= spells.entry_date, rows.date <= spells["last"]]
    return checked.broken(rows.anti_join(spells, ["student_id", "school_id", *within]), told)


def outside_instruction(checked: CheckedRecords) -> ir.Table:
    """Absences on a day without instruction on any track of the school, in a school year of which it has a calendar."""
    rows, days = valid_rows("attendance"), checked.records("calendar_days")
    told = CrossTableRule("ROW09", ("date",), "a day of instruction; the school's calendar has none then")
    if days is None:
        return checked.broken(rows.limit(0), told)
    years = days.group_by("school_id", "school_year").aggregate(first=days.date.min(), last=days.date.max())
    absent = rows.select("school_id", "date").distinct()
    known = absent.semi_join(years, ["school_id", absent.date >= years["first"], absent.date <= years["last"]])
    idle = known.anti_join(days.filter(days.in_session), ["school_id", "date"])
    return checked.broken(rows.semi_join(idle, ["school_id", "date"]), told)
