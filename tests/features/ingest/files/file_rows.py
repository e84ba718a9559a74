"""Bytes read as the rows of a file, for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.file_mapping.declaration import Dialect
from features.ingest.files.csv_rows import read_csv
from features.ingest.files.sources import SourceFile, files_in
from features.ingest.findings import DataRefused

Row = tuple[int | str, ...]


@dataclass(frozen=True)
class Taken:
    """What was read of a file: rows with their number first, and the numbers and sentences of those that are bad."""

    header: tuple[str, ...]
    names: tuple[str, ...]
    rows: list[Row]
    malformed: list[tuple[int, str]]


def take(file: SourceFile, dialect: Dialect, header: tuple[str, ...] | None = None) -> Taken:
    """All that is in a file."""
    with read_csv(file, dialect, header) as rows:
        columns = [column.to_pylist() for column in rows.batches.read_all().columns]
        bad = rows.malformed.table()
        numbers, sentences = bad.column("row").to_pylist(), bad.column("expected").to_pylist()
        return Taken(
            rows.header, rows.names, list(zip(*columns, strict=True)), list(zip(numbers, sentences, strict=True))
        )


def refusal(file: SourceFile, dialect: Dialect) -> str:
    """The one sentence with which a file is refused."""
    try:
        took = take(file, dialect)
    except DataRefused as refused:
        return only_sentence(refused)
    raise AssertionError(f"not refused: {len(took.rows)} rows")


def only_sentence(refused: DataRefused) -> str:
    """The sentence of a refusal that has one."""
    (finding,) = refused.findings
    return str(finding)


def written(folder: Path, content: bytes, name: str = "a.csv") -> SourceFile:
    """A file with that content, found again in its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return next(file for file in files_in(folder) if file.name == name)


def tree(folder: Path) -> Sequence[tuple[str, bytes]]:
    """Everything below a folder with its content."""
    return [(str(path), path.read_bytes() if path.is_file() else b"") for path in sorted(folder.rglob("*"))]
