"""The steps of an import: stage, load, finish. Each can be killed and run again; a load takes everything or nothing.

`ontrack ingest` runs them one after the other, the worker wraps the same ones in a durable workflow.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from features.atomic_files import file_lock, refuse_disk_errors, sync_folder
from features.engine.concurrent_enrollments import any_overlap
from features.engine.script_cache import query_script
from features.engine.view_policies import ViewPolicies, policies_as_json, view_policies_of
from features.errors import Refused
from features.ingest.adapters.combined_delivery import convert_sources
from features.ingest.files.sources import digest_of
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.incoming_table import LoadStamp
from features.ingest.load.kept_sources import keep_sources, note_base, remove_outdated, source_folders
from features.ingest.load.load_report import LoadReport, report_from
from features.ingest.load.staging import stage_delivery
from features.ingest.load.warehouse_load import load_tables
from features.ingest.load.workspace import (
    CHANGES,
    ImportRequest,
    Workspace,
    read_request,
    remove_import,
    request_of,
    requested_delivery,
    source_files_in,
    write_request,
)
from features.ingest.parsing.preview import Preview, previews_of
from features.progress import Progress
from features.warehouse.file import change_warehouse, open_duckdb, open_warehouse, remove_copy
from features.warehouse.writer import Writer

INLINE = "at_once"
"""The id of an import that runs at once, one at a time per district. Others wait in the worker's queue."""


def ingest(workspace: Workspace, place: Path, *, now: datetime, progress: Progress) -> LoadReport:
    """Loads a folder or zip of files and reports what became of every row; DataRefused where they cannot be loaded.

    The same files twice change nothing. Killed at any moment, the next call finishes what was begun.
    """
    with refuse_disk_errors(workspace.imports), file_lock(workspace.turn, progress):
        request = request_of(workspace, place)
        try:
            if finished_load(workspace, request) is not None:
                return LoadReport(workspace.district.id, None)
            claim_inline_import(workspace, request)
            stage_import(workspace, INLINE, progress=progress)
            return load_import(workspace, INLINE, now=now, progress=progress)
        finally:
            remove_import(workspace, INLINE)


@dataclass(frozen=True)
class DryRun:
    """What a load would do, or the reason why it would be refused, with the first rows of each table."""

    previews: tuple[Preview, ...]
    report: LoadReport | None
    refusal: Refused | None


def dry_run_of(workspace: Workspace, place: Path, *, now: datetime, progress: Progress) -> DryRun:
    """What loading these files would do; the warehouse stays as it is."""
    with refuse_disk_errors(workspace.imports), file_lock(workspace.turn, progress):
        request = request_of(workspace, place)
        try:
            claim_inline_import(workspace, request)
            stage_import(workspace, INLINE, progress=progress)
            report = load_import(workspace, INLINE, now=now, progress=progress, keep=False)
            return DryRun(previews_of(workspace.staged(INLINE)), report, None)
        except DataRefused as refusal:
            unfinished = unfinished_staging(workspace, INLINE)
            previews = previews_of(unfinished if unfinished.exists() else workspace.staged(INLINE))
            return DryRun(previews, None, refusal)
        finally:
            remove_import(workspace, INLINE)


def claim_inline_import(workspace: Workspace, request: ImportRequest) -> None:
    """Makes this request the workspace's inline import: keeps what it left when killed, removes what another left."""
    if not is_claimed_by(workspace, request):
        remove_import(workspace, INLINE)
        write_request(workspace, INLINE, request)


def is_claimed_by(workspace: Workspace, request: ImportRequest) -> bool:
    """Whether the inline import that was killed has the same request."""
    known = (workspace.folder(INLINE) / "request.json").exists()
    return known and read_request(workspace, INLINE) == request


def begin_import(workspace: Workspace, place: Path) -> str:
    """Writes the request of a new import and returns its id; only file names and digests are read."""
    request = request_of(workspace, place)
    write_request(workspace, request.import_id, request)
    return request.import_id


def stage_import(workspace: Workspace, import_id: str, *, progress: Progress) -> None:
    """Stages an import: its files become typed rows in its staging file, each valid or with the rule that it breaks.

    DataRefused where a file is not what it claims, or more rows are bad than the mapping allows.
    """
    done = workspace.staged(import_id)
    with refuse_disk_errors(done), file_lock(workspace.lock, progress):
        if done.exists():
            return
        request = read_request(workspace, import_id)
        folders = source_folders(workspace, import_id)
        found = source_files_in(request.place)
        convert_sources(workspace.district, found, folders, today=workspace.today, progress=progress)
        note_base(folders)
        delivery = requested_delivery(workspace, request, folders.rows)
        unfinished = unfinished_staging(workspace, import_id)
        remove_copy(unfinished)
        with open_duckdb(unfinished) as connection:
            stage_delivery(Writer(connection), workspace, delivery, progress)
        refuse_changed(workspace, request)
        unfinished.replace(done)
        sync_folder(done.parent)


def unfinished_staging(workspace: Workspace, import_id: str) -> Path:
    """The staging file while it is written."""
    return workspace.staged(import_id).with_suffix(".unfinished")


