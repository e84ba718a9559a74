"""Staging: a delivery becomes typed rows in a staging file, each valid or with the rule that it breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ibis
import pyarrow as pa
from pydantic import TypeAdapter

from features.ingest.delivery import Delivery
from features.ingest.files.sources import digest_of
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.quarantine import COUNTED, StagedTable, refuse_large_quarantine
from features.ingest.load.workspace import Workspace
from features.ingest.parsing.attendance_notes import attendance_notes
from features.ingest.parsing.load_notes import load_notes
from features.ingest.parsing.lookups import drop_lookups
from features.ingest.parsing.present_rows import take_present
from features.ingest.parsing.table_parser import ParsedFile, parse_table
from features.ingest.parsing.unmapped_codes import code_mapping_lines
from features.ingest.rules.cross_table_rules import mark_cross_table_errors
from features.ingest.rules.reused_ids import mark_reused_ids
from features.ingest.rules.unknown_students import leave_out_unknown, left_out_notes, lines_for_unknown
from features.progress import Progress
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class StagingNotes:
    """What staging reports besides rows: notes, and lines for ontrack.toml."""

    notes: tuple[Finding, ...]
    to_add: tuple[str, ...]


@cache
def notes_json() -> TypeAdapter[StagingNotes]:
    """How the notes are written to JSON and read from it; made when first needed."""
    return TypeAdapter(StagingNotes)


def staging_notes(reader: Reader) -> StagingNotes:
    """The notes in an attached staging file."""
    (text,) = reader.connection.execute("SELECT json FROM staged.told").fetchall()[0]
    return notes_json().validate_json(text)


def stage_delivery(writer: Writer, workspace: Workspace, delivery: Delivery, progress: Progress) -> None:
    """Parses every table's files, checks tables against each other, and stores counts and notes."""
    held = workspace.warehouse.exists()
    if held:
        writer.attach(workspace.warehouse, "held")
    parsed = parse_tables(writer, workspace, delivery, progress)
    counted = take_present(writer, delivery, parsed, held=held)
    progress("checking the tables against each other")
    with_rows = [delivered for delivered in delivery.tables if has_staged_rows(writer, delivered.table.name, counted)]
    filled = [delivered.table.name for delivered in with_rows]
    roster = delivery.policies.roster
    told = mark_reused_ids(writer, filled, roster, held=held)
    mark_cross_table_errors(writer, filled, held=held)
    leave_out_unknown(writer, filled, roster)
    write_file_counts(writer, delivery, counted)
    told += [*load_notes(writer, with_rows, counted)]
    told += attendance_notes(writer, delivery, held=held, today=workspace.today)
    told += left_out_notes(writer, filled, {file.number: file.file for file in counted})
    notes = StagingNotes(tuple(told), tuple(code_mapping_lines(writer, with_rows)))
    for delivered in delivery.tables:
        drop_lookups(writer, delivered)
    mend = (*notes.to_add, *lines_for_unknown(writer, filled))
    refuse_large_quarantine(writer, [StagedTable(delivered) for delivered in with_rows], mend)
    writer.connection.execute("CREATE TABLE told AS SELECT ? AS json", [notes_json().dump_json(notes).decode()])


def has_staged_rows(writer: Writer, name: str, counted: Sequence[ParsedFile]) -> bool:
    """Whether a table has a row in the staging file; one of whose files none has a row is not looked at."""
    return any(file.rows for file in counted if file.table == name) and writer.has_rows(f"understood_{name}")


def parse_tables(writer: Writer, workspace: Workspace, delivery: Delivery, progress: Progress) -> list[ParsedFile]:
    """Parses every table's files and returns what each held; DataRefused with the findings of all tables."""
    parsed: list[ParsedFile] = []
    findings: list[Finding] = []
    for delivered in delivery.tables:
        progress(f"reading {', '.join(file.name for file in delivered.sources)}")
        try:
            parsed += parse_table(
                writer, delivered, first_number=len(parsed), today=workspace.today,
                plain=workspace.district.quarantine_values == "plain", lookups=delivery.lookups,
            )  # fmt: skip
        except DataRefused as refused:
            findings += refused.findings
    if findings:
        raise DataRefused(findings)
    return parsed


def write_file_counts(writer: Writer, delivery: Delivery, counted: Sequence[ParsedFile]) -> None:
    """Writes each file's counts into the staging file."""
    scopes = {
        delivered.table.name: scope_of(delivered.mapping.kind, delivered.mapping.covers)
        for delivered in delivery.tables
    }
    digests = {source.name: digest_of(source) for delivered in delivery.tables for source in delivered.sources}
    rows = [
        {
            "number": one.number, "file": one.file, "table_name": one.table, "digest": digests[one.source],
            "rows": one.rows, "left_out": one.left_out, "scope": scopes[one.table],
        }
        for one in counted
    ]  # fmt: skip
    writer.create_empty("counted", ibis.schema(COUNTED))
    writer.add("counted", pa.Table.from_pylist(rows))


def scope_of(kind: str, covers: object) -> str:
    """Which rows in quarantine a file replaces: its whole table's, those of its name, or those of its digest."""
    if kind == "delta":
        return "digest"
    return "table" if covers in (None, "all") else "file"
