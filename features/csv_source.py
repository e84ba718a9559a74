"""The CSV source: one file per canonical table, columns found by their header."""

import csv
import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.settings import Refused
from features.tables import TABLES, Table


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a file: where, and what was expected. Never the value itself."""

    file: str
    row: int | None
    column: str
    expected: str

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.expected}"


class DataRefused(Refused):
    """Files that cannot be loaded. The warehouse is as it was."""

    shown = 20

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        more = len(findings) - self.shown
        lines = [f"  {finding}" for finding in findings[: self.shown]]
        if more > 0:
            lines.append(f"  … and {more} more")
        super().__init__("nothing was loaded; mend the files and run it again:\n" + "\n".join(lines))


@dataclass(frozen=True)
class SourceFile:
    """A CSV file of one table, whose header has been checked."""

    table: Table
    path: Path


def file_columns(table: Table) -> tuple[str, ...]:
    """The header a file of that table has."""
    own = [c for c in table.columns if c.kind != "assigned"]
    return (*("student_id" if c.kind == "student" else c.name for c in own), "known_on")


def find_files(folder: Path) -> list[SourceFile]:
    """The folder's files with their headers checked, in load order; DataRefused otherwise."""
    if not folder.is_dir():
        raise Refused(f"{folder}: no such folder; expected one CSV file per table, such as students.csv")
    findings: list[Finding] = []
    files: list[SourceFile] = []
    for table in (t for t in TABLES.values() if t.from_source):
        path = folder / f"{table.name}.csv"
        if path.exists():
            findings += header_findings(path, table)
            files.append(SourceFile(table, path))
        elif not table.optional:
            columns = file_columns(table)
            missing = f"missing table: expected a file with {len(columns)} columns ({', '.join(columns)})"
            findings.append(Finding(path.name, None, "", missing))
    findings += stray_files(folder)
    if findings:
        raise DataRefused(findings)
    return files


def stray_files(folder: Path) -> Iterable[Finding]:
    """CSV files whose name is no table's."""
    known = [name for name, table in TABLES.items() if table.from_source]
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in known:
            nearest = difflib.get_close_matches(path.stem, known, n=1)
            hint = f"did you mean {nearest[0]}.csv?" if nearest else f"tables are {', '.join(known)}"
            yield Finding(path.name, None, "", f"unknown table; {hint}")


def header_findings(path: Path, table: Table) -> list[Finding]:
    """Missing, unknown and repeated columns of a file."""
    header, expected = read_header(path), file_columns(table)
    if not set(header) & set(expected):  # a row of data, perhaps: do not repeat it
        return [Finding(path.name, 1, "", f"no header; expected {', '.join(expected)}")]
    findings = [Finding(path.name, 1, name, "missing column") for name in expected if name not in header]
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            findings.append(Finding(path.name, 1, name, "the header names this column twice; expected once"))
        if name not in expected:
            nearest = difflib.get_close_matches(name, expected, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"expected {', '.join(expected)}"
            findings.append(Finding(path.name, 1, name or "(empty)", f"unknown column; {hint}"))
    return findings


def read_header(path: Path) -> list[str]:
    """The names in the first line of a UTF-8 CSV file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines), [])
    except UnicodeDecodeError:
        raise DataRefused([Finding(path.name, None, "", "not UTF-8; save it as UTF-8 and try again")]) from None


def digest_of(files: Sequence[SourceFile]) -> str:
    """sha256 over the names and bytes of all files."""
    whole = hashlib.sha256()
    for file in files:
        with file.path.open("rb") as handle:
            whole.update(f"{file.path.name}\0{hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
