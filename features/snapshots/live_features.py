"""Live features: one student's raw records, given in a request, through the same engine as everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import duckdb
import pyarrow as pa

from features.definitions.catalog import SERVABLE
from features.engine.column_types import DUCKDB_TYPES, IBIS_TYPES
from features.engine.concurrent_enrollments import any_overlap
from features.engine.script_cache import query_script
from features.engine.snapshot_query import SnapshotQuery, snapshot_script
from features.engine.sql_script import execute
from features.engine.view import View, school_year_of
from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.errors import Refused
from features.language.cohorts import Cohort
from features.snapshots.sent_enrollments import day_of
from features.snapshots.shown_records import SHOWN_COLUMNS
from features.snapshots.snapshot import Snapshot, snapshot_from_rows
from features.table_schema import ENVELOPE, Column, Table
from features.tables import TABLES

RecordsByTable = Mapping[str, Sequence[Mapping[str, object]]]

SNAPSHOT_TABLES = (
    "terms",
    "school_terms",
    "calendar_days",
    "attendance_submissions",
    "section_enrollments",
    *(name for name in TABLES if name in SHOWN_COLUMNS),
)
"""The tables that a snapshot reads: calendars, and those whose records are shown as evidence."""


def snapshot_of_records(
    feature_set_name: str,
    as_of: date,
    tables: RecordsByTable,
    *,
    cohort: Cohort | None = None,
    first_day: date | None = None,
    policies: ViewPolicies = AS_BEFORE,
) -> Snapshot:
    """The snapshot of the students of these records; without a row when nobody in it belongs to the cohort.

    `tables` holds rows of the canonical tables, `calendar_days` of the student's schools among them: of this school
    year, and of the one before where its records are to count. `first_day` is a day of the district's first school
    week, which another of its schools may have; that of these rows where it is not given. `policies` are those of the
    district. A row of `terms` that names a school is of `school_terms`. Raises Refused for a row that its table does
    not allow.
    """
    feature_set, tables = SERVABLE[feature_set_name], with_school_terms_apart(tables)
    connection = duckdb.connect(config={"threads": "1"})
    try:
        for name in SNAPSHOT_TABLES:
            create_table(connection, TABLES[name], tables.get(name, ()), as_of)
        firsts = first_days(tables.get("calendar_days", ()))
        policies = replace(
            policies,
            has_overlaps=bool(query_script(any_overlap).rows(connection, {})),
            has_sections=policies.periods.a_day is not None and bool(tables.get("section_enrollments")),
            has_school_terms=bool(tables.get("school_terms")),
        )
        year = school_year_of(firsts, as_of) or 0
        view = View(as_of, year, first_day=first_day or dict(firsts).get(year), policies=policies)
        script = snapshot_script(SnapshotQuery(feature_set, view.shape, cohort))
        return snapshot_from_rows(feature_set, view, script.frame(connection, view.values))
    finally:
        connection.close()


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


def first_days(calendar: Sequence[Mapping[str, object]]) -> list[tuple[int, date]]:
    """The first day of instruction of each school year in these rows."""
    firsts: dict[int, date] = {}
    for row in calendar:
        if row.get("in_session"):
            year, day = int(str(row["school_year"])), day_of(row["date"])
            firsts[year] = min(day, firsts.get(year, day))
    return list(firsts.items())


def text_cell(value: object, column: Column) -> str | None:
    """A value as text, which DuckDB casts to the column's type: a date may come as one or as its ISO text."""
    if value is None:
        return None
    return day_of(value).isoformat() if column.kind == "date" else str(value)


def superseding(table: Table) -> str:
    """SQL for the given rows in their order, each with the load of the next version of its record, as ingest has it."""
    key = ", ".join(f'"{column}"' for column in table.key)
    versions = f"OVER (PARTITION BY {key} ORDER BY CAST(known_on AS DATE), CAST(load_id AS BIGINT))"
    following = f"greatest(CAST(load_id AS BIGINT), lead(CAST(load_id AS BIGINT)) {versions})"
    replaced = f"CASE WHEN lead(load_id) {versions} IS NULL THEN NULL ELSE {following} END"
    said = f"SELECT * EXCLUDE (place) REPLACE ({replaced} AS superseded_by_load) FROM given"  # noqa: S608 - our own names
    return f"{said} ORDER BY place"


def create_table(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Mapping[str, object]], as_of: date
) -> None:
    """The canonical table with these rows, each known on its own `known_on` or else on the as-of date."""
    columns = (*table.columns, *ENVELOPE)
    types = ", ".join(f'"{c.name}" {DUCKDB_TYPES[IBIS_TYPES[c.kind]]}' for c in columns)
    execute(connection, f'CREATE TABLE "{table.name}" ({types})')
    if not rows:
        return
    envelope: dict[str, object] = {"district_id": "live", "known_on": as_of, "load_id": 1, "withdrawn": False}
    whole = [{**envelope, **row} for row in rows]
    try:
        given = {c.name: pa.array([text_cell(row.get(c.name), c) for row in whole], pa.string()) for c in columns}
        connection.register("given", pa.table({**given, "place": pa.array(range(len(rows)))}))
        execute(connection, f'INSERT INTO "{table.name}" BY NAME {superseding(table)}')
        connection.unregister("given")
    except (duckdb.Error, pa.ArrowException, ValueError) as error:
        raise Refused(f"{table.name}: a row does not fit the table ({type(error).__name__})") from None
