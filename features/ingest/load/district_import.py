"""Loads a district's records, or tries to, as the command line asks for it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import typer
from pydantic import TypeAdapter

from features.errors import Refused
from features.ingest.load.import_steps import DryRun, dry_run_of, ingest
from features.ingest.load.load_report import LoadReport, print_report
from features.ingest.load.source_pulls import Pulled, folder_of_records, pull_sources
from features.ingest.load.workspace import Workspace, workspace_of
from features.ingest.parsing.preview import print_preview
from features.settings import Settings
from features.terminal import report_console, terminal_progress, today_in


def ingest_district(settings: Settings, district_id: str, records: Path | None = None) -> LoadReport:
    """What became of every row of a district's records."""
    workspace = workspace_of(settings, district_id, today_in(settings, district_id))
    return ingest(workspace, place_of(workspace, records), now=datetime.now(UTC), progress=terminal_progress())


def pull_district(settings: Settings, district_id: str, environment: Mapping[str, str]) -> list[Pulled]:
    """What was pulled from the district's sources behind a network; Refused where it has none."""
    workspace = workspace_of(settings, district_id, today_in(settings, district_id))
    pulled = pull_sources(workspace, environment=environment, progress=terminal_progress())
    if not pulled:
        raise Refused(f"{district_id}: no source of it lives behind a network; `ontrack ingest` reads its files")
    return pulled


def try_district(settings: Settings, district_id: str, records: Path | None) -> DryRun:
    """What loading a district's records would do."""
    workspace = workspace_of(settings, district_id, today_in(settings, district_id))
    return dry_run_of(workspace, place_of(workspace, records), now=datetime.now(UTC), progress=terminal_progress())


def place_of(workspace: Workspace, records: Path | None) -> Path:
    """The folder or zip named on the command line, or the district's own."""
    place = records or folder_of_records(workspace)
    if place is None:
        raise Refused(f"{workspace.district.id}: name a folder, or set `records` for this district in ontrack.toml")
    return place


def print_tried(tried: DryRun, as_json: bool) -> None:
    """What a load would do; raises what it would be refused with."""
    printed = report_console()
    if as_json:
        typer.echo(TypeAdapter(dict[str, object]).dump_json(tried_as_json(tried)).decode())
    else:
        for preview in tried.previews:
            print_preview(preview, printed)
        if tried.report:
            print_report(tried.report, printed, tried=True)
            printed.print("dry run: nothing was changed")
    if tried.refusal:
        raise tried.refusal


def tried_as_json(tried: DryRun) -> dict[str, object]:
    """The same as JSON takes it."""
    return {
        "previews": [asdict(preview) for preview in tried.previews],
        "report": asdict(tried.report) if tried.report else None,
        "refused": str(tried.refusal) if tried.refusal else None,
    }
