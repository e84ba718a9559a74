"""Events that earlier loads brought: where codes have an order, those without a code can only be ordered by kind."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable
from features.ingest.findings import Finding, counted
from features.ingest.load.incoming_table import staged_rows, with_keys
from features.tables import TABLES
from features.warehouse.reader import current_rows
from features.warehouse.writer import Writer


def events_of_earlier_loads(writer: Writer, delivered: DeliveredTable) -> Iterator[Finding]:
    """NOTE46, at the first load by an order of codes, once it is compared: events that stay and have no code."""
    attendance = delivered.policies.attendance
    if delivered.table.name != "attendance" or not attendance.codes_in_order:
        return
    if writer.policies().day_priority == attendance.day_priority:
        return
    ((events, first, last),) = writer.records(query_script(events_not_sent_again))
    if events:
        said = f"{counted(events, 'event')} of {first} to {last} from earlier loads, which kept no codes"
        expected = f"{said}: they are ordered by kind alone; load the files of these days again, once"
        yield Finding("NOTE46", delivered.table.name, None, "kind", expected)


def events_not_sent_again() -> ir.Table:
    """How many events without a code the warehouse keeps that this load does not bring, from which day to which."""
    table = TABLES["attendance"]
    sent = with_keys(staged_rows(table)).select(*table.key)
    left = current_rows("attendance").filter(ibis._.code.isnull()).anti_join(sent, list(table.key))
    return left.aggregate(events=left.count(), first=left.date.min(), last=left.date.max())
