"""`python -m benchmarks`: measures, prints a table per part and, where asked, writes everything as JSON."""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.adapters_child import load_in_child
from benchmarks.adapters_part import adapters_part
from benchmarks.api_part import api_part
from benchmarks.audit_part import REPLICATES, SCORED, audit_part
from benchmarks.child import in_child
from benchmarks.dates_part import dates_part
from benchmarks.edfi_pull_child import pull_in_child
from benchmarks.figures import Part, json_of, table_of
from benchmarks.ingest_part import ingest_part
from benchmarks.ledger_child import ledger_in_child
from benchmarks.ledger_part import LISTED, ledger_part
from benchmarks.pages_part import pages_part
from benchmarks.place import SEED, place_in
from benchmarks.policies_part import policies_part
from benchmarks.reasons_child import explain_in_child
from benchmarks.reasons_part import ROWS, reasons_part
from benchmarks.scoring_part import scoring_part
from benchmarks.snapshot_part import snapshot_part
from benchmarks.start_part import start_part
from benchmarks.training_child import fit_in_child
from benchmarks.training_part import training_part
from benchmarks.weekly_part import weekly_part
from features.progress import Progress

POLICY_STUDENTS = 20_000
"""Students whose files are loaded twelve times over to compare policies: more do not end within minutes."""

DATED_STUDENTS = 8_500
"""A middling district, as the larger one of the demo: what many dates cost is asked of it."""
PAGE_STUDENTS = 50_000
"""A large district: a page must not be slower for it."""
API_STUDENTS = 700
"""A small installation: what the API answers with does not depend on the size of a district."""


class Name(StrEnum):
    """The parts, in the order in which they run."""

    START = "start"
    INGEST = "ingest"
    ADAPTERS = "adapters"
    SNAPSHOT = "snapshot"
    DATES = "dates"
    POLICIES = "policies"
    TRAINING = "training"
    AUDIT = "audit"
    LEDGER = "ledger"
    REASONS = "reasons"
    SCORING = "scoring"
    WEEKLY = "weekly"
    API = "api"
    PAGES = "pages"


def bench(
    students: Annotated[int, typer.Option(min=400, help="Students of the simulated district.")] = 100_000,
    years: Annotated[int, typer.Option(min=2, max=12, help="School years on record.")] = 6,
    rows: Annotated[int, typer.Option(min=400, help="Made examples of the training part.")] = 200_000,
    only: Annotated[list[Name] | None, typer.Option(help="Which parts; all of them otherwise.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Rounds behind each median.")] = 3,
    requests: Annotated[int, typer.Option(min=20, max=500, help="Requests to each route in a round.")] = 150,
    folder: Annotated[Path | None, typer.Option(help="Keep simulated districts here and use them again.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything measured here.")] = None,
) -> None:
    """Measure speed and memory, each figure beside a peer or a limit of the same run."""
    console, parts = Console(width=None if sys.stdout.isatty() else 120), []
    with nullcontext(str(folder.absolute())) if folder else tempfile.TemporaryDirectory() as kept:
        size = Size(students, years, rows)
        for name, part in parts_in(Path(kept), size, runs=runs, requests=requests).items():
            if not only or name in only:
                parts.append(part())
                console.print(table_of(parts[-1]))
    if json_file:
        asked = {
            "students": students,
            "years": years,
            "rows": rows,
            "policy_students": min(students, POLICY_STUDENTS),
            "dated_students": min(students, DATED_STUDENTS),
            "api_students": API_STUDENTS,
            "runs": runs,
            "requests": requests,
            "seed": SEED,
        }
        json_file.write_text(json_of(parts, asked), encoding="utf-8")


@dataclass(frozen=True)
class Size:
    """Students and school years of the simulated district, and rows of the made examples."""

    students: int
    years: int
    rows: int


def parts_in(folder: Path, size: Size, *, runs: int, requests: int) -> dict[Name, Callable[[], Part]]:
    """What each part would measure at this size."""
    progress = on_stderr()
    most = (size.students, POLICY_STUDENTS, DATED_STUDENTS, API_STUDENTS)
    large, middle, dated, small = (place_in(folder, min(size.students, students), size.years) for students in most)
    return {
        Name.START: lambda: start_part(runs=runs, progress=progress),
        Name.INGEST: lambda: ingest_part(large, in_child, progress),
        Name.ADAPTERS: lambda: adapters_part(middle, load_in_child, pull_in_child, progress),
        Name.SNAPSHOT: lambda: snapshot_part(large, in_child, runs=runs, progress=progress),
        Name.DATES: lambda: dates_part(dated, runs=runs, progress=progress),
        Name.POLICIES: lambda: policies_part(middle, runs=runs, progress=progress),
        Name.TRAINING: lambda: training_part(size.rows, fit_in_child, runs=runs, progress=progress),
        Name.AUDIT: lambda: audit_part(SCORED, replicates=REPLICATES, runs=runs, progress=progress),
        Name.LEDGER: lambda: ledger_part(folder, LISTED, ledger_in_child, runs=runs, progress=progress),
        Name.REASONS: lambda: reasons_part(ROWS, explain_in_child, runs=runs, progress=progress),
        Name.SCORING: lambda: scoring_part(large, runs=runs, progress=progress),
        Name.WEEKLY: lambda: weekly_part(folder, size.students, progress),
        Name.API: lambda: api_part(small, runs=runs, requests=requests, progress=progress),
        Name.PAGES: lambda: pages_part(
            folder / "pages", min(size.students, PAGE_STUDENTS), runs=runs, requests=requests, progress=progress
        ),
    }


def on_stderr() -> Progress:
    """Says each step with the seconds since the start."""
    began = time.monotonic()
    return lambda step: typer.echo(f"{time.monotonic() - began:6.1f} s  {step}", err=True)


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(bench)
    app()
