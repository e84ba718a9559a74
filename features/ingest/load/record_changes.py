"""Small changes of single records, loaded together as one load of deltas; a record that breaks a rule is left out."""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from features.file_mapping.declaration import DeletionMarker, Dialect, FileMapping, file_columns
from features.ingest.load.import_steps import finished_load, load_import, stage_import
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import CHANGES, Workspace, remove_import, request_of, write_request
from features.ingest.parsing.single_record import BrokenRule, Cells
from features.ingest.rules.no_shows import LEFT_OUT
from features.progress import Progress
from features.settings import District
from features.tables import TABLES

DELETED = "deleted"
FIRST_ROW = 2
"""The row of a file after its header."""


@dataclass(frozen=True)
class RecordChange:
    """What a program sent of one record: its table and cells, or that it is `deleted`, of which only the key counts."""

    table: str
    cells: Cells
    deleted: bool = False


@dataclass(frozen=True)
class LoadedChanges:
    """The load that took the changes, None where nothing was left to load, and the rules that others broke."""

    report: LoadReport | None
    broken: Mapping[int, BrokenRule]
    """By the place of the change among those given."""


def load_changes(
    workspace: Workspace, changes: Sequence[RecordChange], *, now: datetime, progress: Progress
) -> LoadedChanges:
    """Loads changes; those that break a rule are left out and told. The same changes again are the same load."""
    district = district_of_changes(workspace.district, {change.table for change in changes})
    workspace = replace(workspace, district=district)
    broken: dict[int, BrokenRule] = {}
    while len(broken) < len(changes):
        places = [place for place in range(len(changes)) if place not in broken]
        found, report = try_load(workspace, changes, places, now=now, progress=progress)
        if report is not None:
            return LoadedChanges(report, broken)
        broken |= found
    return LoadedChanges(None, broken)


def try_load(
    workspace: Workspace, changes: Sequence[RecordChange], places: Sequence[int], *, now: datetime, progress: Progress
) -> tuple[dict[int, BrokenRule], LoadReport | None]:
    """The report of loading the changes of these places; or the rules that some break, and nothing is loaded."""
    import_id = CHANGES + digest_of_changes([changes[place] for place in places])
    folder = workspace.home / "uploads" / workspace.district.id / import_id
    try:
        order = write_changes(folder, changes, places, import_id)
        request = request_of(workspace, folder)
        report = finished_load(workspace, request)
        if report is not None:
            return {}, report
        write_request(workspace, import_id, request)
        stage_import(workspace, import_id, progress=progress)
        broken = dict(rules_broken(workspace.staged(import_id), order))
        return broken, None if broken else load_import(workspace, import_id, now=now, progress=progress)
    finally:
        remove_import(workspace, import_id)
        shutil.rmtree(folder, ignore_errors=True)


def district_of_changes(district: District, tables: set[str]) -> District:
    """The district with files of our own shape: deltas of these tables, and none of the others. Policies stay."""
    delta = FileMapping(
        kind="delta", deletes=DeletionMarker(column=DELETED, values=("yes",)), most_quarantined=1.0, sent="always"
    )
    files = {
        name: delta.model_copy(update={"file": f"{name}-*.csv"}) if name in tables else FileMapping(sent="never")
        for name, table in TABLES.items()
        if table.from_source
    }
    return district.model_copy(update={"reading": Dialect(), "files": files, "source": None, "sources": ()})


def digest_of_changes(changes: Sequence[RecordChange]) -> str:
    """What stands for some changes: the same for the same ones."""
    said = [[change.table, sorted(change.cells.items()), change.deleted] for change in changes]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


def write_changes(
    folder: Path, changes: Sequence[RecordChange], places: Sequence[int], name: str
) -> dict[str, list[int]]:
    """Writes a file for each table; the places of its rows, in order."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    order: dict[str, list[int]] = {}
    for place in places:
        order.setdefault(changes[place].table, []).append(place)
    for table, those in order.items():
        columns = (*file_columns(TABLES[table]), "known_on", DELETED)
        with (folder / f"{table}-{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            for place in those:
                change = changes[place]
                writer.writerow({**change.cells, DELETED: "yes" if change.deleted else ""})
    return order


def rules_broken(staged: Path, order: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, BrokenRule]]:
    """The changes whose rows may not be loaded, by their place, each with the first rule it breaks."""
    connection = duckdb.connect(str(staged), read_only=True)
    try:
        for table, places in order.items():
            found = connection.execute(
                f'SELECT row, rule, broken, expected FROM "understood_{table}" WHERE rule IS NOT NULL AND rule <> ?',  # noqa: S608 - our own names
                [LEFT_OUT],
            ).fetchall()
            for row, rule, broken, expected in found:
                columns = tuple((broken or "").split(", "))
                yield places[row - FIRST_ROW], BrokenRule(rule, columns, expected or "")
    finally:
        connection.close()
