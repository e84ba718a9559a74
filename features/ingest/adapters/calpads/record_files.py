"""CALPADS files: which record type and layout each is of, and its rows in a table."""

import csv
import re
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
from features.sources.calpads import EXTRACT, READ, Calpads, Layout, headed_columns, layouts_of, state_names
from features.warehouse.writer import Writer

SUFFIXES = (".txt", ".csv", ".dat", ".gz")
FIRST_BYTES = 1 << 16
DELIMITERS = ("^", ",")
NOTHING = pa.table({"row": pa.array([], pa.int64()), "expected": pa.array([], pa.string())})
"""No row that could not be read."""


@dataclass(frozen=True)
class Opening:
    """How a file begins: the cells of its first record, those of a header where it has one, and how it is written."""

    cells: tuple[str, ...]
    header: tuple[str, ...]
    delimiter: str
    quote: str

    @property
    def record(self) -> str:
        """The record type of its rows."""
        place = headed_columns(self.header).index("type") if self.header else 0
        return self.cells[place].upper() if place < len(self.cells) else ""

    @property
    def extract(self) -> bool:
        """Whether it is an ODS extract."""
        return self.record.endswith("-R")

    def dialect(self, encoding: str) -> Dialect:
        """How it is written, in an encoding."""
        return Dialect.model_validate({"delimiter": self.delimiter, "quote": self.quote, "encoding": encoding})


@dataclass(frozen=True)
class RecordFile:
    """A file of one record type: the columns of its rows in order, and how it is written."""

    file: SourceFile
    record: str
    columns: tuple[str, ...]
    dialect: Dialect
    headed: bool = False
    """Whether its first row is a header."""


def record_files(arrival: Arrival) -> tuple[RecordFile, ...]:
    """The files of known record types; DataRefused where one has other columns than its layout, or there is none."""
    source = arrival.source
    if not isinstance(source, Calpads):
        raise TypeError(f"not CALPADS: {source.kind}")
    layouts, found, findings = layouts_of(source), list[RecordFile](), list[Finding]()
    for file in (one for one in arrival.files if one.name.lower().endswith(SUFFIXES)):
        opening = opening_of(file)
        record = opening.record.removesuffix("-R")
        if record not in layouts:
            continue
        columns = columns_of(layouts[record], record, opening)
        if isinstance(columns, str):
            findings.append(Finding("SRC01", file.name, 1, "", columns))
            continue
        written = opening.dialect(arrival.district.reading.encoding)
        found.append(RecordFile(file, record, columns, written, bool(opening.header)))
    if findings:
        raise DataRefused(findings)
    if not found:
        expected = f"expected files of CALPADS: {', '.join(layouts)}, separated by ^, each row with its record type"
        raise DataRefused([Finding("SRC02", arrival.source.name, None, "", expected)])
    return tuple(found)


def opening_of(file: SourceFile) -> Opening:
    """How a file begins.

    A file separated by ^ quotes its cells where the first is quoted; in others a quote is a letter, as in a name.
    """
    with file.open() as stream:
        text = stream.read(FIRST_BYTES).decode("utf-8", "replace").lstrip("\ufeff")
    filled = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip(" \t^,")][:2]
    delimiter = max(DELIMITERS, key="".join(filled[:1]).count)
    quote = '"' if delimiter == "," or "".join(filled[:1]).lstrip().startswith('"') else ""
    first, second = (*(cells_of(line, delimiter, quote) for line in filled), (), ())[:2]
    headed = "type" in headed_columns(first)
    return Opening(second if headed else first, first if headed else (), delimiter, quote)


def cells_of(line: str, delimiter: str, quote: str) -> tuple[str, ...]:
    """The cells of a line."""
    cells = next(csv.reader([line], delimiter=delimiter, quotechar=quote), []) if quote else line.split(delimiter)
    return tuple(cell.strip() for cell in cells)


def columns_of(layouts: Sequence[Layout], record: str, opening: Opening) -> tuple[str, ...] | str:
    """The columns of a file, as its header names them or those of its layout; else a sentence of what was expected."""
    if opening.header:
        columns = headed_columns(opening.header)
        lacking = [name for name in READ.get(record, ()) if name not in columns]
        named = ", ".join(f"{name} ({state_names()[name][0]})" for name in lacking)
        return f"expected in the header of {record} the columns {named}" if lacking else columns
    cells, extra = opening.cells, EXTRACT if opening.extract else ()
    layout = layout_for(layouts, cells, extract=opening.extract)
    if layout is None:
        return described(layouts, cells, extract=opening.extract)
    return (*layout.with_columns(len(cells) - len(extra)), *extra)


def layout_for(layouts: Sequence[Layout], cells: Sequence[str], *, extract: bool) -> Layout | None:
    """The layout of as many columns (fewer, where more may follow), the newest of the row's year; None without one.

    An extract has the layout of the day on which it was downloaded: one of a later year than its rows' is its own too.
    """
    year = year_in(cells)
    more = len(EXTRACT) if extract else 0
    fitting = [layout for layout in layouts if fits(layout, len(cells) - more) and has_its_year(layout, cells)]
    of_year = [layout for layout in fitting if year is None or layout.since <= year]
    later = fitting[::-1] if extract else []
    return next(iter([*of_year, *later]), None)


