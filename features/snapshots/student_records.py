"""A cohort's records as pages show them, in columns: what changed since they were written, and which a feature counted.

Records are told apart by what is shown of them. A record's number is its place among the student's records of its
table, in the order of what is shown; records that look alike share one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import Steps, compile_script
from features.engine.members import Members
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.snapshots.shown_records import (
    ATTENDANCE_YEARS,
    SHOWN_COLUMNS,
    NamedFeature,
    SeenRecords,
    features_by_table,
    is_counted,
    kept_as,
    records_schema,
    seen_records,
    seen_script,
    weeks_of,
)
from features.snapshots.shown_records import RECORDS_STEP as SEEN
from features.warehouse.reader import Reader

KEPT_TABLES = ("attendance", "marks", "incidents", "discipline_actions", "enrollments")
"""The tables whose records are kept: of attendance this school year's and the last one's, of others all."""
READ_BY_OTHERS = ("attendance", "marks")
"""Tables whose records stand already, for features: a view of them is enough."""
HASH_BITS = 2**44 - 1
"""What of a hash is summed: the sum of a hundred thousand of them is still a whole number of 64 bits."""
GIVEN, CHANGED, WRITTEN = "given_reasons", "changed_students", "written_records"
COPIES = "*"
"""What stands between a number of copies and the name of a table."""


@ibis.udf.scalar.builtin(name="to_json")  # type: ignore[untyped-decorator]  # Ibis tells no types
def numbers_as_json(value: dt.Array(dt.int64)) -> str:  # type: ignore[valid-type]
    """Numbers as a JSON text, by DuckDB."""
    raise NotImplementedError(value)


@ibis.udf.scalar.builtin(name="to_json")  # type: ignore[untyped-decorator]
def cells_as_json(value: dt.Array(dt.Array(dt.string))) -> str:  # type: ignore[valid-type]
    """Records as a JSON text, by DuckDB."""
    raise NotImplementedError(value)


@ibis.udf.scalar.builtin(name="from_json")  # type: ignore[untyped-decorator]
def cells_of_json(text: str, shape: str) -> dt.Array(dt.Array(dt.string)):  # type: ignore[valid-type]
    """Records of a JSON text, by DuckDB."""
    raise NotImplementedError(text, shape)


@dataclass(frozen=True)
class StudentRecords:
    """The records of a cohort that a view shows, while they stand in temporary tables of the reader's connection.

    `keys` are the students' keys, sorted: a student's number is its place there.
    """

    reader: Reader
    cohort: Cohort
    view: View
    keys: pd.Index

    def digests(self) -> "pd.Series[int]":
        """A number for all records of each student (index `student_key`), another one where any record is another."""
        rows = self.reader.run(digests_script(), {}).set_index("student_key")["digest"]
        return rows.reindex(range(len(self.keys)), fill_value=0).set_axis(self.keys)

    def changes(self, written: pd.DataFrame, changed: pd.Index) -> pd.DataFrame:
        """What to add to what is written of each changed student: `student_key` and `content`.

        `written` has the contents written before of these students, in the same columns. A content is a JSON list of
        records, each a list of texts: its table, and what is shown of it. `-1*marks` takes one back.
        """
        numbers = self.keys.get_indexer(changed)
        before = pa.table(
            {
                "student_key": pa.array(self.keys.get_indexer(pd.Index(written["student_key"])), pa.int64()),
                "content": pa.array(written["content"], pa.string()),
            }
        )
        with self.registered(CHANGED, pa.table({"student_key": numbers})), self.registered(WRITTEN, before):
            rows = self.reader.run(changes_script(), {})
        return rows.assign(student_key=self.keys[rows["student_key"]])

    def counted(self, feature_set: type[FeatureSet], given: pd.DataFrame) -> pd.DataFrame:
        """The records behind each given reason (`student_key`, `code`): with `numbers`, a JSON list of theirs."""
        found = []
        rows = pa.table(
            {
                "student_key": pa.array(self.keys.get_indexer(pd.Index(given["student_key"])), pa.int64()),
                "code": pa.array(given["code"].astype("str"), pa.string()),
            }
        )
        with self.registered(GIVEN, rows):
            for table, own in features_by_table(feature_set, sorted(given["code"].unique())).items():
                seen = seen_records(table, self.cohort, feature_set)
                script = seen_script(seen, self.view.shape)
                with self.reader.named_steps(script, self.view.values, [SEEN]):
                    found.append(self.reader.run(numbers_script(seen, own), {}))
        every = pd.concat(found, ignore_index=True) if found else NOTHING_COUNTED
        return every.assign(student_key=self.keys[every["student_key"]])

    def weeks(self) -> pd.DataFrame:
        """Each student's weeks of this school year: `student` (the number), `week`, `days` enrolled, `missed`."""
        return self.reader.run(numbered_weeks_script(self.cohort, self.view.shape), self.view.values)

    @contextmanager
    def registered(self, name: str, rows: pa.Table) -> Iterator[None]:
        """A time in which scripts can read these rows by a name."""
        self.reader.connection.register(name, rows)
        try:
            yield
        finally:
            self.reader.connection.unregister(name)


