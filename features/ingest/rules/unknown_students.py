"""Rows of students whom the district never sent: counted apart from bad rows, and left out where so declared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.findings import ROWS_NAMED, DataRefused, Finding, counted
from features.ingest.rules.no_shows import LEFT_OUT
from features.ingest.staging_tables import (
    RecordSources,
    parsed_table,
    records_after_load,
    sources_of,
    update_rows,
    warehouse_attached,
)
from features.policies.roster_policies import RosterPolicies
from features.tables import TABLES
from features.warehouse.writer import Writer

MARKS = ("rule", "broken", "expected", "shown")
"""The columns of a row that is left out, beside its place."""

LOST_ID = ("ROW01", "ROW10")
"""Rules that a row breaks of which nobody can tell whose it is: its student is not unknown, but its id is lost."""


def leave_out_unknown(writer: Writer, tables: Sequence[str], policies: RosterPolicies) -> None:
    """Marks the rows of unknown students as left out, where so declared; they still say that a record is there.

    DataRefused where they are a larger share of a table than `most_unknown`.
    """
    if policies.unknown_students != "leave_out":
        return
    findings: list[Finding] = []
    for name in with_students(tables):
        update_rows(writer, TABLES[name], MARKS, query_script(left_out_marks, name, known_from(writer)))
        ((rows, unknown),) = writer.records(query_script(count_left_out, name))
        if unknown > policies.most_unknown * rows:
            beyond = (
                f"{unknown:,} of {rows:,} rows are of students whom neither students nor an earlier load has, more "
                f"than most_unknown = {policies.most_unknown:g} allows: is the file of students whole? most_unknown "
                "below [districts.policies.roster] allows another share"
            )
            findings.append(Finding("FILE11", name, None, "", beyond))
    if findings:
        raise DataRefused(findings)


def with_students(tables: Sequence[str]) -> list[str]:
    """The tables whose rows are of students, other than that of the students themselves."""
    return [name for name in tables if TABLES[name].has_students and name != "students"]


@dataclass(frozen=True)
class KnownFrom:
    """Where students are known from: all sources of them, and whether the load delivers a file of students."""

    sources: RecordSources
    delivered: bool


def known_from(writer: Writer) -> KnownFrom:
    """Where the students of this load are known from."""
    there = writer.has_table(parsed_table("students").get_name())
    return KnownFrom(sources_of(writer, "students", held=warehouse_attached(writer)), there)


def unknown_rows(name: str, known: KnownFrom) -> ir.Table:
    """The rows of a table whose student no load sent, valid or not; a student whose own row is bad was sent."""
    rows = parsed_table(name)
    rows = rows.filter(rows.student_id.notnull() & ~rows.deleted & rows.rule.fill_null("").notin(LOST_ID))
    if known.sources:
        rows = rows.anti_join(records_after_load("students", known.sources).select("student_id"), "student_id")
    if known.delivered:
        sent = parsed_table("students").filter(ibis._.student_id.notnull() & ~ibis._.deleted)
        rows = rows.anti_join(sent.select("student_id"), "student_id")
    return rows


def unknown_that_count(name: str, known: KnownFrom) -> ir.Table:
    """The rows of unknown students that are not left out."""
    return unknown_rows(name, known).filter(ibis._.rule.fill_null("") != LEFT_OUT)


def left_out_marks(name: str, known: KnownFrom) -> ir.Table:
    """The rows of unknown students with what marks them as left out."""
    nothing = dict.fromkeys(("broken", "expected", "shown"), ibis.null("string"))
    return unknown_rows(name, known).select("file", "row", rule=ibis.literal(LEFT_OUT), **nothing)


def count_left_out(name: str) -> ir.Table:
    """How many rows a table has, and how many of them are left out."""
    rows = parsed_table(name)
    return rows.aggregate(rows=rows.count(), unknown=(rows.rule == LEFT_OUT).fill_null(False).sum().fill_null(0))


def left_out_notes(writer: Writer, tables: Sequence[str], names: dict[int, str]) -> Iterator[Finding]:
    """A note for each file with rows that are left out, with its first rows and how many students they are of."""
    for table in with_students(tables):
        for file, rows, students, first in writer.records(query_script(left_out_groups, table)):
            says = f"rows of {counted(students, 'student')} whom neither students nor an earlier load has, left out"
            yield Finding("NOTE21", names[file], first[0], "student_id", says, rows, tuple(first[1:]))
        if table == "enrollments":
            yield from enrolled_but_left_out(writer)


def enrolled_but_left_out(writer: Writer) -> Iterator[Finding]:
    """A note on students enrolled on the day of the load who are in no list, as the roster lacks them."""
    students = writer.count(query_script(enrolled_left_out))
    if students:
        says = (
            f"{counted(students, 'student')} of them, as it seems, enrolled today and in no list: send them in students"
        )
        yield Finding("NOTE21", "enrollments", None, "", says)


def enrolled_left_out() -> ir.Table:
    """The unknown students with an open spell in the latest school year of the file."""
    rows = parsed_table("enrollments")
    latest = rows.filter(rows.rule.isnull()).school_year.max().as_scalar()
    open_now = (rows.rule == LEFT_OUT) & rows.exit_date.isnull() & (rows.school_year == latest)
    return rows.filter(open_now).select("student_id").distinct()


def left_out_groups(table: str) -> ir.Table:
    """The rows left out of a table by file: how many, of how many students, and the first places."""
    rows = parsed_table(table)
    groups = rows.filter(rows.rule == LEFT_OUT).group_by("file")
    first = ibis._.row.collect(order_by="row", distinct=False)[:ROWS_NAMED]
    return groups.aggregate(rows=ibis._.count(), students=ibis._.student_id.nunique(), first=first).order_by("file")


def lines_for_unknown(writer: Writer, tables: Sequence[str]) -> list[str]:
    """Lines for ontrack.toml that would leave out rows of unknown students, where a load has some."""
    known = known_from(writer)
    found = {name: writer.count(query_script(unknown_that_count, name, known)) for name in with_students(tables)}
    some = ", ".join(f"{counted(rows, 'row')} of {name}" for name, rows in found.items() if rows)
    if not some:
        return []
    return [
        "[districts.policies.roster]",
        f'unknown_students = "leave_out"  # {some} are of students who were never sent',
    ]
