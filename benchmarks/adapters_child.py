"""A load of a simulated district in one system's format, in a process of its own so that its peak memory is its own."""

import subprocess
import sys
from pathlib import Path

import typer
from pydantic import TypeAdapter

from benchmarks.child import Measured, peak_mib
from benchmarks.place import DISTRICT, NOW, TODAY
from benchmarks.timing import seconds_of
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District

REST: dict[str, object] = {"kind": "csv", "folder": "rest"}
ONEROSTER: dict[str, object] = {
    "kind": "oneroster-csv", "folder": "oneroster", "marks_in": ["Course mark"], "credits": 0.5, "term_ids": "title",
}  # fmt: skip
SOURCES: dict[str, list[dict[str, object]]] = {
    "csv": [{"kind": "csv"}],
    "parquet": [{"kind": "csv"}],
    "edu": [{"kind": "edu-warehouse", "tenant": DISTRICT}],
    "edfi": [{"kind": "edfi-files"}],
    "oneroster": [ONEROSTER, REST],
    "oneroster-delta": [ONEROSTER, REST],
    "calpads": [{"kind": "calpads", "folder": "calpads"}, REST],
    "aeries-api": [{"kind": "aeries-api", "folder": "exports", "url": "https://sis.example.org/aeries"}, REST],
}
"""The sources of each form; changes of OneRoster are loaded into the warehouse of its package."""


def load_in_child(folder: Path, form: str) -> Measured:
    """The load done in a new process."""
    command = [sys.executable, "-m", "benchmarks.adapters_child", str(folder), form]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True, text=True)
    return TypeAdapter(Measured).validate_json(done.stdout)


def load_here(folder: Path, form: str) -> Measured:
    """The load done here; the peak is that of everything so far."""
    district = District.model_validate({"id": DISTRICT, "name": DISTRICT, "sources": SOURCES[form]})
    space = Workspace(district, folder / f"home-{form.removesuffix('-delta')}", TODAY)
    counts: dict[str, float] = {}

    def work() -> None:
        report = ingest(space, folder / form, now=NOW, progress=quietly)
        counts.update({kind: sum(report.counts(kind).values()) for kind in ("read", "corrected", "quarantined")})

    return Measured(seconds_of(work), counts, peak_mib())


def main(folder: Path, form: str) -> None:
    """Prints what a load took."""
    sys.stdout.write(TypeAdapter(Measured).dump_json(load_here(folder, form)).decode())


if __name__ == "__main__":
    typer.run(main)
