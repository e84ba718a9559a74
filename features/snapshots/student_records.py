"""A cohort's records as pages show them, in columns: what changed since they were written, and which a feature counted.

Records are told apart by what is shown of them. A record's number is its place among the student's records of its
table, in the order of what is shown; records that look alike share one.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from operator import or_

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.members import Members
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.language.records import Measure
from features.snapshots.record_contents import (
    CHANGED,
    KEPT_TABLES,
    WRITTEN,
    added_script,
    changes_script,
    digests_script,
    kept_name,
    kept_rows,
    kept_table,
    record_hash,
)
from features.snapshots.shown_records import (
    SHOWN_COLUMNS,
    NamedFeature,
    SeenRecords,
    features_by_table,
    is_counted,
    kept_as,
    records_seen,
    seen_records,
    weeks_of,
)
from features.warehouse.reader import Reader

READ_BY_OTHERS = ("attendance", "marks")
"""Tables whose records stand already, for features: a view of them is enough."""
GIVEN = "given_reasons"
MOST_FEATURES = 60
"""Features that are held against a record at once, a bit for each."""


@ibis.udf.scalar.builtin(name="to_json")  # type: ignore[untyped-decorator]  # Ibis tells no types
def numbers_as_json(value: dt.Array(dt.int64)) -> str:  # type: ignore[valid-type]
    """Numbers as a JSON text, by DuckDB."""
    raise NotImplementedError(value)


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

    def added_since(self, day: date, changed: pd.Index) -> pd.DataFrame:
        """What became known of each changed student after a day: `student_key`, `content` and its `digest`."""
        numbers = pa.table({"student_key": self.keys.get_indexer(changed)})
        with self.registered(CHANGED, numbers):
            rows = self.reader.run(added_script(), {"added_since": day})
        return rows.assign(student_key=self.keys[rows["student_key"]])

    def counted(self, feature_set: type[FeatureSet], given: pd.DataFrame) -> pd.DataFrame:
        """The records behind each given reason (`student_key`, `code`): with `numbers`, a JSON list of theirs.

        The script of a table is one for all of its features, whichever are given: it is compiled once.
        """
        found, numbers = [], self.keys.get_indexer(pd.Index(given["student_key"]))
        for table, every in features_by_table(feature_set, feature_set.defined()).items():
            seen = seen_records(table, self.cohort, feature_set)
            for own in in_batches(every):
                place = pd.Index([name for name, _ in own]).get_indexer(pd.Index(given["code"].astype("str")))
                if (here := place >= 0).any():
                    rows = pa.table({"student_key": numbers[here], "place": place[here]})
                    with self.registered(GIVEN, rows):
                        part = self.reader.run(numbers_script(seen, own, self.view.shape), self.view.values)
                    found.append(part.assign(code=[own[one][0] for one in part["place"]]))
        every_one = pd.concat(found, ignore_index=True) if found else NOTHING_COUNTED
        return every_one.assign(student_key=self.keys[every_one["student_key"]])

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


def in_batches(features: Sequence[NamedFeature]) -> Iterator[tuple[NamedFeature, ...]]:
    """Features, at most MOST_FEATURES at once."""
    for start in range(0, len(features), MOST_FEATURES):
        yield tuple(features[start : start + MOST_FEATURES])


@contextmanager
def student_records(reader: Reader, cohort: Cohort, view: View) -> Iterator[StudentRecords]:
    """A time in which the records of a cohort stand in columns, for one run."""
    script = kept_script(cohort, view.shape)
    names = [kept_name(table) for table in KEPT_TABLES]
    with reader.sharing_steps() as sharing, sharing.named_steps(script, view.values, names):
        keys = sharing.run(script, view.values)["student_key"]
        yield StudentRecords(sharing, cohort, view, pd.Index(keys))


@cached_script
def kept_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for the records of a cohort, a step for each table; the last query gives the students' keys."""
    steps = CompiledSteps()
    members = Members(VisibleTables(shape, steps=steps), cohort)
    seen = members.tables.of(members)
    for table in KEPT_TABLES:
        keep = steps.view if table in READ_BY_OTHERS else steps.kept
        keep(kept_name(table), partial(kept_rows, table, seen))
    return compile_script(members.table().select("student_key").order_by("student_key"), steps)


@cached_script
def numbers_script(seen: SeenRecords, own: tuple[NamedFeature, ...], shape: ViewShape) -> Script:
    """DuckDB's SQL for the records that given features of a table counted, beside the kept records.

    A record is held against all features at once: bit by bit, those that count it and those that are given.
    """
    steps, table = CompiledSteps(), kept_as(seen.table)
    given = ibis.table({"student_key": "int64", "place": "int64"}, name=GIVEN)
    asked = given.group_by("student_key").aggregate(asked=(ibis.literal(1, "int64") << given.place).bit_or())
    rows = records_seen(seen, shape, steps).inner_join(asked, "student_key")
    counting = (is_any(measures, rows).cast("int64") << place for place, (_, measures) in enumerate(own))
    hits = rows.select("student_key", record=record_hash(table, rows), bits=reduce(or_, counting) & rows.asked)
    placed = hits.filter(hits.bits != 0).mutate(place=ibis.range(len(own)).unnest())
    counted = placed.filter((placed.bits >> placed.place) & 1 == 1).select("student_key", "record", "place")
    kept = numbered_records(table, given)
    found = counted.inner_join(kept, ["student_key", "record"])
    grouped = found.group_by("student_key", "place").aggregate(numbers=found.number.collect(order_by=found.number))
    return compile_script(grouped.mutate(numbers=numbers_as_json(grouped.numbers)), steps)


def is_any(measures: Iterable[Measure], rows: ir.Table) -> ir.BooleanValue:
    """Rows that any of some measures counts."""
    return ibis.coalesce(ibis.or_(*(is_counted(measure, rows) for measure in measures)), ibis.literal(False))


def numbered_records(table: str, given: ir.Table) -> ir.Table:
    """The distinct records of students who are given a reason, each with its `number`."""
    own = kept_table(table).semi_join(given, "student_key")
    number = ibis.dense_rank().over(group_by="student_key", order_by=list(SHOWN_COLUMNS[table]))
    return own.mutate(number=number).select("student_key", "record", "number").distinct()


@cached_script
def numbered_weeks_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for the weeks of each student by number."""
    steps = CompiledSteps()
    members = Members(VisibleTables(shape, steps=steps), cohort)
    rows = weeks_of(members.tables.of(members))
    return compile_script(rows.select("week", "days", "missed", student="student_key"), steps)
