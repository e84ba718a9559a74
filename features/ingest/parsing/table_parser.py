"""From files to typed rows in the staging file: one pass of SQL per file, then the repeats within a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features.ingest.files.csv_rows import read_rows
from features.ingest.files.delivery import Sent
from features.ingest.files.row_batches import Arriving
from features.ingest.files.sources import SourceFile
from features.ingest.mapping.header import plan_of
from features.ingest.parsing.known_on import drop_known_after, write_known_after
from features.ingest.parsing.lookups import write_lookups
from features.ingest.parsing.typed_rows import Reading, malformed_rows, understood_rows
from features.ingest.parsing.unmapped_codes import mask_what_is_no_code
from features.ingest.rules.duplicates import mark_repeats
from features.ingest.staging_tables import create_empty, insert, schema_understood, understood
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class Counted:
    """One file read: its rows are those understood and those left out; `unused` columns are not read."""

    file: str
    table: str
    number: int
    rows: int
    left_out: int
    blank: int
    unused: tuple[str, ...] = ()


def understand(
    writer: Writer, sent: Sent, *, first_number: int, today: date, plain: bool, lookups: Sequence[SourceFile]
) -> list[Counted]:
    """What was read of each file of a table; its rows stand in `understood_<table>`, good and bad.

    Files are numbered from `first_number`; what look-ups found stays until `drop_lookups`. The calendar must have been
    understood before a table whose `known_on` counts school days. DataRefused where a file is not what it claims.
    """
    create_empty(writer, understood(sent.table.name).get_name(), schema_understood(sent.table))
    write_known_after(writer, sent.files.known_on)
    write_lookups(writer, sent, lookups)
    counted = [
        take_in(writer, sent, source, number=number, today=today, plain=plain)
        for number, source in enumerate(sent.sources, first_number)
    ]
    drop_known_after(writer)
    if not plain:
        mask_what_is_no_code(writer, sent)
    mark_repeats(writer, sent)
    return counted


def take_in(writer: Writer, sent: Sent, source: SourceFile, *, number: int, today: date, plain: bool) -> Counted:
    """The count of one file, whose rows are understood after this."""
    name = understood(sent.table.name).get_name()
    with read_rows(source, sent.dialect, sent.files.header) as rows:
        reading = Reading(plan_of(sent, source.name, rows.names, rows.header), number, today, plain)
        arriving = Arriving(rows, reading.plan.used, sent.dialect.null)
        taken = insert(writer, name, arriving.reader(), understood_rows(reading))
        insert(writer, name, rows.malformed.table(), malformed_rows(reading))
    return Counted(
        file=source.name, table=sent.table.name, number=number, rows=arriving.read + len(rows.malformed),
        left_out=arriving.read - taken, blank=arriving.blank, unused=reading.plan.unused,
    )  # fmt: skip
