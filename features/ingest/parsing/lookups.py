"""Look-ups: columns whose value stands in another file."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.file_mapping.column_mapping import ColumnMapping, Lookup
from features.ingest.delivery import DeliveredTable, MappedTable
from features.ingest.files.row_batches import RowBatches
from features.ingest.files.sources import SourceFile, matching_files
from features.ingest.findings import DataRefused, Finding
from features.ingest.mapping.file_layout import FileLayout, MappedColumn, columns_read
from features.ingest.mapping.header_names import matched
from features.ingest.mapping.type_conversion import decode, plain_number, text_of, value_of
from features.ingest.staging_tables import ARRIVED, insert
from features.table_schema import Column
from features.warehouse.writer import Writer

CELLS = "looked_up_cells"
"""The temporary table of a look-up file's cells."""


@dataclass(frozen=True)
class LookupColumn:
    """A canonical column whose value is looked up in another file."""

    delivered: MappedTable
    column: Column
    mapping: ColumnMapping
    lookup: Lookup

    @property
    def name(self) -> str:
        """The column's name in files."""
        return "student_id" if self.column.kind == "student" else self.column.name

    @property
    def columns(self) -> list[str]:
        """The match columns, named by their position."""
        return [f"match_{self.name}_{place}" for place, _ in enumerate(self.lookup.match)]

    @property
    def found(self) -> ir.Table:
        """The result for each combination of match columns: the value `looked_…`, and `found_…`, how many there are."""
        results = {f"looked_{self.name}": "string", f"found_{self.name}": "int64"}
        columns = {**dict.fromkeys(self.columns, "string"), **results}
        return ibis.table(columns, name=f"looked_up_{self.delivered.table.name}_{self.name}")


def lookup_columns(delivered: MappedTable) -> list[LookupColumn]:
    """The columns of a table that are looked up."""
    cells = [MappedColumn(column, None) for column in columns_read(delivered)]
    mapped = ((cell, delivered.mapping.columns.get(cell.name)) for cell in cells)
    return [
        LookupColumn(delivered, cell.column, one, one.lookup) for cell, one in mapped if one is not None and one.lookup
    ]


def create_lookups(writer: Writer, delivered: DeliveredTable, files: Sequence[SourceFile]) -> None:
    """Creates the result table of each look-up of a table."""
    for one in lookup_columns(delivered.mapped):
        writer.create_empty(CELLS, ibis.schema(dict.fromkeys([*one.columns, "cell"], "string")))
        for file in matching_files(files, one.lookup.file):
            load_lookup_file(writer, delivered, one, file)
        writer.create_empty(one.found.get_name(), one.found.schema())
        writer.replace(one.found.get_name(), query_script(lookup_results, one))
        writer.drop(CELLS)


def load_lookup_file(writer: Writer, delivered: DeliveredTable, one: LookupColumn, file: SourceFile) -> None:
    """Reads a look-up file's cells into the temporary table; DataRefused where it lacks a column."""
    wanted = [*one.lookup.match, one.lookup.column]
    with delivered.read(file, delivered.dialect, None) as rows:
        names = matched(file.name, rows.names, list(dict.fromkeys(wanted)), delivered.table.name).names
        refuse_missing(one, file, names)
        batches = RowBatches(rows, [names.index(name) for name in dict.fromkeys(wanted)], delivered.dialect.null)
        places = [f"c{names.index(name)}" for name in wanted]
        arrived = batches.reader()
        if arrived is not None:
            insert(writer, CELLS, arrived, query_script(lookup_cells, places, [*one.columns, "cell"]))


def lookup_cells(places: Sequence[str], names: Sequence[str]) -> ir.Table:
    """The cells of a look-up file at these places, by these names."""
    cells = ibis.table(dict.fromkeys(places, "string"), name=ARRIVED)
    return cells.select(**{name: cells[place] for name, place in zip(names, places, strict=True)})


def refuse_missing(one: LookupColumn, file: SourceFile, names: Sequence[str]) -> None:
    """Raise DataRefused where a look-up file lacks a column that the look-up names."""
    place = f"[districts.files.{one.delivered.table.name}.columns.{one.name}.lookup] names it"
    findings = [
        Finding("FILE04", file.name, 1, name, f"missing column; {place}")
        for name in (*one.lookup.match, one.lookup.column)
        if name not in names
    ]
    if findings:
        raise DataRefused(findings)


def lookup_results(one: LookupColumn) -> ir.Table:
    """For each combination of match columns, the cell that counts and how many different values there are."""
    cells = ibis.table(dict.fromkeys([*one.columns, "cell"], "string"), name=CELLS)
    text = text_of(cells.cell, one.mapping)
    codes = one.delivered.mapping.codes.get(one.name, {})
    meant = decode(text, codes) if codes else plain_number(text, one.column, one.delivered.dialect)
    value = value_of(one.column, one.mapping, meant, one.delivered.dialect.dates)
    cells = cells.mutate(value=value, same=value.cast("string").fill_null(cells.cell)).filter(cells.cell.notnull())
    any_one = cells.cell.max()
    chosen = {
        "one": any_one,
        "highest": cells.cell.argmax(cells.value).fill_null(any_one),
        "lowest": cells.cell.argmin(cells.value).fill_null(any_one),
    }[one.lookup.take]
    name = one.name
    return cells.group_by(one.columns).aggregate(**{f"looked_{name}": chosen, f"found_{name}": cells.same.nunique()})


def join_lookups(rows: ir.Table, layout: FileLayout) -> ir.Table:
    """The rows with `looked_…` and `found_…` for each look-up column."""
    for one in lookup_columns(layout.delivered):
        match = zip(one.lookup.match, one.columns, strict=True)
        rows = rows.left_join(one.found, [rows[layout.place(name)] == one.found[column] for name, column in match])
        name = f"found_{one.name}"
        rows = rows.drop(*one.columns).mutate(**{name: rows[name].fill_null(0)})
    return rows


def drop_lookups(writer: Writer, delivered: DeliveredTable) -> None:
    """Drops the result tables: they may name students."""
    for one in lookup_columns(delivered):
        writer.drop(one.found.get_name())
