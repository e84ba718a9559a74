"""The conversion of a OneRoster package into rows of canonical tables."""

from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.adapters.adapter import Adapter, CanonicalRows, Conversion
from features.ingest.adapters.oneroster.changes import PART_ROWS, convert_changes, has_changes_alone, note_settings
from features.ingest.adapters.oneroster.native_tables import (
    NOTHING,
    NativeFile,
    add_kept,
    keep_tables,
    kept_names,
    native,
    read_files,
    remove_gone,
)
from features.ingest.adapters.oneroster.package import files_read, package_of
from features.ingest.adapters.oneroster.parts import (
    Part,
    is_asked_for,
    most_schools,
    note_students,
    parts_of_package,
    rows_by_origin,
)
from features.ingest.findings import DataRefused, Finding
from features.sources.declaration import Source
from features.sources.oneroster import OneRoster, OneRosterCsv
from features.warehouse.file import open_scratch
from features.warehouse.writer import Writer

SETTINGS = {*OneRoster.model_fields} - {*Source.model_fields}
"""The settings on which rows depend."""


def convert(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of all that the source holds: this package, and what it builds on; or what changed."""
    source = source_of(conversion)
    package = package_of(conversion.arrival)
    with open_scratch(conversion.scratch) as connection:
        writer = Writer(connection)
        files = read_files(writer, package, conversion.kept)
        note_settings(conversion)
        if has_changes_alone(writer, conversion, package):
            yield from convert_changes(writer, conversion, source, files)
            return
        add_kept(writer, package, conversion.kept)
        remove_gone(writer)
        refuse_unknown_categories(writer, source)
        given = {*files, *kept_names(conversion.kept)}
        keep_tables(writer, sorted(given), conversion.keeps)
        yield from whole_rows(writer, conversion, source, {name: files.get(name, no_file(name)) for name in given})


def no_file(name: str) -> NativeFile:
    """A native file that did not come: its rows are of an earlier load."""
    return NativeFile(f"{name}.csv", NOTHING)


def whole_rows(
    writer: Writer, conversion: Conversion, source: OneRosterCsv, files: Mapping[str, NativeFile]
) -> Iterator[CanonicalRows]:
    """The rows of every part of which a native file is there."""
    told: set[str] = set()
    note_students(writer, source)
    for part in parts_of_package(most_schools(writer)):
        if part.table in conversion.arrival.owned and part.native in files and is_asked_for(part, source):
            file = files[part.native]
            yield from rows_of_part(writer, conversion, source, part, file.well_formed if file.name in told else file)
            told.add(file.name)


def rows_of_part(
    writer: Writer, conversion: Conversion, source: OneRosterCsv, part: Part, file: NativeFile
) -> Iterator[CanonicalRows]:
    """The rows of a part: those of a package that builds on nothing in one statement, others by a table."""
    script, values = query_script(part.rows, source, *part.given), {"load_day": conversion.today}
    if conversion.kept is None:
        with script.steps_made(writer.connection, values):
            yield from rows_by_origin(writer.connection, f"({script.sql})", part, file, earlier=False)
    else:
        script.run_within(writer.connection, f"CREATE OR REPLACE TEMP TABLE {PART_ROWS} AS", values)
        yield from rows_by_origin(writer.connection, PART_ROWS, part, file, earlier=True)


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


ONEROSTER_CSV = Adapter(
    reads=files_read,
    convert=convert,
    covers={"demographics": "all", "staff": "all"},
)
"""A OneRoster CSV package."""
