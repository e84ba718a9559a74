"""Rows of enrollments that are none, such as no-shows, by a policy or by the calendar: left out, and counted."""

import ibis
import ibis.expr.types as ir

from features.ingest.rules.row_rules import CellValues

LEFT_OUT = "LEFT"
"""Stands in the place of a broken rule while a row of the staging file is to be left out."""

NEVER_CAME = "an exit code that means the student never came"
GONE_ON_ENTRY = "a first day gone that is the day of entry"


def last_days_enrolled(exit_date: ir.DateValue) -> ir.DateValue:
    """The last day enrolled where files hold the first day gone."""
    return (exit_date - ibis.interval(days=1)).cast("date")


def why_no_enrollment(cells: CellValues) -> ir.StringValue | None:
    """Why each row is no enrollment by a policy, missing where it is one; None where no policy can say so."""
    layout, rows = cells.layout, cells.rows
    policies = layout.delivered.policies.enrollment
    if layout.delivered.table.name != "enrollments":
        return None
    reasons: list[tuple[ir.BooleanValue, str]] = []
    if policies.never_came and "text_exit_kind" in rows.columns:
        reasons.append((cells.text("exit_kind").isin(policies.never_came), NEVER_CAME))
    if policies.exit_date == "first_day_gone":
        shifted = cells.value("entry_date") == cells.value("exit_date") + ibis.interval(days=1)
        reasons.append((shifted, GONE_ON_ENTRY))
    if not reasons:
        return None
    return ibis.cases(*((held & ~rows.deleted, why) for held, why in reasons), else_=ibis.null("string"))
