"""The reference of what `ontrack ingest` finds and `ontrack check` looks for."""

from docs.reference_text import code, heading, table
from features.ingest.findings import CODES
from features.ingest.rules import CROSS_FIELDS
from features.reconcile.codes import CHECKS


def ingest_codes() -> list[str]:
    """Every code of `ontrack ingest` with its meaning, and the rules about two cells of a row."""
    says = (
        "`FILE…` refuses a load and changes nothing, `ROW…` puts a row into quarantine, `NOTE…` is told. What to do: "
        "[bring your records](../how-to/bring-your-records.md#read-the-report)."
    )
    rows = [(code(name), means) for name, means in CODES.items()]
    pairs = [(code(one.table), f"{code(one.least)} ≤ {code(one.most)}", one.meaning) for one in CROSS_FIELDS]
    return [
        heading(2, "Codes of a load"),
        says,
        table(("Code", "Means"), rows),
        "`ROW06` is about these, where both cells are given:",
        table(("Table", "Columns", "Expected"), pairs),
    ]


def record_checks() -> list[str]:
    """Every code of a check of the records, with its severity and meaning."""
    says = (
        "`ontrack check` looks for these, and so do `ontrack train` and `ontrack score` before they begin: they refuse "
        "an error and tell a warning. What to do about each: "
        "[does it add up?](../how-to/bring-your-records.md#does-it-add-up)"
    )
    rows = [(code(name), check.severity, check.means) for name, check in CHECKS.items()]
    return [heading(2, "Checks of the records"), says, table(("Code", "Severity", "Means"), rows)]
