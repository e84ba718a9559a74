"""Write the generated reference again: `python -m docs.generate`."""

import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from docs.reference_checks import audit_checks, ingest_codes, monitor_checks, record_checks
from docs.reference_commands import commands_page
from docs.reference_gate import gate_checks
from docs.reference_http import api_page
from docs.reference_settings import settings_page
from docs.reference_simulation import simulation_page
from docs.reference_sources import sources_page
from docs.reference_text import code, heading, page, table
from features.definitions.catalog import FEATURE_SETS, OUTCOMES, feature_set_of
from features.definitions.published_rules import ATTENDANCE_BANDS, PUBLISHED
from features.errors import Refused
from features.language.feature_set import Feature, FeatureSet, Indicator, Outcome
from features.snapshots.feature_requirements import missing_when, source_tables
from features.table_schema import ENVELOPE, Column, Table
from features.tables import PROTECTED_TABLES, TABLES

REFERENCE = Path(__file__).parent / "reference"
PACKAGES = ("features", "models", "training", "serving", "ontrack")
PLACEHOLDER = re.compile(r"\{[^}]*\}")
EXIT_CODES = {
    0: "done",
    1: "a fault of OnTrack: please report what was printed",
    2: "the command, the settings or the spec cannot be used",
    3: "the records, the table or a release cannot be used; nothing was changed",
    4: "the gate does not let this bundle serve, or monitoring found a breach",
    5: "this machine or this installation lacks something: a port, a key, a whole bundle",
}


def pages() -> dict[str, str]:
    """Every page of the reference by file name."""
    return {
        "tables.md": tables_page(),
        "features.md": features_page(),
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        "api.md": api_page(),
        "checks.md": checks_page(),
        "simulation.md": simulation_page(),
        "sources.md": sources_page(),
    }


def tables_page() -> str:
    """The canonical tables, column by column."""
    intro = (
        "A district sends one CSV file per table, columns found by their header. Students are named by the district's "
        "own `student_id` in a file and by an opaque `student_key` in the warehouse. Hundredths keep counts whole: "
        "50 hundredths of a day are half a day."
    )
    envelope = [
        heading(2, "Columns that every row carries"),
        "A file has `known_on` of these; the others are added by the load.",
        columns_table(ENVELOPE),
    ]
    return page("Tables", intro, *envelope, *(part for one in TABLES.values() for part in table_parts(one)))


def table_parts(one: Table) -> list[str]:
    """One table's heading, what it is, and its columns."""
    origin = f"File `{one.name}.csv`" if one.from_source else "Written by OnTrack; no file has it"
    notes = [origin + (", may be left out" if one.optional else "")]
    if one.name in PROTECTED_TABLES:
        notes.append("Protected: for audits, never a feature")
    key = ", ".join(map(code, one.key))
    return [
        heading(2, code(one.name)),
        f"{one.meaning} {'. '.join(notes)}. Key of a record: {key}.",
        columns_table(one.columns),
    ]


def columns_table(columns: Sequence[Column]) -> str:
    """One row a column."""
    rows = [
        (code(c.name), c.kind, c.unit or "–", "no" if c.required else "yes", allowed(c), c.meaning) for c in columns
    ]
    return table(("Column", "Kind", "Unit", "May be empty", "Allowed", "Meaning"), rows)


def allowed(column: Column) -> str:
    """Which values a column may hold."""
    if column.allowed:
        return ", ".join(map(code, column.allowed))
    return f"{column.least} to {column.most}" if column.least is not None else "–"


def features_page() -> str:
    """Feature sets with their features and rule, and outcomes."""
    intro = (
        "Definitions are Python in `features/definitions/`; this page is made from them. A missing value says that the "
        "records cannot tell."
    )
    sets = [part for one in FEATURE_SETS.values() for part in feature_set_parts(one)]
    missing = (
        "A label is missing, never false, while its horizon is ahead; for students who went elsewhere, died, or left "
        "no record of where they went; and where the records do not tell. Thresholds are set in `[outcomes.<name>]`; "
        "a district's own outcomes are [a Python file](../how-to/add-an-outcome.md)."
    )
    outcomes = [part for one in OUTCOMES.values() for part in outcome_parts(one)]
    return page(
        "Features, indicators and outcomes",
        intro,
        *sets,
        *published_parts(),
        heading(2, "Outcomes"),
        missing,
        *outcomes,
    )


