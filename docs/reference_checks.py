"""The reference of what `ontrack check` looks for."""

from docs.reference_text import code, heading, table
from features.reconcile.codes import CHECKS


def record_checks() -> list[str]:
    """Every code of a check of the records, with its severity and meaning."""
    says = (
        "`ontrack check` looks for these, and so do `ontrack train` and `ontrack score` before they begin: they refuse "
        "an error and tell a warning. What to do about each: "
        "[does it add up?](../how-to/bring-your-records.md#does-it-add-up)"
    )
    rows = [(code(name), check.severity, check.means) for name, check in CHECKS.items()]
    return [heading(2, "Checks of the records"), says, table(("Code", "Severity", "Means"), rows)]
