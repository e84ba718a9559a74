"""Codes of attendance in a declared order: kept with their events, and one of several that are one record counts."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from features.engine.attendance_events import place_in_order
from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable
from features.ingest.findings import Finding, counted
from features.ingest.mapping.file_layout import FileLayout
from features.ingest.staging_tables import parsed_table, update_rows
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.writer import Writer


def codes_in_order(rows: ir.Table, layout: FileLayout) -> dict[str, ir.StringValue]:
    """The `code` of each row of attendance where `day_priority` names it, from its own column or from that of `kind`.

    Other codes are not kept, so that records without such an order are as they were.
    """
    delivered, nothing = layout.delivered, ibis.null("string")
    if delivered.table.name != "attendance":
        return {}
    codes = delivered.policies.attendance.codes_in_order
    texts = [rows[name] for name in ("text_code", "text_kind") if name in rows.columns]
    if not codes or not texts:
        return {"code": nothing}
    return {"code": ibis.ifelse(ibis.coalesce(*texts).isin(codes), ibis.coalesce(*texts), nothing)}


def keep_first_codes(writer: Writer, delivered: DeliveredTable) -> Iterator[Finding]:
    """Marks rows that come after another of the same record as `again`, and says how many days that were."""
    priority = delivered.policies.attendance.day_priority
    after = query_script(codes_after_others, priority)
    rows = writer.count(after)
    if rows:
        update_rows(writer, TABLES["attendance"], ["again"], after)
        said = f"{counted(rows, 'event')} of a kind of which a student has another on the day, by another code"
        yield Finding("NOTE41", delivered.table.name, None, "kind", f"{said}: the first by day_priority counts")
    named = [code for code in delivered.policies.attendance.codes_in_order if code not in held_codes(writer)]
    if named:
        said = f"no row has {', '.join(named)}, which day_priority names: is it written as the files have it?"
        yield Finding("NOTE45", delivered.table.name, None, "kind", said)


def held_codes(writer: Writer) -> set[str]:
    """The codes of the delivered rows."""
    return {str(code) for (code,) in writer.records(query_script(delivered_codes))}


def delivered_codes() -> ir.Table:
    """The codes of the delivered rows, once each."""
    return parsed_table("attendance").filter(ibis._.code.notnull()).select("code").distinct()


def codes_after_others(priority: tuple[str, ...]) -> ir.Table:
    """Rows of a record of which another row, known on the same day or before, comes first in the order."""
    rows = parsed_table("attendance")
    rows = rows.filter(rows.rule.isnull() & ~rows.deleted)
    rows = rows.mutate(place=place_in_order(rows, priority))
    first = rows.place.min().over(group_by=key_of(TABLES["attendance"]), order_by="known_on", range=(None, 0))
    ranked = rows.mutate(first=first)
    return ranked.filter(ranked.place > ranked["first"]).select("file", "row", again=ibis.literal(True))
