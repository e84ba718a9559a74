"""Rows of attendance whose code means present."""

import ibis
import ibis.expr.types as ir

from features.ingest.rules.row_rules import CellValues

PRESENT = "a code that means present"


def why_present(cells: CellValues) -> ir.StringValue | None:
    """PRESENT for rows of attendance whose code means that, missing for others; None where no code does."""
    delivered, rows = cells.layout.delivered, cells.rows
    codes = delivered.policies.attendance.present
    if delivered.table.name != "attendance" or not codes or "text_kind" not in rows.columns:
        return None
    return ibis.ifelse(cells.text("kind").isin(codes) & ~rows.deleted, PRESENT, ibis.null("string"))