def fits(layout: Layout, cells: int) -> bool:
    """Whether a row of so many cells has the columns of a layout."""
    return len(layout.columns) <= cells if layout.more else len(layout.columns) == cells


def has_its_year(layout: Layout, cells: Sequence[str]) -> bool:
    """Whether a row has its school year, if any, where the layout has it; columns in another order show by that."""
    if "year" not in layout.columns:
        return True
    cell = cells[layout.columns.index("year")]
    return cell == "" or is_year(cell)


def is_year(cell: str) -> bool:
    """Whether a cell is a school year such as 2025-2026."""
    return len(cell) == 9 and cell[4] == "-" and cell.replace("-", "").isdigit()


def year_in(cells: Sequence[str]) -> int | None:
    """The school year that a row names, such as 2025-2026, by the year in which it ends; None where none does."""
    years = [cell for cell in cells if is_year(cell)]
    return int(years[0][5:]) if years else None


def described(layouts: Sequence[Layout], cells: Sequence[str], *, extract: bool) -> str:
    """What was expected of a file whose columns are no layout's, by the layout that it resembles most."""
    more, year = len(EXTRACT) if extract else 0, year_in(cells)
    nearest = min(
        layouts, key=lambda one: (abs(len(one.columns) + more - len(cells)), year is not None and one.since > year)
    )
    name = f"{nearest.record}-R" if extract else nearest.record
    columns = f"{'first ' if nearest.more else ''}{len(nearest.columns) + more} columns"
    return (
        f"expected the {columns} of {name} from school year {nearest.since} on, but {told(nearest, cells, more)}; "
        f"{newest(layouts)}: put the field names of the state's file specification above the rows, as a header, or "
        "declare `columns` of the source"
    )


def told(nearest: Layout, cells: Sequence[str], more: int) -> str:
    """How a row differs from the layout that it resembles most."""
    if not fits(nearest, len(cells) - more):
        return f"there are {len(cells)}"
    place = nearest.columns.index("year")
    if has_its_year(nearest, cells):
        return f"a row of these is of {cells[place]}"
    return f"column {place + 1} of these is the school year, and here it is {cells[place][:40]}"


def newest(layouts: Sequence[Layout]) -> str:
    """Of which school year the newest layout of a record type is."""
    since = max(one.since for one in layouts)
    return f"the newest known is of {since - 1}-{since}" if since else "these are the declared ones"


def table_of(record: str) -> ir.Table:
    """The rows of a record type: `file`, `row`, and the columns that are read, whichever year's layout has them."""
    schema = {"file": "int64", "row": "int64", **dict.fromkeys(("type", *READ[record], *EXTRACT), "string")}
    return ibis.table(schema, name=f"record_{record}")


def read_records(writer: Writer, files: Sequence[RecordFile]) -> list[pa.Table]:
    """Reads every file of a type that is read into the table of that; the rows of each that could not be read."""
    for record in READ:
        writer.create_empty(table_of(record).get_name(), table_of(record).schema())
    return [read_records_of(writer, number, one) if one.record in READ else NOTHING for number, one in enumerate(files)]


def read_records_of(writer: Writer, number: int, one: RecordFile) -> pa.Table:
    """Reads one file; the rows that could not be read."""
    record = f"record_{one.record}"
    with read_csv(one.file, one.dialect, one.columns) as rows:
        arrived = RowBatches(rows, range(len(one.columns)), ()).reader()
        if arrived is not None:
            writer.connection.register(ARRIVED, arrived)
            writer.insert(record, query_script(arrived_records, one.columns, READ[one.record]), {})
            writer.connection.unregister(ARRIVED)
            writer.connection.execute(f'UPDATE "{record}" SET file = {number} WHERE file < 0')  # noqa: S608 - our own names
        if one.headed:
            of_file = f'FROM "{record}" WHERE file = {number}'
            writer.connection.execute(f"DELETE {of_file} AND row = (SELECT min(row) {of_file})")
        found = rows.malformed.table()
        found = found.set_column(1, "expected", found.column("expected").cast(pa.string()))
        return pa.concat_tables([found, taken_out(writer, number, one.record)])


def taken_out(writer: Writer, number: int, record: str) -> pa.Table:
    """The rows of a file that say another record type than its first, which are not read."""
    types = f"'{record}', '{record}-R'"
    other = f"FROM \"record_{record}\" WHERE file = {number} AND upper(coalesce(trim(type), '')) NOT IN ({types})"
    rows = [row for (row,) in writer.connection.execute(f"SELECT row {other}").fetchall()]
    if rows:
        writer.connection.execute(f"DELETE {other}")
    expected = f"expected a row of {record}, as the file's first row is; each record type has files of its own"
    return pa.table({"row": rows, "expected": [expected] * len(rows)}, schema=NOTHING.schema)


def arrived_records(columns: tuple[str, ...], read: tuple[str, ...]) -> ir.Table:
    """The rows of a file that arrived, with the columns that are read."""
    rows = ibis.table({"row": "int64", **{f"c{place}": "string" for place in range(len(columns))}}, name=ARRIVED)
    cells = {name: rows[f"c{columns.index(name)}"] for name in read}
    more = {name: rows[f"c{columns.index(name)}"] if name in columns else ibis.null("string") for name in EXTRACT}
    record = rows[f"c{columns.index('type') if 'type' in columns else 0}"]
    return rows.select(file=ibis.literal(-1).cast("int64"), row=rows.row, type=record, **cells, **more)
