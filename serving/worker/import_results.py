"""What becomes of an import that was handed over. DBOS stores these results as JSON, so their keys never change."""

from typing import Literal, TypedDict

from features.ingest.load.load_report import KINDS, LoadReport

ImportOutcome = Literal["loaded", "unchanged", "refused", "failed", "fault"]
"""The data was refused, the machine failed, or OnTrack itself has a fault."""


class ImportResult(TypedDict):
    """The result of an import: one word, one sentence, and row counts where it was loaded."""

    outcome: ImportOutcome
    says: str
    load_id: int | None
    rows: dict[str, int]


def result_without_load(outcome: ImportOutcome, says: str) -> ImportResult:
    """The result of an import that loaded nothing."""
    return ImportResult(outcome=outcome, says=says, load_id=None, rows={})


def result_of_load(report: LoadReport) -> ImportResult:
    """The result of an import that is in the warehouse now."""
    rows = {kind: sum(report.counts(kind).values()) for kind in ("read", *KINDS)}
    rows["gone"] = sum(report.gone.values())
    counts = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in rows.items() if count)
    return ImportResult(
        outcome="loaded", says=f"load {report.load_id}, rows: {counts}", load_id=report.load_id, rows=rows
    )
