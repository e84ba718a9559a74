"""CALPADS files: which record type and layout each is of, and its rows in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.engine.script_cache import query_script
from features.file_mapping.declaration import Dialect
from features.ingest.adapters.adapter import Arrival
from features.ingest.files.csv_rows import read_csv
from features.ingest.files.row_batches import RowBatches
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding
from features.ingest.staging_tables import ARRIVED
from features.sources.calpads import EXTRACT, READ, Calpads, Layout, layouts_of
from features.warehouse.writer import Writer

SUFFIXES = (".txt", ".csv", ".dat", ".gz")
FIRST_BYTES = 1 << 16
DELIMITERS = ("^", ",")
NOTHING = pa.table({"row": pa.array([], pa.int64()), "expected": pa.array([], pa.string())})
"""No row that could not be read."""


@dataclass(frozen=True)
class RecordFile:
    """A file of one record type: how it is written, the layout of its rows, and whether it is an ODS extract.

    `cells` is how many its first row has.
    """

    file: SourceFile
    layout: Layout
    delimiter: str
    extract: bool
    cells: int
    encoding: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in order."""
        extra = EXTRACT if self.extract else ()
        return (*self.layout.with_columns(self.cells - len(extra)), *extra)


def record_files(arrival: Arrival) -> tuple[RecordFile, ...]:
    """The files of known record types; DataRefused where one has other columns than its layout, or there is none."""
    source = arrival.source
    if not isinstance(source, Calpads):
        raise TypeError(f"not CALPADS: {source.kind}")
    layouts, found, findings = layouts_of(source), list[RecordFile](), list[Finding]()
    for file in (one for one in arrival.files if one.name.lower().endswith(SUFFIXES)):
        cells, delimiter = first_row(file)
        record = cells[0].upper().removesuffix("-R")
        if record not in layouts:
            continue
        extract = cells[0].upper().endswith("-R")
        layout = layout_for(layouts[record], cells, extract=extract)
        if layout is None:
            findings.append(Finding("SRC01", file.name, 1, "", described(layouts[record], cells, extract=extract)))
        else:
            found.append(RecordFile(file, layout, delimiter, extract, len(cells), arrival.district.reading.encoding))
    if findings:
        raise DataRefused(findings)
    if not found:
        expected = f"expected files of CALPADS: {', '.join(layouts)}, separated by ^ and without a header"
        raise DataRefused([Finding("SRC02", arrival.source.name, None, "", expected)])
    return tuple(found)


def first_row(file: SourceFile) -> tuple[list[str], str]:
    """The cells of the first row, and what separates them."""
    with file.open() as stream:
        line = stream.read(FIRST_BYTES).decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    delimiter = max(DELIMITERS, key=line.count)
    return [cell.strip().strip('"') for cell in line.split(delimiter)], delimiter


def layout_for(layouts: Sequence[Layout], cells: Sequence[str], *, extract: bool) -> Layout | None:
    """The layout of as many columns (fewer, where more may follow), the newest of the row's year; None without one.

    An extract has the layout of the day on which it was downloaded: one of a later year than its rows' is its own too.
    """
    year = year_in(cells)
    fitting = [layout for layout in layouts if fits(layout, len(cells) - (len(EXTRACT) if extract else 0))]
    of_year = [layout for layout in fitting if year is None or layout.since <= year]
    later = fitting[::-1] if extract else []
    return next(iter([*of_year, *later]), None)


def fits(layout: Layout, cells: int) -> bool:
    """Whether a row of so many cells has the columns of a layout."""
    return len(layout.columns) <= cells if layout.more else len(layout.columns) == cells


def year_in(cells: Sequence[str]) -> int | None:
    """The school year that a row names, such as 2025-2026, by the year in which it ends; None where none does."""
    years = [cell for cell in cells if len(cell) == 9 and cell[4] == "-" and cell.replace("-", "").isdigit()]
    return int(years[0][5:]) if years else None


