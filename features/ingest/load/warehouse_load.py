"""Loads a staging file into the warehouse: versions of valid rows, and the quarantine of invalid ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable, Delivery
from features.ingest.findings import Finding
from features.ingest.load.earlier_events import events_of_earlier_loads
from features.ingest.load.incoming_table import KEYS, IncomingTable, LoadStamp, assign_student_keys, staged_rows
from features.ingest.load.load_report import FileReport, LoadReport
from features.ingest.load.quarantine import StagedTable, file_counts, quarantine_findings, update_quarantine
from features.ingest.load.record_versions import ChangeCounts, add_versions, can_withdraw_absent
from features.ingest.load.staging import staging_notes
from features.ingest.rules.no_shows import LEFT_OUT
from features.progress import Progress
from features.table_schema import Table
from features.tables import TABLES
from features.warehouse.unlisted_students import unlisted_reasons
from features.warehouse.writer import Writer

HELD_BACK = "no record was withdrawn for being absent, as some rows do not say which record they are"


def load_tables(writer: Writer, delivery: Delivery, stamp: LoadStamp, progress: Progress) -> LoadReport:
    """Adds every table's versions, updates the quarantine, and reports what became of every row."""
    assign_student_keys(writer, delivered=any(delivered.table.name == "students" for delivered in delivery.tables))
    files = staged_files(writer, delivery)
    changes: dict[str, ChangeCounts] = {}
    notes: list[Finding] = []
    for delivered in delivery.tables:
        progress(f"comparing {delivered.table.name} with what is held")
        name = delivered.table.name
        changes[name], withdraws = load_table(writer, delivered, stamp, files[name])
        if not withdraws:
            notes.append(Finding("NOTE05", name, None, "", HELD_BACK))
        notes += events_of_earlier_loads(writer, delivered)
    writer.drop(KEYS)
    bad = [
        StagedTable(delivered, "staged")
        for delivered in delivery.tables
        if any(file.bad for file in files[delivered.table.name])
    ]
    staging = staging_notes(writer)
    released = update_quarantine(writer, bad, stamp)
    return LoadReport(
        district_id=stamp.district_id,
        load_id=stamp.load_id,
        files=tuple(report_of(file, changes[name]) for name, read in files.items() for file in read),
        gone={name: found[-1, "gone"] for name, found in changes.items() if (-1, "gone") in found},
        quarantine=tuple(finding for one in bad for finding in quarantine_findings(writer, one)),
        released=released,
        notes=(*staging.notes, *notes),
        to_add=staging.to_add,
        policies=delivery.policies.sentences(),
        unlisted=unlisted_reasons(writer, stamp.day),
    )


@dataclass(frozen=True)
class StagedFile:
    """A file as it was staged: its number and its row counts."""

    number: int
    name: str
    table: str
    read: int
    left_out: int
    valid: int
    bad: int


def load_table(
    writer: Writer, delivered: DeliveredTable, stamp: LoadStamp, files: Sequence[StagedFile]
) -> tuple[ChangeCounts, bool]:
    """Adds a table's versions and returns what was added, and False where absent records of it cannot be withdrawn."""
    incoming = IncomingTable(delivered.table, delivered.mapping)
    nothing = not any(file.valid or file.bad for file in files)
    if nothing and incoming.covers == "nothing":
        return {}, True
    first = not writer.has_rows(delivered.table.name)
    if nothing and first:
        return {}, True
    broken = any(file.bad or file.left_out for file in files)
    withdraws = first or not broken or can_withdraw_absent(writer, incoming)
    return add_versions(writer, incoming, stamp, first=first, withdraws=withdraws), withdraws


def staged_files(writer: Writer, delivery: Delivery) -> dict[str, list[StagedFile]]:
    """Every table's files with their row counts."""
    read = writer.records(query_script(files_read))
    found: dict[str, list[StagedFile]] = {delivered.table.name: [] for delivered in delivery.tables}
    for delivered in delivery.tables:
        mine = [row for row in read if row[2] == delivered.table.name]
        counts = counts_by_file(writer, delivered.table) if any(rows > left_out for *_, rows, left_out in mine) else {}
        for number, file, table, rows, left_out in mine:
            valid_rows, bad, unknown = counts.get(number, (0, 0, 0))
            found[table].append(StagedFile(number, file, table, rows, left_out + unknown, valid_rows, bad))
    return found


def files_read() -> ir.Table:
    """The files of the load in order, with the rows read and left out."""
    return file_counts("staged").select("number", "file", "table_name", "rows", "left_out").order_by("number")


def counts_by_file(writer: Writer, table: Table) -> dict[int, tuple[int, int, int]]:
    """The numbers of valid and invalid rows, and of those left out in staging, of each file of a table."""
    counts = writer.records(query_script(rows_by_file, table.name))
    return {file: (valid_rows, bad, unknown) for file, valid_rows, bad, unknown in counts}


def rows_by_file(name: str) -> ir.Table:
    """The numbers of valid and invalid rows, and of those left out in staging, of each file of a table."""
    rows = staged_rows(TABLES[name])
    bad, marked = rows.rule.nullif(LEFT_OUT).count(), rows.rule.count()
    return rows.group_by("file").aggregate(good=rows.rule.isnull().sum(), bad=bad, unknown=marked - bad)


def report_of(file: StagedFile, changes: ChangeCounts) -> FileReport:
    """What became of the rows of a file."""
    known = {was: changes.get((file.number, was), 0) for was in ("new", "corrected", "withdrawn")}
    return FileReport(
        file.name, file.table, file.read, **known, unchanged=file.valid - sum(known.values()),
        quarantined=file.bad, left_out=file.left_out,
    )  # fmt: skip