NOTHING_COUNTED = pd.DataFrame({"student_key": pd.Series(dtype="int64"), "code": [], "numbers": []})


@contextmanager
def student_records(reader: Reader, cohort: Cohort, view: View) -> Iterator[StudentRecords]:
    """A time in which the records of a cohort stand in columns, for one run."""
    script = kept_script(cohort, view.shape)
    names = [kept_name(table) for table in KEPT_TABLES]
    with reader.sharing_steps() as sharing, sharing.named_steps(script, view.values, names):
        keys = sharing.run(script, view.values)["student_key"]
        yield StudentRecords(sharing, cohort, view, pd.Index(keys))


def kept_name(table: str) -> str:
    """What a table's records are called while a run is made."""
    return f"kept_{table}"


@cached_script
def kept_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for the records of a cohort, a step for each table; the last query gives the students' keys."""
    steps = Steps()
    members = Members(VisibleTables(shape, steps=steps), cohort)
    seen = members.tables.of(members)
    for table in KEPT_TABLES:
        keep = steps.view if table in READ_BY_OTHERS else steps.kept
        keep(kept_name(table), lambda table=table: kept_rows(table, seen))  # type: ignore[misc]
    return compile_script(members.table().select("student_key").order_by("student_key"), steps)


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
    rows = ibis.union(*(kept_table(table).select("student_key", "record") for table in KEPT_TABLES))
    parts = rows.mutate(part=rows.record & HASH_BITS)
    return compile_script(parts.group_by("student_key").aggregate(digest=parts.part.sum().try_cast("int64")))


@cached_script
def changes_script() -> Script:
    """DuckDB's SQL for what changed of each changed student's records, as `StudentRecords.changes` says."""
    changed = ibis.table({"student_key": "int64"}, name=CHANGED)
    now = [kept_table(table).semi_join(changed, "student_key") for table in KEPT_TABLES]
    cells = [
        rows.select("student_key", cells=as_cells(table, rows), copies=ibis.literal(1, "int64"))
        for table, rows in zip(KEPT_TABLES, now, strict=True)
    ]
    every = ibis.union(*cells, written_cells().mutate(copies=-ibis._.copies))
    moved = every.group_by("student_key", "cells").aggregate(copies=every.copies.sum().try_cast("int64"))
    moved = moved.filter(moved.copies != 0)
    table = moved.cells[0]
    named = ibis.ifelse(moved.copies == 1, table, moved.copies.cast("string") + COPIES + table)
    told = moved.mutate(told=ibis.array([named]).concat(moved.cells[1:]))
    found = told.group_by("student_key").aggregate(content=told.told.collect(order_by=[told.told]))
    return compile_script(found.mutate(content=cells_as_json(found.content)).order_by("student_key"))


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


@cached_script
def numbers_script(seen: SeenRecords, own: tuple[NamedFeature, ...]) -> Script:
    """DuckDB's SQL for the records that features of a table counted, read from `seen_script` and the kept records."""
    table, rows = kept_as(seen.table), ibis.table(records_schema(seen), name=SEEN)
    given = ibis.table({"student_key": "int64", "code": "string"}, name=GIVEN)
    kept = numbered_records(table, given)
    rows = rows.mutate(record=record_hash(table, rows))
    counted = ibis.union(
        *(
            rows.filter(ibis.or_(*(is_counted(measure, rows) for measure in measures)))
            .select("student_key", "record", code=ibis.literal(name))
            .semi_join(given, ["student_key", "code"])
            for name, measures in own
        )
    )
    found = counted.inner_join(kept, ["student_key", "record"])
    grouped = found.group_by("student_key", "code").aggregate(numbers=found.number.collect(order_by=found.number))
    return compile_script(grouped.mutate(numbers=numbers_as_json(grouped.numbers)))


def numbered_records(table: str, given: ir.Table) -> ir.Table:
    """The distinct records of students who are given a reason, each with its `number`."""
    own = kept_table(table).semi_join(given, "student_key")
    number = ibis.dense_rank().over(group_by="student_key", order_by=list(SHOWN_COLUMNS[table]))
    return own.mutate(number=number).select("student_key", "record", "number").distinct()


@cached_script
def numbered_weeks_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for the weeks of each student by number."""
    steps = Steps()
    members = Members(VisibleTables(shape, steps=steps), cohort)
    rows = weeks_of(members.tables.of(members))
    return compile_script(rows.select("week", "days", "missed", student="student_key"), steps)
