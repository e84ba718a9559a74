"""Parses a table's files into typed rows of the staging file: one pass of SQL per file, then duplicates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from features.engine.script_cache import query_script
from features.engine.view import Values
from features.file_mapping.declaration import Reading
from features.ingest.delivery import DeliveredTable
from features.ingest.files.row_batches import RowBatches
from features.ingest.files.source_rows import SourceRows
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding, counted
from features.ingest.mapping.file_layout import FileLayout, layout_of
from features.ingest.mapping.header_names import match_header
from features.ingest.mapping.header_validation import refuse_header
from features.ingest.parsing.known_on import create_known_on_tables, drop_known_on_tables
from features.ingest.parsing.left_out_rows import LeftOut, take_out
from features.ingest.parsing.lookups import create_lookups
from features.ingest.parsing.school_year_entries import place_in_school_years
from features.ingest.parsing.typed_rows import malformed_rows, parsed_rows
from features.ingest.parsing.unmapped_codes import mask_free_text
from features.ingest.rules.duplicates import mark_duplicates
from features.ingest.rules.event_codes import keep_first_codes
from features.ingest.rules.same_entry_stints import keep_longer_stints
from features.ingest.staging_tables import insert, parsed_schema, parsed_table
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class ParsedFile:
    """One file as it was parsed: `rows` counts all but the `blank` ones, those `left_out` by the mapping among them.

    `unused` names columns that are not read, `spelled` those that are though the header spells them otherwise. A file
    of which each row is several records is parsed once for each part: `file` names the part too, `source` does not.
    """

    file: str
    table: str
    number: int
    rows: int
    left_out: int
    blank: int
    unused: tuple[str, ...] = ()
    notes: tuple[Finding, ...] = ()
    spelled: str = ""
    part: str = ""

    @property
    def source(self) -> str:
        """The file's name alone."""
        return self.file.removesuffix(f" ({self.part})") if self.part else self.file


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
        parse_file(writer, delivered, reading, source=source, number=number, today=today, plain=plain)
        for number, (source, reading) in enumerate(product(delivered.sources, delivered.mapping.readings), first_number)
    ]
    drop_known_on_tables(writer, delivered.mapping.known_on)
    if not any(file.rows for file in counted):
        return counted
    if not plain:
        mask_free_text(writer, delivered)
    changed = apply_policies(writer, delivered)
    mark_duplicates(writer, delivered)
    return counted if changed is None else [with_changes(one, changed) for one in counted]


@dataclass(frozen=True)
class PolicyChanges:
    """What policies did to the rows of a table: those left out, and notes about the others."""

    left_out: tuple[LeftOut, ...]
    notes: tuple[Finding, ...]


def apply_policies(writer: Writer, delivered: DeliveredTable) -> PolicyChanges | None:
    """Applies the policies of a table that look at more than one row; None where it has none."""
    if delivered.table.name == "enrollments":
        return apply_enrollment_policies(writer, delivered)
    if delivered.table.name == "attendance" and delivered.policies.attendance.codes_in_order:
        return PolicyChanges((), tuple(keep_first_codes(writer, delivered)))
    return None


def apply_enrollment_policies(writer: Writer, delivered: DeliveredTable) -> PolicyChanges:
    """Applies the policies of enrollment that look at more than one row, and says what they did."""
    notes = list(place_in_school_years(writer))
    left_out = take_out(writer, delivered)
    if delivered.policies.enrollment.same_entry == "longer" and delivered.mapping.repeats != "last":
        notes += keep_longer_stints(writer)
    return PolicyChanges(tuple(left_out), tuple(notes))


def with_changes(file: ParsedFile, changed: PolicyChanges) -> ParsedFile:
    """The counts of a file after the policies of its table; notes about the table stand with its first file."""
    own = [some for some in changed.left_out if some.file == file.number]
    gone = sum(some.rows - some.withdraw for some in own)
    notes = [Finding("NOTE11", file.file, None, "", f"{left_out_rows(some)}: {some.reason}") for some in own]
    first = file.number == min((some.file for some in changed.left_out), default=file.number)
    return replace(file, left_out=file.left_out + gone, notes=(*notes, *(changed.notes if first else ())))


def left_out_rows(some: LeftOut) -> str:
    """How many rows were left out, and how many withdraw an earlier row's record instead, for a sentence."""
    parts = ((some.rows - some.withdraw, "left out"), (some.withdraw, "taken to withdraw what another row says"))
    return " and ".join(f"{counted(rows, 'row')} {what}" for rows, what in parts if rows)


def parse_file(
    writer: Writer,
    table: DeliveredTable,
    reading: Reading,
    *,
    source: SourceFile,
    number: int,
    today: date,
    plain: bool,
) -> ParsedFile:
    """Parses one file, or one part of each of its rows, into its staging table and returns its counts."""
    name, delivered = parsed_table(table.table.name).get_name(), replace(table, mapping=reading.mapping)
    values: Values = {"file_number": number, "load_day": today}
    with delivered.read(source, delivered.dialect, delivered.mapping.header) as rows:
        match = match_header(delivered, source.name, rows.names)
        layout = layout_of(delivered, source.name, match.names)
        refuse_header(layout, rows.header)
        batches = batches_of(rows, layout)
        arrived, inserted = batches.reader(), 0
        if arrived is not None:
            inserted = insert(writer, name, arrived, query_script(parsed_rows, layout.unnamed, plain=plain), values)
        if rows.malformed:
            insert(writer, name, rows.malformed.table(), query_script(malformed_rows, delivered.table.name), values)
        refuse_nameless_values(source.name, batches.filled)
    return ParsedFile(
        file=f"{source.name} ({reading.part})" if reading.part else source.name, table=table.table.name, number=number,
        rows=batches.read + len(rows.malformed), left_out=batches.read - inserted, blank=batches.blank,
        unused=unused_words(layout, rows.header), spelled=match.note, part=reading.part,
    )  # fmt: skip


def batches_of(rows: SourceRows, layout: FileLayout) -> RowBatches:
    """The batches of a file's used columns. A file of our own shape has no column with values and without a name."""
    nameless = [place for place, name in enumerate(rows.header) if not name and not layout.delivered.mapping.columns]
    places = [layout.names.index(name) for name in layout.used]
    return RowBatches(rows, places, layout.delivered.dialect.null, blank_places=nameless)


def refuse_nameless_values(file: str, filled: tuple[int, int] | None) -> None:
    """Raise DataRefused where a column without a name has a value."""
    if filled is not None:
        row, place = filled
        expected = "a value in a column that the header does not name; name the column there, or send it without values"
        raise DataRefused([Finding("FILE04", file, row, f"{place + 1}", expected)])


def unused_words(layout: FileLayout, header: Sequence[str]) -> tuple[str, ...]:
    """The columns that are not read: by name, or by place where they have no name."""
    unused = frozenset(layout.unused)
    return tuple(
        name if given else f"column {place + 1}, which has no name"
        for place, (name, given) in enumerate(zip(layout.names, header, strict=True))
        if name in unused
    )
