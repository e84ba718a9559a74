"""The reference of what `ontrack ingest` finds, `ontrack check` looks for, and an audit asks."""

from docs.reference_text import code, heading, table
from features.ingest.findings import CODES
from features.ingest.rules.row_rules import CROSS_FIELD_RULES
from features.quality.check_codes import CHECKS
from training.audit.checks import CODES as CODES_OF_AUDIT
from training.audit.checks import FALSE_FINDINGS, VERDICT_WORDS
from training.monitor.checks import CODES as CODES_OF_MONITORING
from training.monitor.checks import VERDICT_WORDS as MONITOR_WORDS


def ingest_codes() -> list[str]:
    """Every code of `ontrack ingest` with its meaning, and the rules about two cells of a row."""
    says = (
        "`FILE…` refuses a load and changes nothing, `ROW…` puts a row into quarantine, `NOTE…` is told. What to do: "
        "[bring your records](../how-to/bring-your-records.md#read-the-report)."
    )
    rows = [(code(name), means) for name, means in CODES.items()]
    pairs = [(code(one.table), f"{code(one.least)} ≤ {code(one.most)}", one.meaning) for one in CROSS_FIELD_RULES]
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


def audit_checks() -> list[str]:
    """Every code of an audit, with what passes and when it is named."""
    verdicts = ", ".join(VERDICT_WORDS.values())
    says = (
        "`ontrack train` audits the model's list and the records behind it, group by group; `ontrack audit` shows what "
        f"the audit of a bundle found. Verdicts: {verdicts}. Where groups do not differ, at most "
        f"{FALSE_FINDINGS * 100:.0f} of 100 audits name a difference. Why, and what is not shown: "
        "[fairness and small groups](../explanation/fairness-and-suppression.md)."
    )
    rows = [(code(name), passes) for name, passes in CODES_OF_AUDIT.items()]
    return [heading(2, "Checks of the audit"), says, table(("Code", "Passes where"), rows)]


def monitor_checks() -> list[str]:
    """Every code of monitoring, with what is asked and what to do on a breach."""
    says = (
        "`ontrack monitor` holds what is live against what the bundle that serves promised. Verdicts: "
        f"{', '.join(MONITOR_WORDS.values())}; a breach ends it with exit code 4. Why, and the bounds: "
        "[monitoring](../explanation/monitoring.md)."
    )
    rows = [(code(name), one.asks, one.do) for name, one in CODES_OF_MONITORING.items()]
    return [heading(2, "Checks of monitoring"), says, table(("Code", "Ok where", "On a breach"), rows)]
