"""Notes about attendance: events that contradict each other, days of which nothing is known, part-time students."""

from collections.abc import Iterator
from datetime import date

import ibis.expr.types as ir

from features.engine.attendance_submission import with_attendance_taken
from features.engine.parameters import day_parameter
from features.engine.record_columns import WHOLE_DAY_SECTION
from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable, Delivery
from features.ingest.findings import Finding, counted
from features.ingest.parsing.load_notes import table_note
from features.ingest.staging_tables import (
    RecordSources,
    current_records,
    parsed_table,
    records_after_load,
    sources_of,
    valid_rows,
)
from features.policies.attendance_policies import AttendancePolicies
from features.warehouse.writer import Writer

DAY = ["student_id", "school_id", "date"]
TODAY = "today"
SUBMISSIONS = "attendance_submissions"


def attendance_notes(writer: Writer, delivery: Delivery, *, held: bool, today: date) -> Iterator[Finding]:
    """NOTE41 to NOTE44."""
    delivered = {one.table.name: one for one in delivery.tables}
    policies = delivery.policies.attendance
    if "attendance" in delivered:
        yield from contradicting_events(writer, delivered["attendance"], policies, held=held)
    if "calendar_days" in delivered:
        yield from unknown_days(writer, delivered["calendar_days"], held=held, today=today)
    if "enrollments" in delivered:
        yield from part_time_enrollments(writer, delivered["enrollments"], policies)
    if "section_enrollments" in delivered:
        yield from students_with_sections(writer, delivered["section_enrollments"], policies)


def contradicting_events(
    writer: Writer, delivered: DeliveredTable, policies: AttendancePolicies, *, held: bool
) -> Iterator[Finding]:
    """Days of students with daily events of several kinds."""
    delta = held and delivered.mapping.kind == "delta"
    days = writer.count(query_script(several_kinds, delta=delta))
    if days:
        counts = (
            "the first by day_priority counts" if policies.day_priority else "all count; day_priority can say which"
        )
        yield table_note(
            delivered, "NOTE41", f"{counted(days, 'day')} of a student with daily events of several kinds: {counts}"
        )


def several_kinds(*, delta: bool) -> ir.Table:
    """The days of students with daily events of several kinds, of a delta with those that are held."""
    rows = parsed_table("attendance")
    rows = rows.filter(rows.rule.isnull() & ~rows.again & ~rows.deleted & (rows.section_id == WHOLE_DAY_SECTION))
    events = rows.select(*DAY, "kind")
    if delta:
        before = current_records("attendance")
        before = before.filter(before.section_id == WHOLE_DAY_SECTION).semi_join(events, DAY).select(*DAY, "kind")
        gone = parsed_table("attendance").filter(lambda one: one.deleted).select(*DAY, "kind")
        events = events.union(before.anti_join(gone, [*DAY, "kind"]))
    kinds = events.group_by(DAY).aggregate(first=events.kind.min(), last=events.kind.max())
    return kinds.filter(kinds["first"] != kinds["last"])


def unknown_days(writer: Writer, delivered: DeliveredTable, *, held: bool, today: date) -> Iterator[Finding]:
    """Days of instruction up to today of which neither the calendar nor an event says that attendance was taken."""
    if not writer.count(query_script(open_days)):
        return
    named = ("calendar_days", "attendance", "attendance_submissions")
    sources = tuple(sources_of(writer, name, held=held) for name in named)
    script = query_script(unknown_counts, *sources)
    ((days, schools),) = writer.records(script, {TODAY: today})
    if days:
        yield table_note(
            delivered, "NOTE42",
            f"{counted(days, 'school day')} of this school year at {counted(schools, 'school')} of which nothing says "
            "that attendance was taken: unknown, not present",
        )  # fmt: skip


def open_days() -> ir.Table:
    """A delivered day of which the calendar does not say whether attendance was taken, if there is any."""
    rows = valid_rows("calendar_days")
    return rows.filter(rows.attendance_taken.isnull()).limit(1)


def unknown_counts(calendar: RecordSources, events: RecordSources, submissions: RecordSources) -> ir.Table:
    """How many days of the latest school year are unknown up to today, and of how many schools."""
    days = records_after_load("calendar_days", calendar)
    days = days.filter(days.date <= day_parameter(TODAY))
    sent = [dates_of(name, source) for name, source in (("attendance", events), (SUBMISSIONS, submissions))]
    taken = with_attendance_taken(days, *sent)
    unsaid = days.filter(days.attendance_taken.isnull() & days.in_session).select("school_id", "track", "date")
    unknown = taken.filter(~taken.attendance_taken).semi_join(unsaid, ["school_id", "track", "date"])
    unknown = unknown.filter(unknown.school_year == days.school_year.max().as_scalar())
    each = unknown.select("school_id", "date").distinct()
    return each.aggregate(days=each.count(), schools=each.school_id.nunique())


def dates_of(name: str, sources: RecordSources) -> ir.Table:
    """The schools and dates of a table after this load; none where neither the load nor the warehouse has it."""
    if not sources:
        return parsed_table("calendar_days").select("school_id", "date").limit(0)
    return records_after_load(name, sources).select("school_id", "date").distinct()


def part_time_enrollments(writer: Writer, delivered: DeliveredTable, policies: AttendancePolicies) -> Iterator[Finding]:
    """Enrollments of some weekdays or of a part of the day."""
    rows = writer.count(query_script(part_time_rows))
    if rows:
        counts = "they count" if policies.part_time else "they do not count; part_time = true lets them"
        yield table_note(
            delivered, "NOTE43", f"{counted(rows, 'enrollment')} of some weekdays or a part of the day: {counts}"
        )


def part_time_rows() -> ir.Table:
    """Delivered enrollments of some weekdays or a part of the day."""
    rows = valid_rows("enrollments")
    return rows.filter(rows.weekdays.notnull() | rows.expected_hundredths.notnull())


def students_with_sections(
    writer: Writer, delivered: DeliveredTable, policies: AttendancePolicies
) -> Iterator[Finding]:
    """Students of whom sections are sent, and whether these say how many class periods they have."""
    rows = writer.count(query_script(section_students))
    if rows:
        counts = "they say how many class periods a day has for them"
        if policies.periods.a_day is None:
            counts = "they say nothing without a_day below [districts.policies.attendance.periods]"
        yield table_note(delivered, "NOTE44", f"sections of {counted(rows, 'student')}: {counts}")


def section_students() -> ir.Table:
    """The students of delivered sections."""
    return valid_rows("section_enrollments").select("student_id").distinct()
