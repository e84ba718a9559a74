"""Drawn tables, loaded through files under declared policies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from features.file_mapping.declaration import FileMapping
from features.ingest.load.load_report import LoadReport
from features.policies.record_policies import RecordPolicies
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from tests.drawn import load, rows_of


@dataclass(frozen=True)
class LoadedRecords:
    """What a load said, and the warehouse that it made."""

    report: LoadReport
    reader: Reader

    def notes(self, code: str) -> list[str]:
        """What the notes of a code say."""
        return [note.expected for note in self.report.notes if note.code == code]

    def keys(self) -> Mapping[str, str]:
        """The opaque key of each student by the district's id."""
        students = self.reader.current("students")
        return dict(zip(students["student_id"], students["student_key"], strict=True))


@contextmanager
def loaded_records(place: Path, drawings: Mapping[str, str], **policies: object) -> Iterator[LoadedRecords]:
    """The drawn tables loaded under these policies; students and schools that they name need not be drawn."""
    with mapped_records(place, drawings, {}, policies) as loaded:
        yield loaded


@contextmanager
def mapped_records(
    place: Path, drawings: Mapping[str, str], files: Mapping[str, FileMapping], policies: Mapping[str, object]
) -> Iterator[LoadedRecords]:
    """The same of which some tables are mapped as `files` says."""
    told = {**named_in(drawings), **drawings}
    warehouse = place / "warehouses" / "north.duckdb"
    declared = RecordPolicies.model_validate(policies)
    report = load(place / "files", warehouse, told, policies=declared, files=files)
    with open_warehouse(warehouse) as reader:
        yield LoadedRecords(report, reader)


def named_in(drawings: Mapping[str, str]) -> dict[str, str]:
    """Drawn tables of the students and schools that other tables name."""
    rows = [row for drawing in drawings.values() for row in rows_of(drawing)]
    return {name: drawn(f"{name[:-1]}_id", rows) for name in ("students", "schools")}


def drawn(column: str, rows: list[dict[str, str]]) -> str:
    """A drawn table of the values of a column."""
    values = sorted({row.get(column, "10" if column == "school_id" else "") for row in rows} - {""})
    return "\n".join([f"| {column} |", *(f"| {value} |" for value in values)])
