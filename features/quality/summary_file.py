"""The file of what a district's data team looks at: what stands in it; it loads no engine.

Pages read it: a warehouse that is being written lets nobody in. It holds counts, rules, files and rows, and no value
of a record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from features.atomic_files import replace_through
from features.settings import Settings
from features.warehouse.unlisted_reason import UnlistedReason


@dataclass(frozen=True)
class LoadLine:
    """A load: when, from where, and the rows read and put into quarantine of each table."""

    load_id: int
    loaded_at: datetime | None
    source: str
    files: int
    read: dict[str, int]
    quarantined: dict[str, int]


@dataclass(frozen=True)
class WaitingRows:
    """Rows in quarantine that break one rule in the same columns of a file: how many, and the first of them."""

    table: str
    rule: str
    columns: str
    expected: str
    file: str
    rows: int
    first: tuple[int, ...]


@dataclass(frozen=True)
class FindingLine:
    """A finding of a check."""

    code: str
    severity: str
    says: str
    school_id: str
    month: str


@dataclass(frozen=True)
class SilentSchool:
    """A school with classes that have sent no attendance for longer than chance explains."""

    school_id: str
    classes: int
    longest_days: int


@dataclass(frozen=True)
class RecordsSummary:
    """The state of a district's records. `checked_on` is the day of the last check, None before the first."""

    written_at: datetime
    loads: tuple[LoadLine, ...]
    waiting: tuple[WaitingRows, ...]
    unlisted: tuple[UnlistedReason, ...]
    checked_on: date | None = None
    findings: tuple[FindingLine, ...] = ()
    silent: tuple[SilentSchool, ...] = ()


@cache
def summary_json() -> TypeAdapter[RecordsSummary]:
    """How a summary is written to JSON and read from it; made when first needed."""
    return TypeAdapter(RecordsSummary)


def summary_file(settings: Settings, district_id: str) -> Path:
    """Where a district's summary is."""
    return settings.warehouse(district_id).with_suffix(".records.json")


def read_summary(settings: Settings, district_id: str) -> RecordsSummary | None:
    """The summary; None where none was written yet, or by a version that says other things."""
    try:
        return summary_json().validate_json(summary_file(settings, district_id).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_summary(settings: Settings, district_id: str, summary: RecordsSummary) -> None:
    """Replaces the summary's file."""
    settings.warehouse(district_id).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # none, where a lake is read
    replace_through(summary_file(settings, district_id), summary_json().dump_json(summary))


def usual_rows(loads: Sequence[LoadLine]) -> dict[str, int]:
    """How many rows of each table an earlier load of it usually read: the one in the middle."""
    found: dict[str, list[int]] = {}
    for load in loads[1:]:
        for table, rows in load.read.items():
            found.setdefault(table, []).append(rows)
    return {table: sorted(rows)[len(rows) // 2] for table, rows in found.items()}
