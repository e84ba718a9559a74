"""Records of a cohort by what is shown of them: what stands for a time, its digests, and what to write of changes."""

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from features.engine.compilation import Steps, compile_script
from features.engine.parameters import day_parameter
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.visible_tables import VisibleTables
from features.snapshots.shown_records import ATTENDANCE_YEARS, SHOWN_COLUMNS

KEPT_TABLES = ("attendance", "marks", "incidents", "discipline_actions", "enrollments")
"""The tables whose records are kept: of attendance this school year's and the last one's, of others all."""
HASH_BITS = 2**44 - 1
"""What of a hash is summed: the sum of a hundred thousand of them is still a whole number of 64 bits."""
CHANGED, WRITTEN = "changed_students", "written_records"
COPIES = "*"
"""What stands between a number of copies and the name of a table."""


@ibis.udf.scalar.builtin(name="to_json")  # type: ignore[untyped-decorator]
def cells_as_json(value: dt.Array(dt.Array(dt.string))) -> str:  # type: ignore[valid-type]
    """Records as a JSON text, by DuckDB."""
    raise NotImplementedError(value)


@ibis.udf.scalar.builtin(name="from_json")  # type: ignore[untyped-decorator]
def cells_of_json(text: str, shape: str) -> dt.Array(dt.Array(dt.string)):  # type: ignore[valid-type]
    """Records of a JSON text, by DuckDB."""
    raise NotImplementedError(text, shape)


def kept_name(table: str) -> str:
    """What a table's records are called while a run is made."""
    return f"kept_{table}"


def kept_rows(table: str, seen: VisibleTables) -> ir.Table:
    """A table's records by what is shown of them, with their `record` (a hash)."""
    columns = SHOWN_COLUMNS[table]
    years = ATTENDANCE_YEARS if table == "attendance" else None
    rows = seen.marks_posted() if table == "marks" else seen.records(table, years=years)
    shown = rows.select("student_key", *columns)
    return shown.mutate(record=record_hash(table, shown))


def record_hash(table: str, rows: ir.Table) -> ir.IntegerColumn:
    """A number for what is shown of each record."""
    shown = {"table": ibis.literal(table), **{name: rows[name] for name in SHOWN_COLUMNS[table]}}
    return ibis.struct(shown).hash()


def kept_schema(table: str) -> ibis.Schema:
    """The columns of a table's kept records."""
    steps = Steps()
    return kept_rows(table, VisibleTables(steps=steps)).schema()


def kept_table(table: str) -> ir.Table:
    """A table's kept records, as a script reads them."""
    return ibis.table({**kept_schema(table), "student_key": "int64"}, name=kept_name(table))


@cached_script
def digests_script() -> Script:
    """DuckDB's SQL for the digest of each student's records."""
    return compile_script(
        digests_of(ibis.union(*(kept_table(table).select("student_key", "record") for table in KEPT_TABLES)))
    )


def digests_of(rows: ir.Table) -> ir.Table:
    """The `digest` of each student's rows: those of two parts of them add up to that of both."""
    parts = rows.mutate(part=rows.record & HASH_BITS)
    return parts.group_by("student_key").aggregate(digest=parts.part.sum().try_cast("int64"))


@cached_script
def changes_script() -> Script:
    """DuckDB's SQL for what changed of each changed student's records, as `StudentRecords.changes` says."""
    changed = ibis.table({"student_key": "int64"}, name=CHANGED)
    cells = [with_cells(table, kept_table(table).semi_join(changed, "student_key")) for table in KEPT_TABLES]
    every = ibis.union(*cells, written_cells().mutate(copies=-ibis._.copies))
    return compile_script(contents_of(every).order_by("student_key"))


@cached_script
def added_script() -> Script:
    """DuckDB's SQL for what became known of each changed student, as `StudentRecords.added_since` says."""
    changed, since = ibis.table({"student_key": "int64"}, name=CHANGED), day_parameter("added_since")
    dated = [table for table in KEPT_TABLES if "known_on" in SHOWN_COLUMNS[table]]
    added = {
        table: kept_table(table).filter(lambda rows: rows.known_on > since).semi_join(changed, "student_key")
        for table in dated
    }
    every = ibis.union(*(with_cells(table, rows) for table, rows in added.items()))
    digests = digests_of(ibis.union(*(rows.select("student_key", "record") for rows in added.values())))
    found = contents_of(every).inner_join(digests, "student_key")
    return compile_script(found.select("student_key", "content", "digest").order_by("student_key"))


def with_cells(table: str, rows: ir.Table) -> ir.Table:
    """Records as `cells`, each once (`copies`)."""
    return rows.select("student_key", cells=as_cells(table, rows), copies=ibis.literal(1, "int64"))


def contents_of(every: ir.Table) -> ir.Table:
    """Each student's records with their copies, which add up, as one `content`."""
    moved = every.group_by("student_key", "cells").aggregate(copies=every.copies.sum().try_cast("int64"))
    moved = moved.filter(moved.copies != 0)
    table = moved.cells[0]
    named = ibis.ifelse(moved.copies == 1, table, moved.copies.cast("string") + COPIES + table)
    told = moved.mutate(told=ibis.array([named]).concat(moved.cells[1:]))
    found = told.group_by("student_key").aggregate(content=told.told.collect(order_by=[told.told]))
    return found.mutate(content=cells_as_json(found.content))


def as_cells(table: str, rows: ir.Table) -> ir.ArrayColumn:
    """What is shown of records as lists of texts, which begin with the table."""
    return ibis.array([ibis.literal(table), *(rows[name].cast("string") for name in SHOWN_COLUMNS[table])])


def written_cells() -> ir.Table:
    """The records written before, each with its number of copies."""
    written = ibis.table({"student_key": "int64", "content": "string"}, name=WRITTEN)
    rows = written.select("student_key", cells=cells_of_json(written.content, '[["VARCHAR"]]').unnest())
    first = rows.cells[0].split(COPIES)
    several = first.length() > 1
    return rows.select(
        "student_key",
        cells=ibis.array([ibis.ifelse(several, first[1], first[0])]).concat(rows.cells[1:]),
        copies=ibis.ifelse(several, first[0].try_cast("int64"), ibis.literal(1, "int64")),
    )
