"""What became of every row of a load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pydantic import TypeAdapter
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table as Drawn

from features.ingest.findings import Finding, by_sentence, counted
from features.warehouse.unlisted_reason import NAMING_COMMAND, UnlistedReason

KINDS = ("new", "unchanged", "corrected", "withdrawn", "quarantined", "left_out")
"""What can become of a row of a file. The counts add up to the rows read."""


@dataclass(frozen=True)
class FileReport:
    """What became of the rows of one file, as one table."""

    file: str
    table: str
    read: int
    new: int = 0
    unchanged: int = 0
    corrected: int = 0
    withdrawn: int = 0
    quarantined: int = 0
    left_out: int = 0

    def __post_init__(self) -> None:
        found = [getattr(self, kind) for kind in KINDS]
        if sum(found) != self.read or min(found) < 0:
            raise AssertionError(f"{self.file} as {self.table}: {self.read} rows read, {found} accounted for")


@dataclass(frozen=True)
class LoadReport:
    """What a load did. `load_id` is None where nothing changed; `gone` counts records that full extracts now lack.

    `policies` says every policy of the records that is not the default, a sentence each; `unlisted` how many students
    enrolled on the day of the load are in no list because of what waits in quarantine.
    """

    district_id: str
    load_id: int | None
    files: tuple[FileReport, ...] = ()
    gone: Mapping[str, int] = field(default_factory=dict)
    quarantine: tuple[Finding, ...] = ()
    released: int = 0
    notes: tuple[Finding, ...] = ()
    to_add: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    unlisted: tuple[UnlistedReason, ...] = ()

    @property
    def rows_written(self) -> int:
        """The number of rows added to the warehouse."""
        written = sum(file.new + file.corrected + file.withdrawn for file in self.files)
        return written + sum(self.gone.values())

    def counts(self, kind: str) -> dict[str, int]:
        """Rows of one kind, or `read`, by table."""
        found: dict[str, int] = {}
        for file in self.files:
            found[file.table] = found.get(file.table, 0) + getattr(file, kind)
        return found

    def as_json(self) -> str:
        """The report as JSON."""
        return report_json().dump_json(self).decode()


@cache
def report_json() -> TypeAdapter[LoadReport]:
    """How a report is written to JSON and read from it; made when first needed."""
    return TypeAdapter(LoadReport)


def report_from(text: str) -> LoadReport:
    """The report that `as_json` wrote."""
    return report_json().validate_json(text)


def print_report(report: LoadReport, console: Console, *, tried: bool = False) -> None:
    """Prints the report: every file's rows, then what is in quarantine and why, then what to do."""
    if report.load_id is None:
        console.print(f"{report.district_id}: these files are loaded already; nothing changed")
        return
    what = f"what load {report.load_id} would do" if tried else f"load {report.load_id}"
    console.print(table_of(report, f"{report.district_id}: {what}"))
    console.print("rows read = new + unchanged + corrected + withdrawn + quarantined + left out", style="dim")
    for table, rows in report.gone.items():
        console.print(f"{table}: {rows:,} records are no longer in the extract and were withdrawn")
    if report.released:
        console.print(f"released from quarantine: {report.released:,} rows")
    if report.policies:
        console.print("\npolicies declared for these records")
        for sentence in report.policies:
            console.print(f"  {sentence}", markup=False, highlight=False, soft_wrap=True)
    for title, findings in (("in quarantine", report.quarantine), ("worth knowing", report.notes)):
        if findings:
            console.print(f"\n{title}")
            for finding in by_sentence(findings):
                console.print(f"  {finding}", markup=False, highlight=False, soft_wrap=True)
    print_unlisted(report, console)
    if report.to_add:
        console.print("\nto add to ontrack.toml; what is mapped is released by the next load")
        console.print("\n".join(report.to_add), markup=False, highlight=False, soft_wrap=True)


def print_unlisted(report: LoadReport, console: Console) -> None:
    """Prints how many students are in no list, and the command that names them."""
    if report.unlisted:
        students = counted(sum(reason.students for reason in report.unlisted), "student")
        console.print(f"\n{students} enrolled today in no list, because of rows in quarantine", highlight=False)
        for reason in report.unlisted:
            console.print(f"  {reason}", markup=False, highlight=False, soft_wrap=True)
        named = NAMING_COMMAND.format(district=report.district_id)
        console.print(f"  {named} names them, for the data team", markup=False, highlight=False, soft_wrap=True)


def table_of(report: LoadReport, title: str) -> Drawn:
    """A table with a row for each file; kinds without rows are left out."""
    kinds = ["read", *(kind for kind in KINDS if sum(report.counts(kind).values()))]
    drawn = Drawn(title=title, title_justify="left", box=SIMPLE)
    drawn.add_column("table", no_wrap=True)
    for kind in kinds:
        drawn.add_column(kind.replace("_", " "), justify="right", no_wrap=True)
    drawn.add_column("file", no_wrap=True, overflow="ellipsis")
    for file in report.files:
        drawn.add_row(file.table, *(f"{getattr(file, kind):,}" for kind in kinds), file.file)
    return drawn
