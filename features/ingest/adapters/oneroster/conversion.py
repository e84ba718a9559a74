"""The conversion of a OneRoster package into rows of canonical tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb
import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.adapters.adapter import Adapter, CanonicalRows, Conversion
from features.ingest.adapters.oneroster.cells import parts_of
from features.ingest.adapters.oneroster.native_tables import (
    EARLIER,
    NOTHING,
    NOW,
    NativeFile,
    keep_tables,
    kept_names,
    native,
    read_package,
    remove_gone,
)
from features.ingest.adapters.oneroster.package import RACES, files_read, package_of
from features.ingest.adapters.oneroster.people import demographic_rows, staff_rows, student_rows
from features.ingest.adapters.oneroster.schools_and_marks import mark_rows, school_rows, term_rows
from features.ingest.adapters.oneroster.spells import enrollment_rows, role_enrollment_rows, user_enrollment_rows
from features.ingest.findings import DataRefused, Finding
from features.sources.declaration import Source
from features.sources.oneroster import OneRoster, OneRosterCsv
from features.warehouse.file import open_scratch
from features.warehouse.writer import Writer

SETTINGS = {*OneRoster.model_fields} - {*Source.model_fields}
"""The settings on which rows depend."""

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
    yield Part("staff", "users", staff_rows)


def convert(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of all that the source holds: this package, and what it builds on."""
    source = source_of(conversion)
    package = package_of(conversion.arrival)
    with open_scratch(conversion.scratch) as connection:
        writer = Writer(connection)
        files = read_package(writer, package, conversion.kept)
        remove_gone(writer)
        refuse_unknown_categories(writer, source)
        given = {*files, *kept_names(conversion.kept)}
        keep_tables(writer, sorted(given), conversion.keeps)
        told: set[str] = set()
        for part in parts_of_package(most_schools(writer)):
            if part.table in conversion.arrival.owned and part.native in given and is_asked_for(part, source):
                script, values = query_script(part.rows, source, *part.given), {"load_day": conversion.today}
                file = files.get(part.native, NativeFile(f"{part.native}.csv", NOTHING))
                file = file if part.native not in told else file.well_formed
                with script.steps_made(connection, values):
                    yield from rows_of_part(connection, script.sql, part, file, earlier=conversion.kept is not None)
                told.add(part.native)


def source_of(conversion: Conversion) -> OneRosterCsv:
    """What the settings of the source say of its rows: the same for a package and an API, wherever it lies."""
    source = conversion.arrival.source
    if not isinstance(source, OneRoster):
        raise TypeError(f"not a OneRoster package: {source.kind}")
    return OneRosterCsv.model_validate(source.model_dump(include=SETTINGS))


def refuse_unknown_categories(writer: Writer, source: OneRoster) -> None:
    """Raise DataRefused where there are results, and no category has a title that the district names."""
    titles = [str(title) for (title,) in writer.records(query_script(category_titles))]
    if source.marks_in and titles and not {*source.marks_in} & {*titles}:
        expected = f"expected a title of `marks_in`, {', '.join(source.marks_in)}; there are {', '.join(titles[:10])}"
        raise DataRefused([Finding("SRC05", "categories.csv", None, "title", expected)])


def category_titles() -> ir.Table:
    """The titles of categories, where there are results at all."""
    titles = native("categories").filter(ibis._.title.notnull()).select("title").distinct().order_by("title")
    return titles.filter(native("results").count().as_scalar() > 0)


def is_asked_for(part: Part, source: OneRoster) -> bool:
    """Whether the district says enough for a part: which results are course marks it must name."""
    return part.table != "marks" or bool(source.marks_in)


def most_schools(writer: Writer) -> int:
    """The most schools that a user names."""
    ((most,),) = writer.records(query_script(longest_list))
    return int(most or 0)


def longest_list() -> ir.Table:
    """The length of the longest list of orgs."""
    rows = native("users")
    return rows.aggregate(most=parts_of(rows.orgSourcedIds).length().max())


def rows_of_part(
    connection: duckdb.DuckDBPyConnection, sql: str, part: Part, file: NativeFile, *, earlier: bool
) -> Iterator[CanonicalRows]:
    """The rows that a query gives of this package's file, and of files before it where there may be some.

    Where there may be some, the query is run once, into a table.
    """
    rows = f"({sql})"
    if earlier:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE part_rows AS {sql}")
        rows = "part_rows"
    for origin, called in ((NOW, file.name), (EARLIER, f"{file.name} of an earlier load")):
        of_origin = f"FROM {rows} WHERE origin = {origin}"
        if origin == NOW or (earlier and connection.execute(f"SELECT 1 {of_origin} LIMIT 1").fetchall()):
            malformed = file.malformed if origin == NOW else None
            whole = f"{called} ({part.part})" if part.part else called
            found = f"SELECT * EXCLUDE (origin) {of_origin}"
            yield CanonicalRows(part.table, whole, connection, found, malformed)


ONEROSTER_CSV = Adapter(
    reads=files_read,
    convert=convert,
    covers={"demographics": "all", "staff": "all"},
)
"""A OneRoster CSV package."""
