"""The rows of a package as tables: bulk files as they are, deltas on top of what the load before kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from pyarrow import parquet

from features.engine.script_cache import query_script
from features.ingest.adapters.oneroster.package import ABSENCES, ALIASES, COLUMNS, EACH, PLAIN, Package
from features.ingest.files.csv_rows import read_csv
from features.ingest.files.malformed_rows import MalformedRows
from features.ingest.files.row_batches import RowBatches
from features.ingest.files.source_rows import SourceRows
from features.ingest.findings import DataRefused, Finding
from features.ingest.mapping.header_names import plain
from features.ingest.staging_tables import ARRIVED
from features.warehouse.writer import Writer, path_in_sql

GONE = ("tobedeleted", "inactive")
"""Words of `status` for a row that is no more; the second is of versions before 1.1."""

NOW, EARLIER = 0, 1
"""Where a row came from: a file of this package, or one of an earlier load."""


@dataclass(frozen=True)
class NativeFile:
    """A file of the package as it was read: its name for people and the rows that could not be read."""

    name: str
    malformed: pa.Table

    @property
    def well_formed(self) -> "NativeFile":
        """The same without the rows that could not be read: they are told once."""
        return replace(self, malformed=NOTHING)


NOTHING = pa.table({"row": pa.array([], pa.int64()), "expected": pa.array([], pa.string())})


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of a native table."""
    return (*EACH, *COLUMNS[name])


def native_schema(name: str) -> ibis.Schema:
    """The schema of a native table: `row` in the file, `origin`, and columns of text."""
    return ibis.schema({"row": "int64", "origin": "int64", **dict.fromkeys(columns_of(name), "string")})


def native(name: str) -> ir.Table:
    """A native table."""
    return ibis.table(native_schema(name), name=f"native_{name}")


def read_files(writer: Writer, package: Package, kept: Path | None) -> dict[str, NativeFile]:
    """Reads every file of a package into its native table; a table without a file is empty.

    DataRefused for a file that is no CSV or has no column `sourcedId`, and for a delta without a load before it.
    """
    found: dict[str, NativeFile] = {}
    for name in COLUMNS:
        writer.create_empty(f"native_{name}", native_schema(name))
        delta = package.sent.get(name) == "delta"
        if delta and kept is None:
            expected = "expected a bulk file first: this one has changes only; send the whole package once"
            raise DataRefused([Finding("SRC03", package.files[name].name, None, "", expected)])
        if name in package.files:
            found[name] = read_file(writer, name, package)
    return found


def add_kept(writer: Writer, package: Package, kept: Path | None) -> None:
    """Adds what was kept to the native tables of which a package has changes or nothing."""
    for name in kept_names(kept) if kept else ():
        if package.sent.get(name) == "delta" or name not in package.files:
            insert_kept(writer, name, (kept or Path()) / f"{name}.parquet")


def read_file(writer: Writer, name: str, package: Package) -> NativeFile:
    """Reads one file into its native table."""
    file = package.files[name]
    with read_csv(file, PLAIN, None) as rows:
        places = places_of(name, rows, file.name, package)
        batches = RowBatches(rows, list(places.values()), ())
        arrived = batches.reader()
        if arrived is not None:
            writer.connection.register(ARRIVED, arrived)
            writer.insert(f"native_{name}", query_script(arrived_rows, name, tuple(places.items())))
            writer.connection.unregister(ARRIVED)
        return NativeFile(file.name, malformed_of(rows.malformed))


def malformed_of(malformed: MalformedRows) -> pa.Table:
    """Rows that could not be read, with what was expected as text."""
    found = malformed.table()
    return found.set_column(1, "expected", found.column("expected").cast(pa.string()))