def refuse_changed(workspace: Workspace, request: ImportRequest) -> None:
    """Raise DataRefused where a file changed since the import began."""
    now = {file.name: file for file in source_files_in(request.place)}
    for name, digest in request.files.items():
        if name not in now or digest_of(now[name]) != digest:
            expected = "the file changed while it was read: wait until the export is finished and run it again"
            raise DataRefused([Finding("FILE09", name, None, "", expected)])


def load_import(
    workspace: Workspace, import_id: str, *, now: datetime, progress: Progress, keep: bool = True
) -> LoadReport:
    """Loads a staged import and reports what became of every row. The warehouse takes all of it, or stays as it was.

    `now` is aware. Without `keep` the warehouse is never replaced.
    """
    with file_lock(workspace.lock, progress):
        request = read_request(workspace, import_id)
        earlier = finished_load(workspace, request)
        if earlier is not None:
            return earlier
        delivery = requested_delivery(workspace, request, source_folders(workspace, import_id).rows)
        if keep:
            keep_sources(workspace, import_id, request)
        with change_warehouse(workspace.warehouse, keep=keep, progress=progress) as writer:
            writer.attach(workspace.staged(import_id), "staged")
            refuse_other_district(writer, workspace.district.id)
            stamp = LoadStamp(
                workspace.district.id, 1 + max(writer.current("loads")["load_id"], default=0), workspace.today
            )
            report = load_tables(writer, delivery, stamp, progress)
            overlaps = has_overlaps(writer, stamp.load_id)
            policies = view_policies_of(
                delivery.policies,
                has_overlaps=overlaps,
                has_nested_rows=overlaps and has_nested_rows(writer, stamp.load_id),
                has_open_days=has_open_days(writer),
                has_sections=writer.has_rows("section_enrollments"),
                has_school_terms=writer.has_rows("school_terms"),
            )
            declared = delivery.policies.declared
            record_load(writer, stamp, request, report, now=now, policies=policies, declared=declared)
        remove_outdated(workspace)
    return report


def refuse_other_district(writer: Writer, district_id: str) -> None:
    """Raise Refused where the warehouse holds another district's records."""
    others = sorted(set(writer.current("loads")["district_id"]) - {district_id})
    if others:
        raise Refused(f"this warehouse holds district '{others[0]}', not '{district_id}': each has a file of its own")


def has_overlaps(writer: Writer, load_id: int) -> bool:
    """Whether any spells share a day, as known on some date; once found, it stays so for views of earlier loads.

    Looked for among the students whose enrollments changed; among all in the first load of this version.
    """
    return writer.policies().has_overlaps or is_found(writer, load_id, nested=False)


def has_nested_rows(writer: Writer, load_id: int) -> bool:
    """Whether any spell ended within an earlier one at its school; likewise looked for, once spells share days."""
    held = writer.policies()
    return (held.has_overlaps and held.has_nested_rows) or is_found(writer, load_id, nested=True)


def is_found(writer: Writer, load_id: int, *, nested: bool) -> bool:
    """Whether such spells are on record, of students of this load where an earlier load of this version looked."""
    looked = writer.connection.execute("SELECT 1 FROM loads WHERE policies IS NOT NULL LIMIT 1").fetchall()
    found = query_script(any_overlap, of_load=bool(looked), nested=nested)
    return bool(writer.count(found, {"load_id": load_id} if looked else {}))


def has_open_days(writer: Writer) -> bool:
    """Whether the calendar has days of which it does not say whether attendance was taken."""
    held = "SELECT 1 FROM calendar_days WHERE attendance_taken IS NULL AND NOT withdrawn LIMIT 1"
    return bool(writer.connection.execute(held).fetchall())


def record_load(
    writer: Writer,
    stamp: LoadStamp,
    request: ImportRequest,
    report: LoadReport,
    *,
    now: datetime,
    policies: ViewPolicies,
    declared: str,
) -> None:
    """Adds the row of this load to `loads`."""
    row = {
        "source": request.place.name,
        "loaded_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "digest": request.digest,
        "rows": report.rows_written,
        "report": report.as_json(),
        "policies": policies_as_json(policies),
        "declared": declared,
        "district_id": stamp.district_id,
        "known_on": stamp.day,
        "load_id": stamp.load_id,
        "withdrawn": False,
    }
    writer.add("loads", pa.Table.from_pylist([row]))


def finished_load(workspace: Workspace, request: ImportRequest) -> LoadReport | None:
    """The report of an earlier load of the same files and settings: the latest load, or any load of only deltas.

    Changes of single records that were loaded since do not count: else the same files would take them back.
    """
    if not workspace.warehouse.exists():
        return None
    with open_warehouse(workspace.warehouse) as reader:
        loads = reader.current("loads").sort_values("load_id")
    same = loads[loads["digest"] == request.digest]
    if same.empty:
        return None
    of_files = loads[~loads["source"].fillna("").str.startswith(CHANGES)]
    latest = not of_files.empty and same["load_id"].iloc[-1] == of_files["load_id"].iloc[-1]
    if not latest and not requested_delivery(workspace, request).only_deltas:
        return None
    return report_from(str(same["report"].iloc[-1]))


def finish_import(workspace: Workspace, import_id: str) -> None:
    """Removes an import's folder; only the warehouse keeps what it loaded."""
    with file_lock(workspace.lock):
        remove_import(workspace, import_id)
