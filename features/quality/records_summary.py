"""What a district's data team looks at after each load: found in the warehouse, kept in the summary's file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import duckdb
import ibis
import ibis.expr.types as ir
from pydantic import TypeAdapter, ValidationError

from features.atomic_files import disk_error
from features.engine.script_cache import query_script
from features.ingest.load.load_report import LoadReport, report_from
from features.lake.records import open_records
from features.progress import Progress
from features.quality.check import RecordCheck, check_district
from features.quality.silent_sections import silent_sections
from features.quality.summary_file import (
    FindingLine,
    LoadLine,
    RecordsSummary,
    SilentSchool,
    WaitingRows,
    read_summary,
    summary_file,
    write_summary,
)
from features.settings import District, Settings
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader, current_rows
from features.warehouse.unlisted_students import unlisted_reasons

LOADS = 9
"""The newest load, and as many before it as say what is usual."""

PLACES = 3
"""Rows of a kind of mistake that are named."""


@dataclass(frozen=True)
class StoredLoad:
    """A load as the warehouse keeps it."""

    load_id: int
    loaded_at: datetime | None
    source: str | None
    report: str | None


def summarize_load(settings: Settings, district_id: str, today: date, *, warn: Progress) -> None:
    """Writes what a load left, or warns that the disk does not take it; what the last check found stays."""
    with warned_of_disk(settings, district_id, warn):
        with open_warehouse(settings.warehouse(district_id)) as reader:
            fresh = summary_of(reader, today)
        before = read_summary(settings, district_id)
        if before is not None:
            fresh = replace(fresh, checked_on=before.checked_on, findings=before.findings, silent=before.silent)
        write_summary(settings, district_id, fresh)


def check_and_summarize(settings: Settings, district: District, today: date, *, warn: Progress) -> RecordCheck:
    """A check of the district's records, and the summary with what it found or a warning that none was written."""
    with open_records(settings, district.id) as reader:
        found = check_district(reader, district, today)
        summary = replace(
            summary_of(reader, today),
            checked_on=today,
            findings=finding_lines(found),
            silent=silent_schools(reader, today),
        )
    with warned_of_disk(settings, district.id, warn):
        write_summary(settings, district.id, summary)
    return found


@contextmanager
def warned_of_disk(settings: Settings, district_id: str, warn: Progress) -> Iterator[None]:
    """Warns where the disk does not take the summary: what was loaded or found before stands all the same."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = disk_error(error)
        if reason is None:
            raise
        trouble, _, _ = reason.partition(":")
        name = summary_file(settings, district_id).name
        warn(
            f"{name} is not written: {trouble}. What was loaded and found stands; only the page Data health is behind: "
            f"mend that and run `ontrack check --district {district_id}`"
        )


def summary_of(reader: Reader, today: date) -> RecordsSummary:
    """The loads and what waits, as the warehouse has them."""
    return RecordsSummary(datetime.now(UTC), load_lines(reader), waiting_rows(reader), unlisted_reasons(reader, today))


def load_lines(reader: Reader) -> tuple[LoadLine, ...]:
    """The last loads, the newest first."""
    loads = reader.named_records(query_script(last_loads))
    return tuple(load_line(one) for one in TypeAdapter(list[StoredLoad]).validate_python(loads))


def last_loads() -> ir.Table:
    """The rows of the last loads, the newest first."""
    return current_rows("loads").select(*StoredLoad.__dataclass_fields__).order_by(ibis.desc("load_id")).limit(LOADS)


def load_line(load: StoredLoad) -> LoadLine:
    """One load; without counts where an earlier version wrote its report."""
    try:
        report = report_from(load.report or "")
    except ValidationError:
        report = LoadReport("", load.load_id)
    files = len({file.file for file in report.files})
    read, quarantined = report.counts("read"), report.counts("quarantined")
    return LoadLine(load.load_id, load.loaded_at, load.source or "", files, read, quarantined)


def waiting_rows(reader: Reader) -> tuple[WaitingRows, ...]:
    """The rows in quarantine by file, rule and columns, the most first."""
    found = reader.named_records(query_script(waiting_by_rule))
    return TypeAdapter(tuple[WaitingRows, ...]).validate_python(found)


def waiting_by_rule() -> ir.Table:
    """The rows in quarantine, a row for each kind of mistake in a file."""
    rows, alike = current_rows("quarantine"), ["table_name", "rule", "broken", "expected", "file"]
    place = ibis.row_number().over(group_by=alike, order_by="row")
    ranked = rows.mutate(place=place)
    counts = ranked.group_by(alike).aggregate(
        rows=ranked.count(), first=ranked.row.collect(where=ranked.place < PLACES, order_by="row")
    )
    renamed = counts.rename(table="table_name", columns="broken")
    return renamed.order_by(ibis.desc("rows"), "table", "file", "rule", "columns", "expected")


def finding_lines(found: RecordCheck) -> tuple[FindingLine, ...]:
    """The findings of a check, errors first."""
    return tuple(FindingLine(one.code, one.severity, one.says, one.school_id, one.month) for one in found.findings)


def silent_schools(reader: Reader, today: date) -> tuple[SilentSchool, ...]:
    """The schools with silent classes, in order."""
    days: dict[str, list[int]] = {}
    for one in silent_sections(reader, today):
        days.setdefault(one.school_id, []).append(one.days)
    return tuple(SilentSchool(school, len(own), max(own)) for school, own in sorted(days.items()))
