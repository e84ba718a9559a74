"""The source adapter for CSV and Parquet files: which file is of which canonical table."""

import difflib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from features.file_mapping.declaration import Dialect, FileMapping, file_columns
from features.ingest.adapters.adapter import Adapter, Arrival
from features.ingest.delivery import DeliveredTable, Delivery
from features.ingest.files.csv_rows import read_csv
from features.ingest.files.parquet_rows import SUFFIX, is_parquet, read_parquet
from features.ingest.files.source_rows import SourceRows
from features.ingest.files.sources import SourceFile, matching_files
from features.ingest.findings import DataRefused, Finding
from features.table_schema import Table
from features.tables import TABLES

SUFFIXES = (".csv", ".txt", ".tsv", ".dat", ".gz")
"""Endings of files that hold records; other files in the folder are ignored."""


def csv_delivery(arrival: Arrival) -> Delivery:
    """The delivery that the files make; DataRefused for a table without its file, and for a file of no table."""
    district, found = arrival.district, arrival.files
    findings: list[Finding] = []
    tables: list[DeliveredTable] = []
    for table in (TABLES[name] for name in arrival.owned):
        files = district.files.get(table.name, FileMapping())
        sources = () if files.sent == "never" else files_of_table(found, table, files)
        if sources:
            dialect = files.dialect(district.reading)
            tables.append(DeliveredTable(table, files, dialect, sources, read_rows, policies=district.policies))
        elif table.name == "attendance_submissions" and district.policies.attendance.present:
            delta, dialect = FileMapping(kind="delta"), files.dialect(district.reading)
            tables.append(DeliveredTable(table, delta, dialect, (), read_rows, policies=district.policies))
        elif must_be_sent(table, files):
            findings.append(missing_table(table, files))
    lookups = tuple(lookup_files(tables, found))
    used = {*lookups, *(one for delivered in tables for one in delivered.sources)}
    unused = [file.name for file in found if file not in used]
    if not district.files and len(district.read_from) == 1:
        findings += [unknown_file(name) for name in unused if name.endswith((*SUFFIXES, SUFFIX))]
    if findings:
        raise DataRefused(findings)
    return Delivery(tuple(tables), lookups, tuple(unused), district.policies)


def read_rows(
    file: SourceFile, dialect: Dialect, header: tuple[str, ...] | None
) -> AbstractContextManager[SourceRows]:  # fmt: skip
    """The rows of a file by the ending of its name."""
    return read_parquet(file, dialect, header) if is_parquet(file) else read_csv(file, dialect, header)


def files_of_table(found: Sequence[SourceFile], table: Table, files: FileMapping) -> tuple[SourceFile, ...]:
    """The files of a table: those that the mapping names, else its CSV, else its Parquet file."""
    if files.file:
        return matching_files(found, files.file)
    return matching_files(found, pattern_of(table, files)) or matching_files(found, f"{table.name}{SUFFIX}")


def pattern_of(table: Table, files: FileMapping) -> str:
    """The name or pattern of a table's files."""
    return files.file or f"{table.name}.csv"


def must_be_sent(table: Table, files: FileMapping) -> bool:
    """Whether every load must have the table."""
    usual = "sometimes" if table.optional or files.kind == "delta" else "always"
    return (files.sent or usual) == "always"


def lookup_files(tables: Sequence[DeliveredTable], found: Sequence[SourceFile]) -> Iterator[SourceFile]:
    """The files in which values are looked up; DataRefused where one is missing."""
    patterns = {one.lookup.file for delivered in tables for one in delivered.mapping.columns.values() if one.lookup}
    for pattern in sorted(patterns):
        files = matching_files(found, pattern)
        if not files:
            raise DataRefused([Finding("FILE01", pattern, None, "", "missing file: a lookup names it")])
        yield from files


def missing_table(table: Table, files: FileMapping) -> Finding:
    """The finding for a table without a file, with what was expected."""
    columns = (*file_columns(table), "known_on")
    expected = f"missing table: expected a file with {len(columns)} columns ({', '.join(columns)})"
    if files.file:
        expected = f'missing table {table.name}: expected at least one; if it need not come, set sent = "sometimes"'
    return Finding("FILE01", pattern_of(table, files), None, "", expected)


def unknown_file(name: str) -> Finding:
    """The finding for a file of no table, with the nearest table."""
    known = [table.name for table in TABLES.values() if table.from_source]
    stem = name.rpartition("/")[2].partition(".")[0]
    nearest = difflib.get_close_matches(stem, known, n=1)
    hint = f"did you mean {nearest[0]}.csv?" if nearest else f"tables are {', '.join(known)}"
    return Finding("FILE02", name, None, "", f"unknown table; {hint}")


CSV_FILES = Adapter(deliver=csv_delivery)
"""Each canonical table is a file of its own."""