def places_of(name: str, rows: SourceRows, file: str, package: Package) -> dict[str, int]:
    """Where the columns that are read stand in a file, however they are spelled.

    DataRefused without `sourcedId`, or without a column of absences that the district names.
    """
    declared = package.absences if name == ABSENCES else {}
    wanted = {plain(column): column for column in (EACH if declared else columns_of(name))}
    wanted |= {plain(alias): column for (table, alias), column in ALIASES.items() if table == name}
    wanted |= {plain(theirs): column for theirs, column in declared.items()}
    found: dict[str, int] = {}
    for place, column in enumerate(rows.names):
        known = wanted.get(plain(column))
        if known is not None:
            found.setdefault(known, place)
    if "sourcedId" not in found:
        expected = f"expected the columns of OneRoster: {', '.join(columns_of(name))}"
        raise DataRefused([Finding("SRC04", file, 1, "sourcedId", expected)])
    lacking = [one for one in package.needed if declared and declared[one] not in found]
    if lacking:
        expected = f"expected this column, which `absences` of the source names; there are {', '.join(rows.names[:20])}"
        raise DataRefused([Finding("SRC04", file, 1, one, expected) for one in lacking])
    return found


def arrived_rows(name: str, places: tuple[tuple[str, int], ...]) -> ir.Table:
    """The rows of a file that arrived, under the names of the native table."""
    columns = dict.fromkeys((f"c{place}" for _, place in places), "string")
    rows, standing = ibis.table({"row": "int64", **columns}, name=ARRIVED), dict(places)
    cells = {
        column: rows[f"c{standing[column]}"] if column in standing else ibis.null("string")
        for column in columns_of(name)
    }
    return rows.select(row=rows.row, origin=ibis.literal(NOW).cast("int64"), **cells)


def insert_kept(writer: Writer, name: str, path: Path) -> None:
    """Adds the rows that an earlier load kept and this package does not send again."""
    with parquet.ParquetFile(path) as file:
        reader = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
        writer.connection.register(ARRIVED, reader)
        writer.insert(f"native_{name}", query_script(kept_rows, name))
        writer.connection.unregister(ARRIVED)


def kept_rows(name: str) -> ir.Table:
    """The kept rows that no row of the package replaces."""
    rows = ibis.table(dict.fromkeys(columns_of(name), "string"), name=ARRIVED)
    older = rows.anti_join(native(name), "sourcedId")
    numbered = older.mutate(row=ibis.row_number().over(order_by="sourcedId") + 1)
    cells = {column: numbered[column] for column in columns_of(name)}
    return numbered.select("row", origin=ibis.literal(EARLIER).cast("int64"), **cells)


def remove_gone(writer: Writer) -> None:
    """Removes rows that are marked as deleted, and of rows with the same id all but the last, where there are any."""
    for name in COLUMNS:
        if writer.count(query_script(one_to_remove, name)):
            writer.replace(f"native_{name}", query_script(standing_rows, name))


def one_to_remove(name: str) -> ir.Table:
    """One row, where any row of a native table is marked as deleted or has an id that another one has too."""
    rows = native(name)
    ids = rows.filter(rows.sourcedId.notnull())
    found = rows.aggregate(
        marked=is_gone(rows).any(), ids=ids.sourcedId.count().as_scalar(), different=ids.sourcedId.nunique().as_scalar()
    )
    return found.filter(found.marked | (found.ids > found.different))


def is_gone(rows: ir.Table) -> ir.BooleanValue:
    """Whether a row is marked as deleted."""
    return rows.status.fill_null("").lower().isin(GONE)


def standing_rows(name: str) -> ir.Table:
    """The rows of a native table that stand: the last of each id, where it is not deleted. Rows without an id stand."""
    rows = native(name)
    last = ibis.row_number().over(group_by=["sourcedId"], order_by=[rows.origin, ibis.desc(rows.row)])
    ranked = rows.mutate(rank=last)
    standing = ranked.filter((ranked["rank"] == 0) | ranked.sourcedId.isnull()).drop("rank")
    return standing.filter(~is_gone(standing))


def kept_names(kept: Path | None) -> list[str]:
    """The native tables that an earlier load kept."""
    return [name for name in COLUMNS if kept is not None and (kept / f"{name}.parquet").exists()]


def keep_tables(writer: Writer, names: Sequence[str], folder: Path) -> None:
    """Writes native tables into a folder, on which a delta can build."""
    for name in names:
        columns = ", ".join(f'"{column}"' for column in columns_of(name))
        found = f'SELECT {columns} FROM "native_{name}"'  # noqa: S608 - our own names
        place = path_in_sql(folder / f"{name}.parquet")
        writer.connection.execute(f"COPY ({found}) TO {place} (FORMAT parquet, COMPRESSION zstd)")
