"""Which files of a folder are of which canonical table."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.file_mapping.declaration import Dialect, Files, names_in_file
from features.ingest.files.sources import SourceFile, of_pattern
from features.ingest.findings import DataRefused, Finding
from features.settings import District
from features.table_schema import Table
from features.tables import TABLES

SUFFIXES = (".csv", ".txt", ".tsv", ".dat", ".gz")
"""What files of records are called; others in the folder are nobody's business."""


@dataclass(frozen=True)
class Sent:
    """One canonical table of a load: its files, and how to read them."""

    table: Table
    files: Files
    dialect: Dialect
    sources: tuple[SourceFile, ...]


@dataclass(frozen=True)
class Delivery:
    """Everything a district sent: the tables, files for lookups among them, and files that nothing reads."""

    tables: tuple[Sent, ...]
    lookups: tuple[SourceFile, ...]
    unused: tuple[str, ...]

    @property
    def only_deltas(self) -> bool:
        """Whether it only says what changed, so that the same delivery never counts twice."""
        return all(sent.files.kind == "delta" for sent in self.tables)


def delivery_of(district: District, found: Sequence[SourceFile]) -> Delivery:
    """What the files are; DataRefused for a table whose file is missing, and for a file of no table."""
    findings: list[Finding] = []
    tables: list[Sent] = []
    for table in (t for t in TABLES.values() if t.from_source):
        files = district.files.get(table.name, Files())
        sources = () if files.sent == "never" else of_pattern(found, pattern_of(table, files))
        if sources:
            tables.append(Sent(table, files, files.dialect(district.reading), sources))
        elif must_be_sent(table, files):
            findings.append(missing(table, files))
    lookups = tuple(looked_up(tables, found))
    unused = [file.name for file in found if file not in {*lookups, *(one for sent in tables for one in sent.sources)}]
    if not district.files:
        findings += [stray(name) for name in unused if name.endswith(SUFFIXES)]
    if findings:
        raise DataRefused(findings)
    return Delivery(tuple(tables), lookups, tuple(unused))


def pattern_of(table: Table, files: Files) -> str:
    """What the table's files are called."""
    return files.file or f"{table.name}.csv"


def must_be_sent(table: Table, files: Files) -> bool:
    """Whether a load without the table is not whole."""
    usual = "sometimes" if table.optional or files.kind == "delta" else "always"
    return (files.sent or usual) == "always"


def looked_up(tables: Sequence[Sent], found: Sequence[SourceFile]) -> Iterator[SourceFile]:
    """The files in which values are looked up."""
    patterns = {one.lookup.file for sent in tables for one in sent.files.columns.values() if one.lookup}
    for pattern in sorted(patterns):
        files = of_pattern(found, pattern)
        if not files:
            raise DataRefused([Finding("FILE01", pattern, None, "", "missing file: a lookup names it")])
        yield from files


def missing(table: Table, files: Files) -> Finding:
    """A table that did not come, with what was expected."""
    columns = (*names_in_file(table), "known_on")
    expected = f"missing table: expected a file with {len(columns)} columns ({', '.join(columns)})"
    if files.file:
        expected = f'missing table {table.name}: expected at least one; if it need not come, set sent = "sometimes"'
    return Finding("FILE01", pattern_of(table, files), None, "", expected)


def stray(name: str) -> Finding:
    """A file of no table, with the nearest one."""
    known = [table.name for table in TABLES.values() if table.from_source]
    stem = name.rpartition("/")[2].partition(".")[0]
    nearest = difflib.get_close_matches(stem, known, n=1)
    hint = f"did you mean {nearest[0]}.csv?" if nearest else f"tables are {', '.join(known)}"
    return Finding("FILE02", name, None, "", f"unknown table; {hint}")
