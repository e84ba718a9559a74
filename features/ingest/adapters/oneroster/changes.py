"""A package of changes alone: the canonical rows of the people whom they touch, and which of theirs are gone.

What the load before kept is the state before. Both states are converted for these people only, so that a night's work
grows with what changed. Rows of theirs that the second state lacks withdraw their records, as a whole package would.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.adapters.adapter import CanonicalRows, Conversion
from features.ingest.adapters.converted_rows import DELETED
from features.ingest.adapters.oneroster.native_tables import (
    EARLIER,
    NOTHING,
    NOW,
    NativeFile,
    columns_of,
    native,
    native_schema,
    remove_gone,
)
from features.ingest.adapters.oneroster.package import COLUMNS, Package
from features.ingest.adapters.oneroster.parts import (
    Part,
    is_asked_for,
    most_schools,
    note_students,
    parts_of_package,
    rows_by_origin,
)
from features.sources.oneroster import OneRosterCsv
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.writer import Writer, path_in_sql

PEOPLE: Mapping[str, str] = {
    "users": "sourcedId", "demographics": "sourcedId", "roles": "userSourcedId", "enrollments": "userSourcedId",
    "results": "studentSourcedId", "absences": "studentSourcedId",
}  # fmt: skip
"""The native tables whose rows are each of one person, and the column that says of whom."""

OF_ALL = ("orgs", "academicSessions", "courses", "categories")
"""The native tables of which a change may touch everybody."""

OF_BULK = ("schools", "terms")
"""Canonical tables that follow from those, and the level of a school from all its students: as the last whole one."""

STAYING = ("students",)
"""Canonical tables of which a record stays though the source has it no more."""

PART_ROWS = "part_rows"
"""The temporary table of the rows of one part."""

FEW, MOST_TOUCHED = 20, 0.05
"""People whom a package of changes may touch, and their share, to be converted alone. More are a load of everything,
in which `most_withdrawn` guards against a package that takes away too much."""

SETTINGS = "settings"
"""The file that says by which settings a folder was kept."""

FORM = 1
"""Counts up when conversion gives other rows of the same package."""


def settings_digest(conversion: Conversion) -> str:
    """What stands for the settings that a conversion depends on."""
    return hashlib.sha256(f"{FORM} {conversion.arrival.district.model_dump_json()}".encode()).hexdigest()


def note_settings(conversion: Conversion) -> None:
    """Notes the settings beside what is kept."""
    (conversion.keeps / SETTINGS).write_text(settings_digest(conversion), encoding="utf-8")


def has_changes_alone(writer: Writer, conversion: Conversion, package: Package) -> bool:
    """Whether a package, whose files were read, changes rows of some people only, on top of what is kept."""
    kept, arrival = conversion.kept, conversion.arrival
    files = [arrival.district.files[name] for name in arrival.owned if name in arrival.district.files]
    if kept is None or {*package.sent.values()} != {"delta"} or not (kept / SETTINGS).exists():
        return False
    same = (kept / SETTINGS).read_text(encoding="utf-8") == settings_digest(conversion)
    declared = any(one.kind == "delta" or one.covers or one.deletes for one in files)
    if not same or declared or any(writer.has_rows(f"native_{name}") for name in OF_ALL):
        return False
    for name in COLUMNS:
        writer.connection.execute(f'CREATE TEMP VIEW "kept_{name}" AS {kept_query(kept, name)}')
    touched = writer.create("touched", query_script(touched_people))
    ((users,),) = writer.connection.execute("SELECT count(*) FROM kept_users").fetchall()
    return bool(touched <= max(FEW, MOST_TOUCHED * users))


def kept(name: str) -> ir.Table:
    """A native table as the load before kept it."""
    return ibis.table(dict.fromkeys(columns_of(name), "string"), name=f"kept_{name}")


def sent(name: str) -> ir.Table:
    """A native table as the package has it: changes."""
    return ibis.table(native_schema(name), name=f"sent_{name}")


def touched_people() -> ir.Table:
    """The people whose rows change, by themselves or with a class or line item, as they were or as they will be."""
    people = []
    for name, column in PEOPLE.items():
        replaced = kept(name).semi_join(native(name), "sourcedId")
        people += [native(name).select(person=column), replaced.select(person=column)]
    lines = kept("lineItems").semi_join(native("classes"), [("classSourcedId", "sourcedId")]).select("sourcedId")
    lines = lines.union(native("lineItems").select("sourcedId")).distinct()
    marked = kept("results").semi_join(lines, [("lineItemSourcedId", "sourcedId")])
    members = kept("enrollments").semi_join(native("classes"), [("classSourcedId", "sourcedId")])
    absent = kept("absences").semi_join(native("classes"), [("classSourcedId", "sourcedId")])
    people += [one.select(person="studentSourcedId") for one in (marked, absent)]
    people.append(members.select(person="userSourcedId"))
    return ibis.union(*people).distinct()


def rows_before(name: str) -> ir.Table:
    """The kept rows of the people who are touched; all of a table whose rows are not of one person."""
    rows = kept(name)
    if name in PEOPLE:
        touched = ibis.table({"person": "string"}, name="touched")
        rows = rows.semi_join(touched, [(PEOPLE[name], "person")])
    numbered = rows.mutate(row=ibis.row_number().over(order_by="sourcedId") + 1)
    cells = {column: numbered[column] for column in columns_of(name)}
    return numbered.select("row", origin=ibis.literal(EARLIER).cast("int64"), **cells)


def rows_after(name: str) -> ir.Table:
    """The rows before with the changes in place of those that they replace."""
    columns = list(native_schema(name))
    return native(name).anti_join(sent(name), "sourcedId").select(*columns).union(sent(name).select(*columns))


def rows_kept_on(name: str) -> ir.Table:
    """All rows of a native table after the changes, which the next load builds on."""
    columns = list(columns_of(name))
    standing = native(name).filter(native(name).origin == NOW).select(*columns)
    return kept(name).anti_join(sent(name), "sourcedId").select(*columns).union(standing)


def convert_changes(
    writer: Writer, conversion: Conversion, source: OneRosterCsv, files: Mapping[str, NativeFile]
) -> Iterator[CanonicalRows]:
    """The rows of the people whom a package of changes touches, and the keys of those that are gone.

    Follows `has_changes_alone`: the native tables have the rows of the package, and it is known whom they touch.
    """
    begin_before(writer)
    changes = ChangedPeople(writer, conversion, source)
    changes.note_rows_before()
    for name in COLUMNS:
        writer.replace(f"native_{name}", query_script(rows_after, name))
    remove_gone(writer)
    keep_on(writer, conversion)
    yield from changes.rows(files)


def begin_before(writer: Writer) -> None:
    """Puts the changes aside, and the rows before of the people whom they touch into the native tables."""
    for name in COLUMNS:
        writer.connection.execute(f'ALTER TABLE "native_{name}" RENAME TO "sent_{name}"')
        writer.create(f"native_{name}", query_script(rows_before, name))


def kept_query(folder: Path, name: str) -> str:
    """The SQL of a native table as it is kept in a folder; empty where it is not."""
    path = folder / f"{name}.parquet"
    if path.exists():
        columns = ", ".join(f'"{column}"' for column in columns_of(name))
        return f"SELECT {columns} FROM read_parquet({path_in_sql(path)})"  # noqa: S608 - our own names
    nothing = ", ".join(f'NULL::VARCHAR AS "{column}"' for column in columns_of(name))
    return f"SELECT {nothing} WHERE false"


def keep_on(writer: Writer, conversion: Conversion) -> None:
    """Writes what the next load builds on; a table without changes is the file that is there."""
    for name in COLUMNS:
        held = (conversion.kept or conversion.keeps) / f"{name}.parquet"
        place = conversion.keeps / held.name
        if writer.has_rows(f"sent_{name}"):
            options = f"TO {path_in_sql(place)} (FORMAT parquet, COMPRESSION zstd)"
            query_script(rows_kept_on, name).run_within(writer.connection, "COPY (", {}, f") {options}")
        elif held.exists():
            copy_linked(held, place)


def copy_linked(held: Path, place: Path) -> None:
    """A file a second time, without its bytes where the disk can do so."""
    try:
        os.link(held, place)
    except OSError:
        shutil.copyfile(held, place)


@dataclass(frozen=True)
class ChangedPeople:
    """The conversion of the people who are touched, before and after the changes."""

    writer: Writer
    conversion: Conversion
    source: OneRosterCsv

    @property
    def parts(self) -> list[Part]:
        """The parts that rows of people give, as the native tables are now."""
        owned = [name for name in self.conversion.arrival.owned if name not in OF_BULK]
        found = parts_of_package(most_schools(self.writer))
        return [part for part in found if part.table in owned and is_asked_for(part, self.source)]

    def made(self, part: Part) -> str:
        """The temporary table of the rows of a part."""
        script = query_script(part.rows, self.source, *part.given)
        made = f"CREATE OR REPLACE TEMP TABLE {PART_ROWS} AS"
        script.run_within(self.writer.connection, made, {"load_day": self.conversion.today})
        return PART_ROWS

    def note_keys(self, part: Part, state: str) -> None:
        """Notes the keys of a part's rows in the temporary table of a state."""
        keys = ", ".join(f'"{name}"' for name in key_of(TABLES[part.table]))
        noted = f"SELECT {keys} FROM {PART_ROWS}"  # noqa: S608 - our own names
        self.writer.connection.execute(
            f'CREATE TEMP TABLE IF NOT EXISTS "{state}_{part.table}" AS FROM ({noted}) WHERE false'
        )
        self.writer.connection.execute(f'INSERT INTO "{state}_{part.table}" {noted}')

    def note_rows_before(self) -> None:
        """Notes the keys of the rows that there were."""
        note_students(self.writer, self.source)
        for part in self.parts:
            self.made(part)
            self.note_keys(part, "before")

    def rows(self, files: Mapping[str, NativeFile]) -> Iterator[CanonicalRows]:
        """The rows that there are, and the keys of those that are gone, which come last of each table."""
        note_students(self.writer, self.source)
        told, columns = set[str](), dict[str, list[str]]()
        for part in self.parts:
            file = files.get(part.native, NativeFile(f"{part.native}.csv", NOTHING))
            yield from self.rows_of(part, file if part.native not in told else file.well_formed)
            told.add(part.native)
            columns[part.table] = [one for one in self.writer.column_names(PART_ROWS) if one not in ("origin", "row")]
        for table in (name for name in columns if name not in STAYING):
            query = self.gone(table, columns[table])
            if self.writer.connection.execute(f"SELECT 1 FROM ({query}) LIMIT 1").fetchall():  # noqa: S608 - our own query
                yield CanonicalRows(table, f"{table} that are gone", self.writer.connection, query, changes=True)

    def rows_of(self, part: Part, file: NativeFile) -> Iterator[CanonicalRows]:
        """The rows of a part: of this package's file, and of files before it."""
        self.made(part)
        self.note_keys(part, "after")
        for one in rows_by_origin(self.writer.connection, PART_ROWS, part, file, earlier=True):
            yield replace(one, query=f"SELECT *, '' AS {DELETED} FROM ({one.query})", changes=True)  # noqa: S608 - our own query

    def gone(self, table: str, columns: Sequence[str]) -> str:
        """The query of the keys that there were and are no more, each as a row that is deleted."""
        keys = key_of(TABLES[table])
        of_row = {name: f'"{name}"' for name in keys} | {"known_on": f"'{self.conversion.today}'"}
        cells = ", ".join(f'{of_row.get(name, "NULL::VARCHAR")} AS "{name}"' for name in columns)
        both = f'SELECT * FROM "before_{table}" EXCEPT SELECT * FROM "after_{table}"'  # noqa: S608 - our own names
        return f"SELECT row_number() OVER () AS row, {cells}, 'yes' AS {DELETED} FROM ({both})"  # noqa: S608 - our own query
