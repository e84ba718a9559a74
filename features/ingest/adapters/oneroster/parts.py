"""The parts of a OneRoster package: the rows that a native file gives a canonical table, each by a query."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.adapters.adapter import CanonicalRows
from features.ingest.adapters.oneroster.absences import absence_rows
from features.ingest.adapters.oneroster.cells import parts_of
from features.ingest.adapters.oneroster.native_tables import EARLIER, NOW, NativeFile, native
from features.ingest.adapters.oneroster.package import RACES
from features.ingest.adapters.oneroster.people import (
    STUDENTS,
    demographic_rows,
    found_students,
    staff_rows,
    student_rows,
)
from features.ingest.adapters.oneroster.schools_and_marks import mark_rows, school_rows, term_rows
from features.ingest.adapters.oneroster.spells import (
    SPELLS,
    enrollment_rows,
    found_spells,
    role_enrollment_rows,
    user_enrollment_rows,
)
from features.sources.oneroster import OneRoster
from features.warehouse.writer import Writer

MOST_SCHOOLS = 8
"""Schools of one user that are read from a list; more are none of a student."""


@dataclass(frozen=True)
class Part:
    """The rows that one native file gives a canonical table, by a query; `part` tells apart what one row gives."""

    table: str
    native: str
    rows: Callable[..., ir.Table]
    given: tuple[object, ...] = ()
    part: str = ""


def parts_of_package(schools: int) -> Iterator[Part]:
    """Every part of a package of which users name so many schools."""
    yield Part("schools", "orgs", school_rows)
    yield Part("terms", "academicSessions", term_rows)
    yield Part("students", "users", student_rows)
    for column in ("sex", *RACES):
        yield Part("demographics", "demographics", demographic_rows, (column,), column)
    yield Part("enrollments", "enrollments", enrollment_rows)
    yield Part("enrollments", "roles", role_enrollment_rows)
    for place in range(min(schools, MOST_SCHOOLS)):
        yield Part("enrollments", "users", user_enrollment_rows, (place,), f"school {place + 1}")
    yield Part("marks", "results", mark_rows)
    yield Part("attendance", "absences", absence_rows)
    yield Part("staff", "users", staff_rows)


def note_students(writer: Writer, source: OneRoster) -> None:
    """Finds the students of the native tables and their spells, which parts join; before the first of them."""
    for name, found in ((STUDENTS, found_students), (SPELLS, found_spells)):
        made = f'CREATE OR REPLACE TEMP TABLE "{name}" AS'
        query_script(found, source).run_within(writer.connection, made, {})


def is_asked_for(part: Part, source: OneRoster) -> bool:
    """Whether the district says enough for a part: which results are course marks, and where absences are."""
    declared = {"marks": bool(source.marks_in), "attendance": source.absences is not None}
    return declared.get(part.table, True)


def most_schools(writer: Writer) -> int:
    """The most schools that a user names."""
    ((most,),) = writer.records(query_script(longest_list))
    return int(most or 0)


def longest_list() -> ir.Table:
    """The length of the longest list of orgs."""
    rows = native("users")
    return rows.aggregate(most=parts_of(rows.orgSourcedIds).length().max())


def rows_by_origin(
    connection: duckdb.DuckDBPyConnection, rows: str, part: Part, file: NativeFile, *, earlier: bool
) -> Iterator[CanonicalRows]:
    """Rows of a table or query: those of this package's file, and of files before it where there are any."""
    for origin, called in ((NOW, file.name), (EARLIER, f"{file.name} of an earlier load")):
        of_origin = f"FROM {rows} WHERE origin = {origin}"
        if origin == NOW or (earlier and connection.execute(f"SELECT 1 {of_origin} LIMIT 1").fetchall()):
            malformed = file.malformed if origin == NOW else None
            whole = f"{called} ({part.part})" if part.part else called
            found = f"SELECT * EXCLUDE (origin) {of_origin}"
            yield CanonicalRows(part.table, whole, connection, found, malformed)
