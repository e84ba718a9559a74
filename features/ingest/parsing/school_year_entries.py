"""A row of enrollments belongs to its school year: entries of earlier years, and exits before the first day."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.sql_script import Script
from features.ingest.findings import Finding
from features.ingest.rules.no_shows import LEFT_OUT
from features.ingest.staging_tables import (
    RecordSources,
    parsed_table,
    records_after_load,
    sources_of,
    update_rows,
    warehouse_attached,
)
from features.tables import TABLES
from features.warehouse.writer import Writer

FIRST_MONTH = 7
"""A school year runs from July 1 to June 30 where its calendar is not known."""

GONE_BEFORE = "an exit before the first day of the school's year"
CLAMPED = "entered before their school year: they count from its first day of instruction"


def place_in_school_years(writer: Writer) -> Sequence[Finding]:
    """Marks exits before the first day to be left out, moves entries of earlier years, and says how many."""
    days = sources_of(writer, "calendar_days", held=warehouse_attached(writer))
    if days:
        change_rows(writer, ("rule", "broken", "expected", "shown", "unmapped"), query_script(early_exits, days))
    moved = change_rows(writer, ("entry_date",), query_script(entries_of_their_year, days))
    rows = "row of enrollments" if moved == 1 else "rows of enrollments"
    return [Finding("NOTE12", "enrollments", None, "entry_date", f"{moved:,} {rows} {CLAMPED}")] if moved else []


def change_rows(writer: Writer, columns: Sequence[str], changes: Script) -> int:
    """Changes columns of some rows of enrollments, and says of how many."""
    rows = writer.count(changes)
    if rows:
        update_rows(writer, TABLES["enrollments"], columns, changes)
    return rows


def early_exits(days: RecordSources) -> ir.Table:
    """Rows whose exit is before the first day of their school and year, as rows to be left out."""
    rows, calendar = parsed_table("enrollments"), school_days(days)
    keys = ["school_id", "track", "school_year"]
    firsts = calendar.group_by(keys).aggregate(first=calendar.date.min())
    sound = rows.filter((rows.rule.isnull() | (rows.rule == "ROW06")) & ~rows.deleted & rows.exit_date.notnull())
    both = sound.inner_join(firsts, keys)
    early = both.filter(both.exit_date < both["first"])
    nothing = {name: ibis.null(rows[name].type()) for name in ("expected", "shown", "unmapped")}
    return early.select("file", "row", rule=ibis.literal(LEFT_OUT), broken=ibis.literal(GONE_BEFORE), **nothing)


def entries_of_their_year(days: RecordSources) -> ir.Table:
    """Rows with an entry date of an earlier school year, with the first day of instruction of their own.

    An earlier year is one whose last day at the school had not passed; without a calendar, one before July 1.
    """
    rows = parsed_table("enrollments")
    rows = rows.filter(rows.rule.isnull() & ~rows.deleted).select(
        "file", "row", "school_id", "school_year", "entry_date"
    )
    july = ibis.date((rows.school_year - 1).cast("int32"), FIRST_MONTH, 1)
    rows = rows.mutate(july=july)
    if not days:
        return rows.filter(rows.entry_date < rows.july).select("file", "row", entry_date="july")
    calendar = school_days(days)
    firsts = calendar.group_by("school_year").aggregate(first=calendar.date.min())
    lasts = calendar.group_by("school_id", next_year=calendar.school_year + 1).aggregate(last=calendar.date.max())
    both = rows.left_join(firsts, "school_year").drop("school_year_right")
    both = both.left_join(lasts, ["school_id", (both.school_year, lasts.next_year)]).drop("school_id_right")
    earlier = ibis.ifelse(both["last"].notnull(), both.entry_date <= both["last"], both.entry_date < both.july)
    begins = ibis.coalesce(both["first"], both.july)
    moved = both.filter(earlier & (both.entry_date < begins))
    return moved.select("file", "row", entry_date=ibis.coalesce(moved["first"], moved.july))


def school_days(days: RecordSources) -> ir.Table:
    """The days of instruction that are on record after the load."""
    return records_after_load("calendar_days", days).filter(ibis._.in_session)
