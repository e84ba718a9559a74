"""Look-ups: a column whose value stands in another file."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.file_mapping.declaration import Column, Lookup
from features.ingest.files.csv_rows import Rows, read_rows
from features.ingest.files.delivery import Sent
from features.ingest.files.row_batches import Arriving
from features.ingest.files.sources import SourceFile, of_pattern
from features.ingest.findings import DataRefused, Finding
from features.ingest.mapping.cell_types import decoded, text_of, value_of
from features.ingest.mapping.header import Cell, Plan, columns_read
from features.ingest.staging_tables import ARRIVED, create_empty, insert
from features.table_schema import Column as Canonical
from features.warehouse.writer import Writer

CELLS = "looked_up_cells"
"""The cells of a look-up's file while they are read."""


@dataclass(frozen=True)
class LookedUp:
    """A canonical column of a table that is looked up."""

    sent: Sent
    column: Canonical
    said: Column
    lookup: Lookup

    @property
    def name(self) -> str:
        """What the column is called in files."""
        return "student_id" if self.column.kind == "student" else self.column.name

    @property
    def columns(self) -> list[str]:
        """The columns that must agree, by their place."""
        return [f"match_{self.name}_{place}" for place, _ in enumerate(self.lookup.match)]

    @property
    def found(self) -> ir.Table:
        """What is found for each combination: `looked_…`, and `found_…`, how many values there are."""
        said = {f"looked_{self.name}": "string", f"found_{self.name}": "int64"}
        columns = {**dict.fromkeys(self.columns, "string"), **said}
        return ibis.table(columns, name=f"looked_up_{self.sent.table.name}_{self.name}")


def looked_up(sent: Sent) -> list[LookedUp]:
    """The columns of a table that are looked up."""
    cells = [Cell(column, None) for column in columns_read(sent)]
    said = ((cell, sent.files.columns.get(cell.name)) for cell in cells)
    return [LookedUp(sent, cell.column, one, one.lookup) for cell, one in said if one is not None and one.lookup]


def write_lookups(writer: Writer, sent: Sent, files: Sequence[SourceFile]) -> None:
    """Writes what each look-up of a table finds."""
    for one in looked_up(sent):
        create_empty(writer, CELLS, ibis.schema(dict.fromkeys([*one.columns, "said"], "string")))
        for file in of_pattern(files, one.lookup.file):
            read_cells(writer, one, file)
        create_empty(writer, one.found.get_name(), one.found.schema())
        writer.replace(one.found.get_name(), found_in(one))
        writer.drop(CELLS)


def read_cells(writer: Writer, one: LookedUp, file: SourceFile) -> None:
    """Adds the cells of a look-up's file; DataRefused where it lacks a column."""
    wanted = [*one.lookup.match, one.lookup.column]
    with read_rows(file, one.sent.dialect, None) as rows:
        refuse_missing(one, file, rows)
        arriving = Arriving(rows, list(dict.fromkeys(wanted)), one.sent.dialect.null)
        reader = arriving.reader()
        cells = ibis.table(dict.fromkeys(reader.schema.names[1:], "string"), name=ARRIVED)
        places = [f"c{rows.names.index(name)}" for name in wanted]
        named = {name: cells[place] for name, place in zip([*one.columns, "said"], places, strict=True)}
        insert(writer, CELLS, reader, cells.select(**named))


def refuse_missing(one: LookedUp, file: SourceFile, rows: Rows) -> None:
    """Raise DataRefused where a look-up's file lacks a column that it needs."""
    place = f"[districts.files.{one.sent.table.name}.columns.{one.name}.lookup] names it"
    findings = [
        Finding("FILE04", file.name, 1, name, f"missing column; {place}")
        for name in (*one.lookup.match, one.lookup.column)
        if name not in rows.names
    ]
    if findings:
        raise DataRefused(findings)


def found_in(one: LookedUp) -> ir.Table:
    """Each combination with the value that counts, as its file has it, and how many values there are."""
    cells = ibis.table(dict.fromkeys([*one.columns, "said"], "string"), name=CELLS)
    text = text_of(cells.said, one.said)
    codes = one.sent.files.codes.get(one.name, {})
    value = value_of(one.column, one.said, decoded(text, codes) if codes else text, one.sent.dialect.dates)
    cells = cells.mutate(value=value, same=value.cast("string").fill_null(cells.said)).filter(cells.said.notnull())
    any_one = cells.said.max()
    chosen = {
        "one": any_one,
        "highest": cells.said.argmax(cells.value).fill_null(any_one),
        "lowest": cells.said.argmin(cells.value).fill_null(any_one),
    }[one.lookup.take]
    name = one.name
    return cells.group_by(one.columns).aggregate(**{f"looked_{name}": chosen, f"found_{name}": cells.same.nunique()})


def with_looked_up(rows: ir.Table, plan: Plan) -> ir.Table:
    """The rows with `looked_…` and `found_…` for each column that is looked up."""
    for one in looked_up(plan.sent):
        match = zip(one.lookup.match, one.columns, strict=True)
        rows = rows.left_join(one.found, [rows[plan.place(name)] == one.found[column] for name, column in match])
        name = f"found_{one.name}"
        rows = rows.drop(*one.columns).mutate(**{name: rows[name].fill_null(0)})
    return rows


def drop_lookups(writer: Writer, sent: Sent) -> None:
    """What the look-ups found is gone: it may name students."""
    for one in looked_up(sent):
        writer.drop(one.found.get_name())
