"""Live features: raw records of a few students, given in a request, through the same definitions as everything else.

The definitions are compiled to SQLite's SQL here: DuckDB plans each statement anew, which takes longer than the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from features.definitions.catalog import SERVABLE
from features.engine.concurrent_enrollments import any_overlap
from features.engine.script_cache import cached_script
from features.engine.snapshot_query import SnapshotQuery, live_script, named_quantities
from features.engine.sql_script import Script
from features.engine.sqlite_engine import Cell, FoundRows, RowsByTable, SqliteEngine, run
from features.engine.view import View, school_year_of
from features.engine.view_policies import AS_BEFORE, ViewPolicies, of_overlaps
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.snapshots.live_rows import RecordColumns, Records, position_of, stored_rows
from features.snapshots.sent_enrollments import SchoolYearDays, day_of, school_year_days
from features.snapshots.shown_records import SHOWN_COLUMNS
from features.snapshots.snapshot import Snapshot
from features.tables import TABLES

Row = Mapping[str, object]
RecordsByTable = Mapping[str, Sequence[Row]]
SentByTable = Mapping[str, Records]

SNAPSHOT_TABLES = (
    "terms",
    "school_terms",
    "calendar_days",
    "attendance_submissions",
    "section_enrollments",
    *(name for name in TABLES if name in SHOWN_COLUMNS),
)
"""The tables that a snapshot reads: calendars, and those whose records are shown as evidence."""

ROW_COLUMNS = ("school_id", "grade_level", "school_days", "days_before")
"""What a row of a snapshot says besides its key and quantities."""

SPELL = ("student_key", "school_year", "school_id", "entry_date")
"""What tells spells of enrollment apart; the first two, whose year one is of."""

ENGINE = SqliteEngine([TABLES[name] for name in SNAPSHOT_TABLES])
"""The databases of this process in which live records are read."""


@dataclass(frozen=True)
class LiveCalendar:
    """The calendars of some schools, as many requests read them: rows, and the days of instruction in them."""

    rows: RowsByTable
    firsts: tuple[tuple[int, date], ...]
    days: SchoolYearDays


def live_calendar(tables: RecordsByTable, as_of: date) -> LiveCalendar:
    """The calendar in rows of `calendar_days`, terms and `attendance_submissions`; Refused for a row that is none."""
    tables = with_school_terms_apart(tables)
    names = ("calendar_days", "terms", "school_terms", "attendance_submissions")
    rows = {name: stored_rows(TABLES[name], tables.get(name, ()), as_of) for name in names}
    days = tables.get("calendar_days", ())
    return LiveCalendar(rows, tuple(first_days(days)), school_year_days(days))


def snapshot_of_records(
    feature_set_name: str,
    as_of: date,
    tables: SentByTable,
    *,
    cohort: Cohort | None = None,
    first_day: date | None = None,
    policies: ViewPolicies = AS_BEFORE,
    calendar: LiveCalendar | None = None,
) -> Snapshot:
    """The snapshot of the students of these records; without a row when nobody in it belongs to the cohort.

    `tables` holds rows of the canonical tables, `calendar_days` of the student's schools among them where no `calendar`
    is given: of this school year, and of the one before where its records are to count. `first_day` is a day of the
    district's first school week, which another of its schools may have; that of these rows where it is not given.
    `policies` are those of the district. A row of `terms` that names a school is of `school_terms`. Raises Refused for
    a row that its table does not allow.
    """
    feature_set, calendar = SERVABLE[feature_set_name], calendar or live_calendar(in_rows(tables), as_of)
    own = [name for name in SNAPSHOT_TABLES if name not in calendar.rows]
    rows = {name: stored_rows(TABLES[name], tables.get(name, ()), as_of) for name in own}
    policies = replace(
        of_overlaps(policies, has_overlaps=has_overlaps(rows["enrollments"])),
        has_sections=policies.periods.a_day is not None and bool(rows["section_enrollments"]),
        has_school_terms=bool(calendar.rows["school_terms"]),
    )
    year = school_year_of(list(calendar.firsts), as_of) or 0
    view = View(as_of, year, first_day=first_day or dict(calendar.firsts).get(year), policies=policies)
    script = live_script_of(SnapshotQuery(feature_set, view.shape, cohort))
    with ENGINE.rows(script, rows, beside=calendar.rows) as connection:
        found = run(connection, script, view.values)
    return snapshot_of_few(feature_set, view, found)


def snapshot_of_few(feature_set: type[FeatureSet], view: View, found: FoundRows) -> Snapshot:
    """The snapshot in a few rows, whose columns are put together at once."""
    place = {name: at for at, name in enumerate(found.columns)}
    keys = pd.Index([row[place["student_key"]] for row in found.rows], dtype="str", name="student_key")
    names, context = columns_of(feature_set.name)
    numbers = np.array([[row[place[name]] for name in (*names, *context)] for row in found.rows], dtype=np.float64)
    numbers = numbers.reshape(len(keys), len(names) + len(context))
    own = {name: [row[place[name]] for row in found.rows] for name in ROW_COLUMNS}
    return Snapshot(
        feature_set=feature_set.name,
        as_of=view.as_of,
        school_year=view.school_year,
        features=pd.DataFrame(numbers[:, : len(names)], index=keys, columns=names),
        context=pd.DataFrame(numbers[:, len(names) :], index=keys, columns=context),
        peers=pd.DataFrame(index=keys),
        school=pd.Series(own["school_id"], index=keys, dtype="str"),
        grade=whole_numbers(own["grade_level"], keys),
        school_days=whole_numbers(own["school_days"], keys),
        days_before=whole_numbers(own["days_before"], keys),
        school_week=view.school_week,
    )


def whole_numbers(values: Sequence[Cell], keys: pd.Index) -> "pd.Series[int]":
    """Whole numbers of these students."""
    return pd.Series(np.array(values, dtype=np.int64), index=keys, dtype="int64")


@cache
def columns_of(name: str) -> tuple[pd.Index, pd.Index]:
    """The names of a feature set's own columns, and of those that the student does not own."""
    context = tuple(SERVABLE[name].context())
    own = [one for one in named_quantities(SERVABLE[name]) if one not in context]
    return pd.Index(own, dtype="str"), pd.Index(context, dtype="str")


