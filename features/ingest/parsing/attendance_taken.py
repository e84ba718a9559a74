"""Days of a calendar that does not say on which of them attendance was taken."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from features.ingest.mapping.file_layout import FileLayout

COLUMN = "attendance_taken"


def days_unsaid(layout: FileLayout, found: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """The column of `attendance_taken`, by name, where a policy decides what the calendar does not say.

    A constant says nothing of a day: it is left open for the last event to decide, or true where that does not.
    """
    if COLUMN not in found:
        return {}
    mapping = next(cell.mapping for cell in layout.cells if cell.name == COLUMN)
    if not layout.delivered.policies.attendance.unknown_after_last_event:
        return {COLUMN: ibis.coalesce(found[COLUMN], True)}
    is_constant = mapping is not None and mapping.always == "true"
    return {COLUMN: ibis.null("boolean")} if is_constant else {}
