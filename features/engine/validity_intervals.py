"""Versions of records with the days on which each was in force: made once for all dates of a school year.

A view of one date ranks the versions of a record that it sees. Which of them is in force on any other date follows from
the same order, so that a date then reads the rows whose interval it lies in, and nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import duckdb
import ibis
import ibis.expr.types as ir

from features.engine.known_records import BOOKKEEPING
from features.engine.parameters import number_parameter
from features.engine.script_cache import query_script
from features.engine.stored_tables import schema_of, stored_table
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.tables import PROTECTED_TABLES, TABLES

if TYPE_CHECKING:
    from features.engine.members import Members

INTERVALS = "intervals"
"""What the database of the intervals is called; it is in memory, and every reader of the warehouse sees it."""

STUDENTS = "numbered_students"
"""Whose records are in it: their keys, and the numbers that stand in their place."""

NOT_RECORDS = {*PROTECTED_TABLES, "students", "caseloads", "supports", "schools", "staff", "attendance_submissions"}
INTERVAL_TABLES = tuple(name for name, one in TABLES.items() if one.from_source and name not in NOT_RECORDS)
"""The tables that snapshots read by versions."""


class IntervalTables(VisibleTables):
    """The same records read from their intervals, by students' numbers; `intervals_made` makes them."""

    def of(self, _members: "Members") -> Self:
        """The same: the intervals hold no records but those of possible members."""
        return self

    def versions_in_force(self, name: str) -> ir.Table:
        """Of each record the version in whose interval the as-of date lies."""
        rows = made_table(name, interval_schema(name))
        lasts = ibis.coalesce(rows.in_force_until > self.as_of, True)
        in_force = rows.filter((rows.known_on <= self.as_of) & lasts).drop("in_force_until")
        return self.with_days_decided(in_force) if name == "calendar_days" else in_force

    def marks_posted(self) -> ir.Table:
        """Lines of reports with `years_ago` and `posted`, which the intervals tell: nothing to be made once."""
        marks = self.rows("marks")
        return marks.mutate(years_ago=self.school_year - marks.school_year)

    def numbered(self, members: ir.Table) -> ir.Table:
        """Members with their own keys and the numbers by which the intervals know them."""
        students = numbered_students()
        joined = members.inner_join(students, members.student_key == students.number)
        others = [members[column] for column in members.columns if column != "student_key"]
        return joined.select(students.student_key, *others, students.number)


def made_table(name: str, schema: ibis.Schema) -> ir.Table:
    """A table of the intervals' database."""
    return ibis.table(schema, name=name, catalog=INTERVALS, database="main")


def numbered_students() -> ir.Table:
    """Students with their numbers, which are in the order of their keys."""
    return made_table(STUDENTS, ibis.schema({"student_key": "string", "number": "int64"}))


def interval_schema(name: str) -> ibis.Schema:
    """The columns of records but for those of versions, students by number; `in_force_until`, `posted` of marks."""
    numbered = {"student_key": "int64"} if "student_key" in schema_of(TABLES[name]) else {}
    posted = {"posted": "date"} if name == "marks" else {}
    kept = {column: kind for column, kind in schema_of(TABLES[name]).items() if column not in BOOKKEEPING}
    return ibis.schema({**kept, **numbered, "in_force_until": "date", **posted})


def students_of(cohort: Cohort) -> ir.Table:
    """Everyone who may be of a cohort on a day of the school year, whatever becomes known of it."""
    spells = stored_table("enrollments")
    then = spells.school_year == number_parameter("school_year")
    enrolled = spells.filter(then & spells.grade_level.isin(cohort.grade_levels))
    students = enrolled.select("student_key").distinct()
    return students.mutate(number=ibis.row_number().over(order_by="student_key"))


def number_of_students(cohort: Cohort) -> ir.Table:
    """How many they are."""
    return students_of(cohort).aggregate(students=ibis._.count())


def students_within(connection: duckdb.DuckDBPyConnection, cohort: Cohort, school_year: int) -> int:
    """How many students may be of a cohort in a school year."""
    ((students,),) = query_script(number_of_students, cohort).rows(connection, {"school_year": school_year})
    return int(str(students))


def intervals_of(name: str) -> ir.Table:
    """Every version of a table's records from `known_on` to the day before `in_force_until`, none where it lasts.

    The last version known replaces those before in the order in which a view ranks them; the current one replaces them
    all. Withdrawn versions only end others.
    """
    versions, key = of_students(stored_table(name)), list(TABLES[name].key)
    is_replaced = versions.superseded_by_load.notnull()
    current, replaced = versions.filter(~is_replaced), versions.filter(is_replaced)
    following = replaced.known_on.lead().over(group_by=key, order_by=["known_on", "load_id"])
    ranked, last = replaced.mutate(following=following), current.select(*key, begins="known_on").view()
    ended = ranked.left_join(last, key).select(
        *[ranked[column] for column in replaced.columns], in_force_until=ibis.least(ranked.following, last.begins)
    )
    lasting = current.mutate(in_force_until=ibis.null("date"))
    found = ended.filter(ibis.coalesce(ended.in_force_until > ended.known_on, True)).union(lasting)
    if name == "marks":
        first = replaced.group_by(key).aggregate(first=replaced.known_on.min()).view()
        posted = ibis.least(found.known_on, ibis.coalesce(first.first, found.known_on))
        found = found.left_join(first, key).select(found, posted=posted)
    return found.filter(~found.withdrawn).select(*interval_schema(name))


def of_students(versions: ir.Table) -> ir.Table:
    """The versions of those students, by number; all of a table that names no student."""
    if "student_key" not in versions.columns:
        return versions
    joined = versions.inner_join(numbered_students(), "student_key")
    return joined.select(*[c for c in versions.columns if c != "student_key"], student_key="number")


@contextmanager
def intervals_made(connection: duckdb.DuckDBPyConnection, cohort: Cohort, school_year: int) -> Iterator[None]:
    """A time in which the intervals of the records of a school year's cohorts exist."""
    scripts = {STUDENTS: query_script(students_of, cohort)}
    scripts |= {name: query_script(intervals_of, name) for name in INTERVAL_TABLES}
    connection.execute(f"ATTACH ':memory:' AS {INTERVALS} (READ_WRITE)")
    try:
        for name, script in scripts.items():
            script.run_within(connection, f'CREATE TABLE {INTERVALS}.main."{name}" AS', {"school_year": school_year})
        yield
    finally:
        connection.execute(f"DETACH {INTERVALS}")
