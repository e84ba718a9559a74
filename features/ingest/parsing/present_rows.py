"""Positive attendance: rows that say present prove that attendance was taken, and are no exceptions to store."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from features.engine.parameters import number_parameter
from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable, Delivery
from features.ingest.parsing.left_out_rows import LeftOut
from features.ingest.parsing.table_parser import ParsedFile, PolicyChanges, with_changes
from features.ingest.rules.no_shows import LEFT_OUT
from features.ingest.rules.present_codes import PRESENT
from features.ingest.staging_tables import current_records, parsed_schema, parsed_table, update_rows
from features.tables import TABLES
from features.warehouse.writer import Writer

SUBMISSIONS = "attendance_submissions"
SECTION = ["student_id", "school_id", "date", "section_id"]


def take_present(writer: Writer, delivery: Delivery, parsed: Sequence[ParsedFile], *, held: bool) -> list[ParsedFile]:
    """Turns rows that say present into days on which a school submitted, and the counts of the files with them."""
    tables = {one.table.name: one for one in delivery.tables}
    if not delivery.policies.attendance.present or "attendance" not in tables:
        return list(parsed)
    number = max(one.number for one in parsed) + 1
    days = writer.insert(parsed_table(SUBMISSIONS).get_name(), query_script(submitted_days), {"file_number": number})
    found = take_out_present(writer, tables["attendance"], held=held)
    by_file = {one.file: one for one in found}
    changed = {number: PolicyChanges((left,), ()) for number, left in by_file.items()}
    counted = [with_changes(one, changed[one.number]) if one.number in changed else one for one in parsed]
    if days:
        file = tables["attendance"].sources[0].name
        counted.append(ParsedFile(file, SUBMISSIONS, number, rows=days, left_out=0, blank=0))
    return counted


def submitted_days() -> ir.Table:
    """The days of schools of which a row says present, unless the school sent them itself, as staging rows."""
    rows = parsed_table("attendance")
    sent = rows.filter(
        (rows.rule == LEFT_OUT) & rows.school_id.notnull() & rows.date.notnull() & rows.known_on.notnull()
    )
    days = sent.group_by("school_id", "date").aggregate(known_on=sent.known_on.min())
    days = days.anti_join(parsed_table(SUBMISSIONS), ["school_id", "date"])
    schema = parsed_schema(TABLES[SUBMISSIONS])
    nothing = {column: ibis.null(kind) for column, kind in schema.items()}
    known = {
        "file": number_parameter("file_number"), "school_id": days.school_id, "date": days.date,
        "row": ibis.row_number().over(order_by=["date", "school_id"]) + 1, "known_on": days.known_on,
        "deleted": ibis.literal(False), "again": ibis.literal(False), "whole_key": ibis.literal(True),
    }  # fmt: skip
    return days.select(**(nothing | known))


def take_out_present(writer: Writer, attendance: DeliveredTable, *, held: bool) -> list[LeftOut]:
    """Takes rows that say present out of the staging table. In a delta they take back the absence that is held."""
    withdraws = held and attendance.mapping.kind == "delta"
    script = query_script(present_counts, withdraws=withdraws)
    found = [LeftOut(*row) for row in writer.records(script)]
    if withdraws:
        columns = ["kind", "deleted", "rule", "broken", "expected", "shown", "unmapped", "whole_key"]
        update_rows(writer, attendance.table, columns, query_script(absences_taken_back))
    if found:
        table = parsed_table("attendance").get_name()
        writer.connection.execute(f'DELETE FROM "{table}" WHERE rule = ?', [LEFT_OUT])  # noqa: S608 - our own names
    return found


def present_rows() -> ir.Table:
    """The rows that say present."""
    rows = parsed_table("attendance")
    return rows.filter(rows.rule == LEFT_OUT)


def present_counts(*, withdraws: bool) -> ir.Table:
    """The rows that say present by file, and how many take back an absence."""
    rows = present_rows().select("file", "row")
    if withdraws:
        back = absences_taken_back().select("file", "row", back=ibis.literal(1, "int64"))
        rows = rows.left_join(back, ["file", "row"]).select("file", "row", "back")
    else:
        rows = rows.mutate(back=ibis.literal(0, "int64"))
    counts = rows.group_by("file").aggregate(rows=rows.count(), withdraw=ibis.coalesce(rows.back.sum(), 0))
    return counts.select("file", ibis.literal(PRESENT).name("reason"), "rows", "withdraw").order_by("file")


def absences_taken_back() -> ir.Table:
    """Rows that say present of a section and day of which an absence is held, as deletions of the longest one."""
    rows, held = present_rows(), current_records("attendance")
    order = [ibis.desc("absent_hundredths"), "kind"]
    longest = held.mutate(place=ibis.row_number().over(group_by=SECTION, order_by=order)).filter(ibis._.place == 0)
    longest = longest.select(*SECTION, held_kind="kind")
    both = rows.inner_join(longest, SECTION)
    nothing = {name: ibis.null(rows[name].type()) for name in ("rule", "broken", "expected", "shown", "unmapped")}
    last = ibis.row_number().over(group_by=SECTION, order_by=[ibis.desc("known_on"), "file", "row"])
    taken = both.mutate(kind=both.held_kind, deleted=ibis.literal(True), whole_key=ibis.literal(True), **nothing)
    return taken.mutate(place=last).filter(ibis._.place == 0).drop("held_kind", "place")
