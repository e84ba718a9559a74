"""Notes about a load: things to know for which no row is refused."""

from collections import Counter
from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.file_mapping.column_mapping import Lookup
from features.ingest.delivery import DeliveredTable
from features.ingest.files.sources import matches_any, name_parts
from features.ingest.findings import Finding, counted
from features.ingest.parsing.calendar_notes import calendar_notes, lines_without_mark, passed_without_credits
from features.ingest.parsing.enrollment_notes import enrollment_notes
from features.ingest.parsing.lookups import LookupColumn, lookup_columns
from features.ingest.parsing.people_notes import shared_addresses
from features.ingest.parsing.table_parser import ParsedFile
from features.ingest.staging_tables import parsed_table
from features.warehouse.writer import Writer

SINGLE = ("race_ethnicity", "sex")
"""Attributes of which a student usually has one value."""


def load_notes(writer: Writer, delivered: Sequence[DeliveredTable], files: Sequence[ParsedFile]) -> Iterator[Finding]:
    """Notes on spells, attributes, marks, terms and calendars, shared addresses, look-ups, and unused columns."""
    for one in delivered:
        if one.table.name == "enrollments":
            yield from enrollment_notes(writer, one, files)
        if one.table.name == "demographics":
            yield from several_values(writer, one)
        if one.table.name == "marks":
            yield from lines_without_mark(writer)
            yield from passed_without_credits(writer)
        yield from calendar_notes(writer, one.table.name, one.policies.calendar)
        if one.table.name == "staff":
            yield from shared_addresses(writer, files)
        yield from ambiguous_lookups(writer, one)
    for file in files:
        yield from file.notes
        if file.spelled:
            yield Finding("NOTE20", file.file, None, "", f"read though spelled otherwise: {file.spelled}")
    yield from unused_columns(files, looked_up(delivered))


def looked_up(delivered: Sequence[DeliveredTable]) -> list[Lookup]:
    """Every look-up of the tables: what it names of its file is read."""
    return [one.lookup for table in delivered for one in lookup_columns(table.mapped)]


def unused_columns(files: Sequence[ParsedFile], lookups: Sequence[Lookup] = ()) -> Iterator[Finding]:
    """Notes on columns that are not read: those that the same files have are told together, in one sentence.

    A file that serves for several tables, parts or look-ups has a column unused where none of them reads it.
    """
    tables = Counter(file.source for file in files)
    unread = Counter((file.source, column) for file in files for column in file.unused)
    places: dict[str, list[str]] = {}
    for (name, column), times in unread.items():
        read = any(column in (one.column, *one.match) and matches_any(name_parts(name), one.file) for one in lookups)
        if times == tables[name] and not read:
            places.setdefault(column, []).append(name)
    together: dict[tuple[str, ...], list[str]] = {}
    for column, having in places.items():
        together.setdefault(tuple(dict.fromkeys(having)), []).append(column)
    for names, columns in together.items():
        for name in names:
            yield Finding("NOTE04", name, None, "", f"not read: {', '.join(columns)}")


def several_values(writer: Writer, delivered: DeliveredTable) -> Iterator[Finding]:
    """Students with more than one value of an attribute of which people usually have one."""
    for name, ever, once in writer.records(query_script(attribute_counts)):
        message = (
            f"{counted(ever, 'student')} with several values of {name}, {once:,} of them at one time; all are kept"
        )
        yield table_note(delivered, "NOTE02", message)


def attribute_counts() -> ir.Table:
    """How many students have several values of an attribute, ever and at one time (`once`)."""
    who = ["attribute", "student_id"]
    rows = parsed_table("demographics")
    rows = rows.filter(rows.rule.isnull() & ~rows.deleted & rows.attribute.isin(SINGLE))
    values = rows.group_by(who).aggregate(values=rows.value.nunique())
    several = values.filter(values.values > 1).select(who)
    each = several.left_join(at_one_time(rows.semi_join(several, who)).mutate(once=ibis.literal(True)), who)
    return each.group_by("attribute").aggregate(ever=each.count(), once=each.once.count()).order_by("attribute")


def at_one_time(rows: ir.Table) -> ir.Table:
    """The attributes and students with two different values on one day."""
    rows = rows.select("attribute", "student_id", "value", "start_date", "end_date")
    other = rows.rename(other="value", since="start_date", until="end_date")
    both = rows.inner_join(other, ["attribute", "student_id"])
    begun = both.start_date <= both.until.fill_null(both.start_date)
    lasts = both.since <= both.end_date.fill_null(both.since)
    return both.filter((both.value != both.other) & begun & lasts).select("attribute", "student_id").distinct()


def ambiguous_lookups(writer: Writer, delivered: DeliveredTable) -> Iterator[Finding]:
    """Notes on look-ups that found several values and took one, as the mapping declares."""
    for one in lookup_columns(delivered.mapped):
        name = one.name
        several = writer.count(query_script(several_found, one))
        if several and one.lookup.take != "one":
            used = writer.count(query_script(rows_of_several, delivered.table.name, name))
            message = f"{counted(several, 'look-up')} of {name} in {one.lookup.file} with several values"
            yield table_note(delivered, "NOTE03", f"{message}; the {one.lookup.take} counts, in {counted(used, 'row')}")


def several_found(one: LookupColumn) -> ir.Table:
    """The look-ups of a column that found several values."""
    return one.found.filter(one.found[f"found_{one.name}"] > 1)


def rows_of_several(table: str, column: str) -> ir.Table:
    """The rows whose look-up of a column chose one of several values."""
    rows = parsed_table(table)
    return rows.filter(rows.several.split(", ").contains(column))


def table_note(delivered: DeliveredTable, code: str, message: str) -> Finding:
    """A finding about a whole table."""
    return Finding(code, delivered.table.name, None, "", message)
