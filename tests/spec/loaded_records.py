"""Drawn tables under declared policies: loaded through files, or as a load leaves them, which costs a tenth of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from features.engine.view_policies import policies_as_json, view_policies_of
from features.file_mapping.declaration import FileMapping
from features.ingest.load.import_steps import has_nested_rows, has_open_days, has_overlaps
from features.ingest.load.load_report import LoadReport
from features.policies.record_policies import RecordPolicies
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer
from tests.drawn import load, rows_of
from tests.drawn import reader as opened


@dataclass(frozen=True)
class DrawnRecords:
    """An open warehouse."""

    reader: Reader

    def keys(self) -> Mapping[str, str]:
        """The opaque key of each student by the district's id."""
        students = self.reader.current("students")
        return dict(zip(students["student_id"], students["student_key"], strict=True))


@dataclass(frozen=True)
class LoadedRecords(DrawnRecords):
    """The warehouse that a load made, and what the load said."""

    report: LoadReport

    def notes(self, code: str) -> list[str]:
        """What the notes of a code say."""
        return [note.expected for note in self.report.notes if note.code == code]


@contextmanager
def drawn_records(drawings: Mapping[str, str], **policies: object) -> Iterator[DrawnRecords]:
    """The drawn tables and the policies that views have of them, as a load would leave both.

    For policies that only views know: those by which a load changes or leaves out rows need one.
    """
    reader = opened({**named_in(drawings), **drawings})
    try:
        writer = Writer(reader.connection)
        overlaps = has_overlaps(writer, 1)
        held = view_policies_of(
            RecordPolicies.model_validate(policies),
            has_overlaps=overlaps,
            has_nested_rows=overlaps and has_nested_rows(writer, 1),
            has_open_days=has_open_days(writer),
            has_sections=writer.has_rows("section_enrollments"),
            has_school_terms=writer.has_rows("school_terms"),
        )
        columns = "policies, district_id, known_on, load_id, withdrawn"
        values = [policies_as_json(held), "north", date(2020, 1, 1), 1, False]
        reader.connection.execute(f"INSERT INTO loads ({columns}) VALUES (?, ?, ?, ?, ?)", values)
        yield DrawnRecords(reader)
    finally:
        reader.connection.close()


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
        yield LoadedRecords(reader, report)


def named_in(drawings: Mapping[str, str]) -> dict[str, str]:
    """Drawn tables of the students and schools that other tables name."""
    rows = [row for drawing in drawings.values() for row in rows_of(drawing)]
    return {name: drawn(f"{name[:-1]}_id", rows) for name in ("students", "schools")}


def drawn(column: str, rows: list[dict[str, str]]) -> str:
    """A drawn table of the values of a column."""
    values = sorted({row.get(column, "10" if column == "school_id" else "") for row in rows} - {""})
    return "\n".join([f"| {column} |", *(f"| {value} |" for value in values)])
