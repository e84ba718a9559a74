"""Notes about enrollments: spells that share days, and rows that end within an earlier one."""

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir

from features.engine.concurrent_enrollments import planned_ends
from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable
from features.ingest.findings import ROWS_NAMED, Finding, counted
from features.ingest.parsing.table_parser import ParsedFile
from features.ingest.staging_tables import current_records, parsed_table, warehouse_attached
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.writer import Writer

COUNTS_ONCE = {
    "longer": "at the primary school, else at that of the longer spell",
    "latest": "at the primary school, else at that of the spell entered latest",
    "shares": "by the calendar of the primary school, else that of the longer spell; an absence at each is a share",
}
"""What counts on a day of several spells, by rule."""

GRADE_THEN = "; of several grade levels at one school, that of the latest row"

AFTER_THEM = {
    "goes_on": "the earlier row counts again from the day after; where the student has left instead, give that row its "
    'exit, or say earlier_row = "ended" below [districts.policies.enrollment]',
    "ended": 'by earlier_row = "ended" they ended the earlier row: the student is not enrolled there after them',
}
"""What becomes of the earlier row, by rule."""

CELLS = ("student_id", "school_id", "school_year", "entry_date", "exit_date")


def enrollment_notes(writer: Writer, delivered: DeliveredTable, files: Sequence[ParsedFile]) -> Iterator[Finding]:
    """NOTE01 and NOTE14."""
    yield from overlapping_spells(writer, delivered)
    yield from rows_that_end_first(writer, delivered, files)


def overlapping_spells(writer: Writer, delivered: DeliveredTable) -> Iterator[Finding]:
    """Spells of a student of which one begins before the one before it has ended.

    A spell lasts to the end of its school year at most (an end may be written as 2099), so none of another year
    overlaps it.
    """
    ((pairs, overlapping),) = writer.records(query_script(overlap_counts))
    if pairs:
        message = f"{counted(overlapping, 'spell')} of enrollment with a day in another spell of the student"
        times = f"{counted(pairs, 'time')} a spell begins before the one before it is over"
        rule = COUNTS_ONCE[delivered.policies.enrollment.concurrent]
        says = f"{message}; {times}. Such a day counts once: {rule}{GRADE_THEN}"
        yield Finding("NOTE01", "enrollments", None, "", says)


def overlap_counts() -> ir.Table:
    """How often a spell begins before the one before it is over (`pairs`), and how many spells overlap another."""
    spells = latest_spells()
    order = {"group_by": "student_id", "order_by": ["entry_date", "exit_date", "file", "row"]}
    not_over = spells.exit_date.isnull() | (spells.entry_date.lead() <= spells.exit_date)
    shares = not_over & (spells.school_year.lead() == spells.school_year)
    followed = spells.mutate(shares=shares.over(**order).fill_null(False))
    both = followed.mutate(overlaps=followed.shares | followed.shares.lag().over(**order).fill_null(False))
    return both.aggregate(pairs=both.shares.sum().fill_null(0), spells=both.overlaps.sum().fill_null(0))


def latest_spells() -> ir.Table:
    """Of each spell in the files what was known last: its exit is often known after its entry.

    A spell said twice and differently on one day (ROW07) stays twice, and overlaps itself.
    """
    spells = parsed_table("enrollments")
    sound = spells.filter((spells.rule.isnull() | (spells.rule == "ROW07")) & ~spells.again & ~spells.deleted)
    record = ["student_id", "school_id", "entry_date"]
    earlier = ibis.rank().over(group_by=record, order_by=ibis.desc("known_on"))
    return sound.mutate(earlier=earlier).filter(ibis._.earlier == 0).drop("earlier")


def rows_that_end_first(writer: Writer, delivered: DeliveredTable, files: Sequence[ParsedFile]) -> Iterator[Finding]:
    """Rows that end while an earlier row of the student and school goes on, and none follows them on the next day."""
    rows = writer.records(query_script(places_of_rows_within, held=warehouse_attached(writer)))
    if rows:
        names = {file.number: file.file for file in files}
        (file, first), further = rows[0], tuple(row for _, row in rows[1:ROWS_NAMED])
        rule = AFTER_THEM[delivered.policies.enrollment.earlier_row]
        subject = "a row that ends" if len(rows) == 1 else "rows that end"
        says = f"{subject} within an earlier row of the student and school: {rule}"
        yield Finding("NOTE14", names.get(file, "enrollments"), first, "exit_date", says, len(rows), further)


def places_of_rows_within(*, held: bool) -> ir.Table:
    """The place of each such row, or of the earlier one where only that is in these files; in order."""
    rows = latest_spells().filter(ibis._.rule.isnull()).select(*CELLS, "file", "row")
    if held:
        others = current_records("enrollments").anti_join(parsed_table("enrollments"), key_of(TABLES["enrollments"]))
        nowhere = {"file": ibis.null("int64"), "row": ibis.null("int64")}
        rows = rows.union(others.select(*CELLS, **nowhere))
    rows = rows.mutate(planned=planned_ends(rows))
    ended, other = rows.filter(rows.exit_date.notnull()), rows.view()
    same = ["student_id", "school_id", "school_year", other.planned > ended.exit_date]
    within = ended.inner_join(other, [*same, other.entry_date < ended.entry_date]).select(
        ended, place=ibis.coalesce(ended.file, other.file), at=ibis.coalesce(ended.row, other.row)
    )
    following = rows.view()
    followed = [
        within.student_id == following.student_id, within.school_id == following.school_id,
        within.school_year == following.school_year, following.planned > within.exit_date,
        following.entry_date > within.entry_date,
        following.entry_date <= (within.exit_date + ibis.interval(days=1)).cast("date"),
    ]  # fmt: skip
    alone = within.anti_join(following, followed).filter(ibis._.at.notnull())
    places = alone.group_by("student_id", "school_id", "entry_date").aggregate(
        file=alone.place.min(), row=alone.at.min()
    )
    return places.select("file", "row").order_by("file", "row")
