"""The canonical rows that the marts of one tenant hold, as text, table by table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from features.engine.script_cache import query_script
from features.engine.sql_script import Script
from features.file_mapping.declaration import FileMapping
from features.ingest.adapters.marts import event_rows, mark_rows, roster_rows, school_rows
from features.ingest.adapters.marts.mart_schemas import MARTS, TENANT, no_such_tenant
from features.ingest.adapters.marts.mart_views import create_views, tenants_in
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding
from features.warehouse.file import open_scratch

FOUND = "found_rows"
"""The temporary table of one table's rows."""

Attendance = Literal["daily", "section"]

PROGRAMS = (*roster_rows.PROGRAM_MARTS, "fct_student_program_association")
TERMS = ("dim_session", "dim_grading_period")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "schools": ("dim_school",), "terms": TERMS, "school_terms": TERMS, "calendar_days": ("dim_calendar_date",),
    "students": ("dim_student",), "demographics": ("dim_student",), "programs": PROGRAMS,
    "enrollments": ("fct_student_school_association",), "attendance": ("fct_student_school_attendance_event",),
    "section_enrollments": ("fct_student_section_association",),
    "marks": ("fct_student_grades", "fct_course_transcripts"),
    "incidents": ("fct_student_discipline_incident_behaviors",),
    "discipline_actions": ("fct_student_discipline_actions",), "completions": ("fct_student_diploma",),
    "staff": ("dim_staff",),
}  # fmt: skip
"""Canonical table = the marts of which it needs one to be there."""

OF_SECTIONS: Mapping[str, tuple[str, ...]] = {"attendance": ("fct_student_section_attendance_event",)}
"""The same where attendance is that of sections."""


@dataclass(frozen=True)
class Marts:
    """The files of each mart, the tenant whose rows are read, the attendance that counts, and the district's day."""

    files: Mapping[str, Sequence[SourceFile]]
    tenant: str
    attendance: Attendance
    today: date

    @contextmanager
    def opened(self, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection with the marts of the tenant as views; what exceeds memory spills into a folder.

        DataRefused where the marts have no school of the tenant.
        """
        with open_scratch(scratch) as connection:
            create_views(connection, self.files, self.tenant)
            refuse_unknown_tenant(connection, self)
            yield connection

    def main_mart(self, table: str) -> str | None:
        """The mart that a table's rows are of, to be named in reports; None where it is not there."""
        if table == "section_enrollments" and self.attendance == "daily":
            return None
        needed = OF_SECTIONS.get(table, NEEDED[table]) if self.attendance == "section" else NEEDED[table]
        return next((name for name in needed if name in self.files), None)


def refuse_lacking(files: Mapping[str, Sequence[SourceFile]]) -> None:
    """Raise DataRefused where a mart is missing without which nothing can be loaded."""
    lacking = [one.name for one in MARTS.values() if one.required and one.name not in files]
    if lacking:
        expected = "missing mart: expected a Parquet file of that name, or a folder of Parquet files"
        raise DataRefused([Finding("FILE01", f"{name}.parquet", None, "", expected) for name in lacking])


def refuse_unknown_tenant(connection: duckdb.DuckDBPyConnection, marts: Marts) -> None:
    """Raise DataRefused, with the tenants that there are, where the marts have no school of the tenant."""
    if connection.execute("SELECT count(*) FROM dim_school").fetchall() == [(0,)]:
        files = marts.files["dim_school"]
        expected = no_such_tenant(marts.tenant, tenants_in(connection, files))
        raise DataRefused([Finding("FILE01", files[0].name, None, TENANT, expected)])


def canonical_rows(connection: duckdb.DuckDBPyConnection, marts: Marts, table: str, mapping: FileMapping) -> str:
    """The query of a table's rows: `row`, counted from 1, and text. DataRefused for a value of another type."""
    made = f"CREATE OR REPLACE TEMP TABLE {FOUND} AS"
    try:
        query_of(table, marts, mapping).run_within(connection, made, {"load_day": marts.today})
    except duckdb.ConversionException as error:
        column = SOURCE_COLUMN.search(str(error))
        name = column[1] if column else ""
        raise DataRefused([Finding("FILE04", str(marts.main_mart(table)), None, name, WRONG_TYPE)]) from None
    return f"SELECT rowid + 1 AS row, CAST(COLUMNS(*) AS VARCHAR) FROM {FOUND}"  # noqa: S608 - our name


SOURCE_COLUMN = re.compile(r"from source column (\w+)")
"""Where DuckDB says whose value could not be cast."""

WRONG_TYPE = "a value has not the type of its column, such as a date that is none"


def query_of(table: str, marts: Marts, mapping: FileMapping) -> Script:
    """The compiled query of a table."""
    codes = mapping.codes
    match table:
        case "attendance":
            kinds = tuple((code, kind) for code, kind in codes["kind"].items() if kind)
            return query_script(event_rows.attendance_rows, kinds, of_sections=marts.attendance == "section")
        case "marks":
            finals = tuple(code for code, kind in codes["mark_kind"].items() if kind == "final")
            return query_script(mark_rows.mark_rows, tuple(codes["subject"]), finals)
        case "staff":
            return query_script(roster_rows.staff_with_roles, tuple(codes["role"]))
        case "programs":
            return query_script(roster_rows.program_rows, tuple(codes["program"]))
    return query_script(PLAIN[table])


PLAIN = {
    "schools": school_rows.school_rows,
    "terms": school_rows.term_rows,
    "school_terms": school_rows.school_term_rows,
    "calendar_days": school_rows.calendar_day_rows,
    "students": roster_rows.student_rows,
    "demographics": roster_rows.demographic_rows,
    "enrollments": roster_rows.enrollment_rows,
    "section_enrollments": event_rows.section_enrollment_rows,
    "incidents": event_rows.incident_rows,
    "discipline_actions": event_rows.action_rows,
    "completions": event_rows.completion_rows,
}
"""The queries that depend on no code."""