def published_parts() -> list[str]:
    """The published rules and bands, at the bounds they were published with."""
    rows = [(code(rule.name), rule.says, rule.source) for rule in PUBLISHED]
    bounds = ", ".join(f"{bound:.0%}" for bound in ATTENDANCE_BANDS.bounds)
    bands = f"{ATTENDANCE_BANDS.says}: {', '.join(ATTENDANCE_BANDS.names)}, from {bounds} on"
    rows.append((code(ATTENDANCE_BANDS.name), bands, ATTENDANCE_BANDS.source))
    intro = "Written as published, each with a test at its bounds. The feature sets have rules of their own."
    return [heading(2, "Published rules"), intro, table(("Rule", "Flags a student with", "Source"), rows)]


def feature_set_parts(one: type[FeatureSet]) -> list[str]:
    """One feature set."""
    rows = [feature_row(name, feature) for name, feature in one.defined().items()]
    parts = [
        heading(2, f"Feature set {code(one.name)}"),
        f"{one.__doc__ or ''} Cohort: {one.cohort.words}.",
        table(FEATURE_COLUMNS, rows),
    ]
    return parts + (indicator_parts(one.indicator) if one.indicator else [])


FEATURE_COLUMNS = (
    "Feature", "A counselor reads: the student …", "More is", "Domain", "A school can change it", "From", "Missing with"
)  # fmt: skip


def feature_row(name: str, feature: Feature) -> tuple[str, ...]:
    """One feature, its value shown as an ellipsis."""
    changeable = "yes" if feature.can_change else "no"
    domain = "context" if feature.is_context else feature.domain
    source = ", ".join(map(code, source_tables(feature))) or code("enrollments")
    words = PLACEHOLDER.sub("…", feature.because)
    return code(name), words, feature.more_is, domain, changeable, source, missing_when(feature.quantity)


def indicator_parts(one: Indicator) -> list[str]:
    """The published rule of a feature set."""
    reasons = ", ".join(code(sign.feature) for sign in one.reasons)
    says = f"{one.says}. Its reasons: {reasons}. Source: {one.source}."
    return [heading(3, f"Indicator {code(one.name)}"), says[0].upper() + says[1:]]


def outcome_parts(one: Outcome) -> list[str]:
    """One outcome."""
    thresholds = ", ".join(f"{code(name)} {value:g}" for name, value in one.thresholds.items())
    rows = [
        ("Says", one.says),
        ("Source", one.source),
        ("Cohort", one.cohort.words),
        ("Grade band", one.grade_band),
        ("Thresholds", thresholds or "none"),
        ("Known", one.horizon.words),
        ("Needs", ", ".join(map(code, one.needs)) or "enrollments"),
        ("Feature set", code(feature_set_of(one).name)),
    ]
    return [heading(3, f"Outcome {code(one.name)}"), table(("", ""), rows)]


def checks_page() -> str:
    """The checks of records, the gate's checks, its verdicts and the exit codes."""
    intro = "What is asked of records and of a model, and what a command's exit code says."
    codes = [(str(number), says, refusals(number)) for number, says in EXIT_CODES.items()]
    return page(
        "Checks and exit codes",
        intro,
        *ingest_codes(),
        *record_checks(),
        *gate_checks(),
        *audit_checks(),
        *monitor_checks(),
        heading(2, "Exit codes"),
        table(("Code", "Says", "Refusals with it"), codes),
    )


def refusals(exit_code: int) -> str:
    """The kinds of refusal that end a command with a code."""
    import_all_modules()
    found = {kind.__name__ for kind in every_refusal(Refused) if kind.exit_code == exit_code}
    return ", ".join(map(code, sorted(found))) or "–"


def import_all_modules() -> None:
    """Import every module of the packages but migrations, as a kind of refusal is known once its module is."""
    for package in PACKAGES:
        for module in walk_packages(getattr(import_module(package), "__path__", ()), f"{package}."):
            if ".migrations" not in module.name:
                import_module(module.name)


def every_refusal(kind: type[Refused]) -> list[type[Refused]]:
    """A refusal and every kind of it that OnTrack declares."""
    own = [one for one in kind.__subclasses__() if one.__module__.split(".")[0] in PACKAGES]
    return [kind, *(below for one in own for below in every_refusal(one))]


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
