"""From files to typed rows in a staging file: each good, or with the rule it breaks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from pydantic import TypeAdapter

from features.ingest.files.delivery import Delivery
from features.ingest.files.sources import digest_of
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.quarantine import Staged, refuse_shares
from features.ingest.load.workspace import Desk
from features.ingest.parsing.load_notes import notes
from features.ingest.parsing.lookups import drop_lookups
from features.ingest.parsing.table_parser import Counted, understand
from features.ingest.parsing.unmapped_codes import codes_to_add
from features.ingest.rules.cross_table_rules import mark_across
from features.progress import Progress
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class Told:
    """What the files tell besides their rows: notes, and lines for ontrack.toml."""

    notes: tuple[Finding, ...]
    to_add: tuple[str, ...]


def told_in(reader: Reader) -> Told:
    """What an attached staging file tells."""
    (said,) = reader.connection.execute("SELECT json FROM staged.told").fetchall()[0]
    return TypeAdapter(Told).validate_json(said)


def prepare(writer: Writer, desk: Desk, delivery: Delivery, progress: Progress) -> None:
    """Every table's files understood, checked against each other and counted."""
    held = desk.warehouse.exists()
    if held:
        writer.attach(desk.warehouse, "held")
    counted: list[Counted] = []
    findings: list[Finding] = []
    for sent in delivery.tables:
        progress(f"reading {', '.join(file.name for file in sent.sources)}")
        try:
            counted += understand(
                writer, sent, first_number=len(counted), today=desk.today,
                plain=desk.district.quarantine_values == "plain", lookups=delivery.lookups,
            )  # fmt: skip
        except DataRefused as refused:
            findings += refused.findings
    if findings:
        raise DataRefused(findings)
    progress("checking the tables against each other")
    names = [sent.table.name for sent in delivery.tables]
    mark_across(writer, [name for name in names if writer.has_rows(f"understood_{name}")], held=held)
    write_counted(writer, delivery, counted)
    told = Told(tuple(notes(writer, delivery.tables, counted)), tuple(codes_to_add(writer, delivery.tables)))
    for sent in delivery.tables:
        drop_lookups(writer, sent)
    refuse_shares(writer, [Staged(sent) for sent in delivery.tables], told.to_add)
    writer.connection.execute("CREATE TABLE told AS SELECT ? AS json", [TypeAdapter(Told).dump_json(told).decode()])


def write_counted(writer: Writer, delivery: Delivery, counted: Sequence[Counted]) -> None:
    """What was read of each file stands in the staging file."""
    scopes = {sent.table.name: scope_of(sent.files.kind, sent.files.covers) for sent in delivery.tables}
    digests = {source.name: digest_of(source) for sent in delivery.tables for source in sent.sources}
    rows = [
        {
            "number": one.number, "file": one.file, "table_name": one.table, "digest": digests[one.file],
            "rows": one.rows, "left_out": one.left_out, "scope": scopes[one.table],
        }
        for one in counted
    ]  # fmt: skip
    writer.connection.register("counted_rows", pd.DataFrame(rows))
    writer.connection.execute("CREATE TABLE counted AS SELECT * FROM counted_rows")
    writer.connection.unregister("counted_rows")


def scope_of(kind: str, covers: object) -> str:
    """Which rows in quarantine a file speaks of: its whole table's, its own, or those of the very same file."""
    if kind == "delta":
        return "digest"
    return "table" if covers in (None, "all") else "file"