def described(layouts: Sequence[Layout], cells: Sequence[str], *, extract: bool) -> str:
    """What was expected of a file whose number of columns is no layout's, by the layout that it resembles most."""
    more, year = len(EXTRACT) if extract else 0, year_in(cells)
    nearest = min(
        layouts, key=lambda one: (abs(len(one.columns) + more - len(cells)), year is not None and one.since > year)
    )
    name = f"{nearest.record}-R" if extract else nearest.record
    columns = f"{'first ' if nearest.more else ''}{len(nearest.columns) + more} columns"
    found = f"there are {len(cells)}"
    if fits(nearest, len(cells) - more):
        found = f"a row of these is of {cells[nearest.columns.index('year')]}"
    return (
        f"expected the {columns} of {name} from school year {nearest.since} on, but {found}; `columns` of the source "
        "declares others"
    )


def table_of(record: str) -> ir.Table:
    """The rows of a record type: `file`, `row`, and the columns that are read, whichever year's layout has them."""
    schema = {"file": "int64", "row": "int64", **dict.fromkeys(("type", *READ[record], *EXTRACT), "string")}
    return ibis.table(schema, name=f"record_{record}")


def read_records(writer: Writer, files: Sequence[RecordFile]) -> list[pa.Table]:
    """Reads every file of a type that is read into the table of that; the rows of each that could not be read."""
    for record in READ:
        writer.create_empty(table_of(record).get_name(), table_of(record).schema())
    return [
        read_records_of(writer, number, one) if one.layout.record in READ else NOTHING
        for number, one in enumerate(files)
    ]


def read_records_of(writer: Writer, number: int, one: RecordFile) -> pa.Table:
    """Reads one file; the rows that could not be read."""
    dialect = Dialect.model_validate({"delimiter": one.delimiter, "encoding": one.encoding})
    with read_csv(one.file, dialect, one.columns) as rows:
        arrived = RowBatches(rows, range(len(one.columns)), ()).reader()
        if arrived is not None:
            writer.connection.register(ARRIVED, arrived)
            script = query_script(arrived_records, one.columns, READ[one.layout.record], one.extract)
            writer.insert(f"record_{one.layout.record}", script, {})
            writer.connection.unregister(ARRIVED)
            writer.connection.execute(f'UPDATE "record_{one.layout.record}" SET file = {number} WHERE file < 0')  # noqa: S608 - our own names
        found = rows.malformed.table()
        found = found.set_column(1, "expected", found.column("expected").cast(pa.string()))
        return pa.concat_tables([found, taken_out(writer, number, one.layout.record)])


def taken_out(writer: Writer, number: int, record: str) -> pa.Table:
    """The rows of a file that say another record type than its first, which are not read."""
    types = f"'{record}', '{record}-R'"
    other = f"FROM \"record_{record}\" WHERE file = {number} AND upper(coalesce(trim(type), '')) NOT IN ({types})"
    rows = [row for (row,) in writer.connection.execute(f"SELECT row {other}").fetchall()]
    if rows:
        writer.connection.execute(f"DELETE {other}")
    expected = f"expected a row of {record}, as the file's first row is; each record type has files of its own"
    return pa.table({"row": rows, "expected": [expected] * len(rows)}, schema=NOTHING.schema)


def arrived_records(columns: tuple[str, ...], read: tuple[str, ...], extract: bool) -> ir.Table:
    """The rows of a file that arrived, with the columns that are read."""
    rows = ibis.table({"row": "int64", **{f"c{place}": "string" for place in range(len(columns))}}, name=ARRIVED)
    cells = {name: rows[f"c{columns.index(name)}"] for name in read}
    more = {name: rows[f"c{columns.index(name)}"] if extract else ibis.null("string") for name in EXTRACT}
    return rows.select(file=ibis.literal(-1).cast("int64"), row=rows.row, type=rows.c0, **cells, **more)