@cache
def live_script_of(query: SnapshotQuery) -> Script:
    """The script of a snapshot, found once in a process: its digest takes longer than a request may."""
    return live_script(query)


def in_rows(tables: SentByTable) -> RecordsByTable:
    """The tables that are in rows, as a calendar is where it is sent at all."""
    return {name: rows for name, rows in tables.items() if not isinstance(rows, RecordColumns)}


def with_school_terms_apart(tables: RecordsByTable) -> RecordsByTable:
    """The records with terms of a school, which may come among the district's, in the table that is theirs."""
    own = [row for row in tables.get("terms", ()) if row.get("school_id")]
    if not own:
        return tables
    return {
        **tables,
        "terms": [row for row in tables["terms"] if not row.get("school_id")],
        "school_terms": [*tables.get("school_terms", ()), *own],
    }


def first_days(calendar: Iterable[Row]) -> list[tuple[int, date]]:
    """The first day of instruction of each school year in these rows."""
    firsts: dict[int, date] = {}
    for row in calendar:
        if row.get("in_session"):
            year, day = int(str(row["school_year"])), day_of(row["date"])
            firsts[year] = min(day, firsts.get(year, day))
    return list(firsts.items())


def has_overlaps(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether any two spells of a student and school year share a day; none do where each has a single one."""
    own = [position_of(TABLES["enrollments"], name) for name in SPELL]
    spells = {tuple(row[place] for place in own) for row in rows}
    if len({spell[:2] for spell in spells}) == len(spells):
        return False
    script = overlap_script()
    with ENGINE.rows(script, {"enrollments": rows}) as connection:
        return bool(run(connection, script, {}).rows)


@cache
def overlap_script() -> Script:
    """The script that finds spells that share a day, found once in a process."""
    return live_overlap_script()


@cached_script
def live_overlap_script() -> Script:
    """SQLite's SQL for a pair of spells that share a day."""
    from features.engine.sqlite_compilation import compile_for_sqlite  # which loads Ibis' compilers

    return compile_for_sqlite(any_overlap())
