"""Parses a table's files into typed rows of the staging file: one pass of SQL per file, then duplicates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from features.engine.script_cache import query_script
from features.engine.view import Values
from features.ingest.delivery import DeliveredTable
from features.ingest.files.row_batches import RowBatches
from features.ingest.files.sources import SourceFile
from features.ingest.mapping.file_layout import layout_of
from features.ingest.mapping.header_validation import refuse_header
from features.ingest.parsing.known_on import create_known_on_tables, drop_known_on_tables
from features.ingest.parsing.left_out_rows import LeftOut, take_out
from features.ingest.parsing.lookups import create_lookups
from features.ingest.parsing.typed_rows import malformed_rows, parsed_rows
from features.ingest.parsing.unmapped_codes import mask_free_text
from features.ingest.rules.duplicates import mark_duplicates
from features.ingest.staging_tables import insert, parsed_schema, parsed_table
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class ParsedFile:
    """One file as it was parsed: `rows` counts all but the `blank` ones, those `left_out` by the mapping among them."""

    file: str
    table: str
    number: int
    rows: int
    left_out: int
    blank: int
    unused: tuple[str, ...] = ()
    by_policy: tuple[LeftOut, ...] = ()
    """Rows that a policy left out; those that withdraw no record are among the `left_out`."""


def parse_table(
    writer: Writer,
    delivered: DeliveredTable,
    *,
    first_number: int,
    today: date,
    plain: bool,
    lookups: Sequence[SourceFile],
) -> list[ParsedFile]:
    """Parses a table's files into its staging table, valid and invalid rows alike, and returns what each file held.

    Files are numbered from `first_number`; look-up results stay until `drop_lookups`. The calendar must be parsed
    before a table whose `known_on` counts school days. DataRefused where a file is not what it claims to be.
    """
    writer.create_empty(parsed_table(delivered.table.name).get_name(), parsed_schema(delivered.table))
    create_known_on_tables(writer, delivered.mapping.known_on)
    create_lookups(writer, delivered, lookups)
    counted = [
        parse_file(writer, delivered, source, number=number, today=today, plain=plain)
        for number, source in enumerate(delivered.sources, first_number)
    ]
    drop_known_on_tables(writer)
    if not plain:
        mask_free_text(writer, delivered)
    left_out = take_out(writer, delivered) if delivered.table.name == "enrollments" else []
    mark_duplicates(writer, delivered)
    return [with_left_out(one, [some for some in left_out if some.file == one.number]) for one in counted]


def with_left_out(file: ParsedFile, by_policy: Sequence[LeftOut]) -> ParsedFile:
    """The counts of a file, with the rows that policies left out of it."""
    gone = sum(some.rows - some.withdraw for some in by_policy)
    return replace(file, left_out=file.left_out + gone, by_policy=tuple(by_policy))


def parse_file(
    writer: Writer, delivered: DeliveredTable, source: SourceFile, *, number: int, today: date, plain: bool
) -> ParsedFile:
    """Parses one file into its staging table and returns its counts."""
    name = parsed_table(delivered.table.name).get_name()
    with delivered.read(source, delivered.dialect, delivered.mapping.header) as rows:
        layout = layout_of(delivered, source.name, rows.names)
        refuse_header(layout, rows.header)
        values: Values = {"file_number": number, "load_day": today}
        batches = RowBatches(rows, layout.used, delivered.dialect.null)
        arrived, inserted = batches.reader(), 0
        if arrived is not None:
            inserted = insert(writer, name, arrived, query_script(parsed_rows, layout.unnamed, plain=plain), values)
        if rows.malformed:
            insert(writer, name, rows.malformed.table(), query_script(malformed_rows, delivered.table.name), values)
    return ParsedFile(
        file=source.name, table=delivered.table.name, number=number, rows=batches.read + len(rows.malformed),
        left_out=batches.read - inserted, blank=batches.blank, unused=layout.unused,
    )  # fmt: skip
