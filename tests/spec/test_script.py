"""Compiled scripts: no day and no year stands in them, and they find what the same query with literals finds."""

from collections.abc import Iterable, Iterator
from datetime import date

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.definitions.grade9 import NinthGrade
from features.engine import sql_script
from features.engine.compilation import Steps
from features.engine.parameters import Parameter
from features.engine.snapshot_query import SnapshotQuery, snapshot, snapshot_script
from features.engine.sql_script import Script
from features.engine.view import PLAIN, Values, View, ViewShape
from features.language.feature_set import FeatureSet, Outcome, enrolled
from features.language.measures import measures_in
from features.snapshots.labels import label_script
from features.snapshots.shown_records import features_by_table, seen_records
from features.snapshots.snapshot import build_snapshot, build_snapshots
from features.snapshots.student_records import kept_script, numbered_weeks_script, numbers_script
from features.way_back.current_courses import course_script
from features.way_back.remaining_finals import earlier_finals_script
from features.way_back.remaining_year import WayBackShape, standing_script
from features.way_back.rule_bounds import rule_bounds
from tests.drawn import reader, school_days
from tests.spec.drawn_snapshots import FULL

WITH_EVERY_MEASURE: list[type[FeatureSet]] = [NinthGrade, FEATURE_SETS["grades10_12"]]
"""Feature sets that have together what any has."""
HORIZON = ViewShape("horizon", has_through=True, has_term_from=True)
SETS = pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
RULES = pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=lambda one: one.name)
DRAWN = {
    "calendar_days": school_days(date(2025, 9, 1), 150),
    "enrollments": "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |",
    "attendance": "| student_id | date |\n| ada | 2025-10-02 |\n| ada | 2025-11-04 |",
}


def dates_in(script: Script) -> Iterator[str]:
    """The statements of a script that name a day."""
    for sql in (*(step for _, step in script.steps), script.sql):
        if "MAKE_DATE(" in sql.upper() or " DATE '" in sql.upper():
            yield sql


@SETS
def test_a_snapshots_script_names_no_day(feature_set: type[FeatureSet]) -> None:
    script = snapshot_script(SnapshotQuery(feature_set))
    assert not list(dates_in(script))
    assert {"as_of", "school_year"} <= set(script.parameters)


@RULES
def test_nor_does_that_of_labels(outcome: Outcome) -> None:
    script = label_script(outcome, PLAIN, HORIZON)
    assert not list(dates_in(script))
    assert {"as_of", "school_year", "horizon_as_of", "horizon_through"} <= set(script.parameters)


@SETS
def test_nor_does_that_of_evidence(feature_set: type[FeatureSet]) -> None:
    cohort = feature_set.cohort
    scripts = [kept_script(cohort, PLAIN), numbered_weeks_script(cohort, PLAIN)]
    for table, named in features_by_table(feature_set, feature_set.features()).items():
        seen = seen_records(table, cohort, feature_set)
        scripts.append(numbers_script(seen, named, PLAIN))
    assert not [sql for script in scripts for sql in dates_in(script)]


@pytest.mark.parametrize("name", ["grade9_off_track_chicago", "chronic_absence_10_12", "core_f_next_term_9"])
def test_nor_does_that_of_a_way_back(name: str) -> None:
    outcome = OUTCOMES[name]
    ahead = ViewShape("ahead", has_through=True, has_term_from=outcome.horizon.kind == "term")
    asked = WayBackShape(outcome, rule_bounds(outcome), outcome.cohort, PLAIN, ahead)
    scripts = [standing_script(asked), course_script(asked), earlier_finals_script(PLAIN)]
    assert not [sql for script in scripts for sql in dates_in(script)]


@pytest.mark.parametrize(
    "feature_set", FEATURE_SETS.values() if FULL else WITH_EVERY_MEASURE, ids=lambda one: str(one.name)
)
def test_a_parameter_does_what_a_literal_does(feature_set: type[FeatureSet]) -> None:
    """As an engine without variables takes it; `make properties` asks it of every feature set."""
    grade = f"| ada | 2026 | 2025-09-01 | {feature_set.cohort.grade_levels[-1]} |"
    enrolled = f"| student_id | school_year | entry_date | grade_level |\n{grade}"
    records, view, steps = reader({**DRAWN, "enrollments": enrolled}), View(date(2025, 11, 20), 2026), Steps()
    last = snapshot(SnapshotQuery(feature_set), steps)
    for name, step in steps.made.items():
        sql = ibis.to_sql(with_values(step, view.values), dialect="duckdb")
        records.connection.execute(f'CREATE TEMP TABLE "literal_{name}" AS {sql}')
        records.connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS FROM "literal_{name}"')
    literal = records.frame(str(ibis.to_sql(with_values(last, view.values), dialect="duckdb")))
    for name in steps.made:
        records.connection.execute(f'DROP VIEW "{name}"')
    found = records.run(snapshot_script(SnapshotQuery(feature_set)), view.values)
    assert len(found) == 1
    pd.testing.assert_frame_equal(found, literal, check_exact=True)


def with_values(expression: ir.Table, values: Values) -> ir.Table:
    """The expression with literals in the place of its parameters."""
    found = expression.op().find(Parameter)
    literals = {one: ops.Literal(values[one.label], one.dtype) for one in found}
    return expression.op().replace(literals).to_expr()


def test_a_parameter_without_a_value_is_an_error() -> None:
    """DuckDB would read it as missing, and find nobody."""
    script = Script((), "SELECT getvariable('as_of')", ("as_of",))
    with pytest.raises(KeyError, match="as_of"):
        script.frame(duckdb.connect(), {"school_year": 2026})


def test_each_cursor_has_parameters_of_its_own() -> None:
    script, connection = Script((), "SELECT getvariable('school_year') AS year", ("school_year",)), duckdb.connect()
    cursors = [connection.cursor(), connection.cursor()]
    for year, cursor in zip((2025, 2026), cursors, strict=True):
        script.set_parameters(cursor, {"school_year": year})
    assert [cursor.execute(script.sql).fetchall() for cursor in cursors] == [[(2025,)], [(2026,)]]


def test_a_statement_that_is_parsed_once_finds_the_tables_of_each_connection() -> None:
    """Also where a table of another shape came in place of the first one."""
    script = Script((), "SELECT * FROM one_and_many", ())
    for rows in ("SELECT 1 AS n", "SELECT 'two' AS word, 2 AS n"):
        connection = duckdb.connect()
        for n in range(2):
            connection.execute(f"CREATE OR REPLACE TABLE one_and_many AS {rows} FROM range({n + 1})")
            assert script.rows(connection, {}) == connection.execute(f"{rows} FROM range({n + 1})").fetchall()


def test_no_more_statements_are_kept_than_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_script, "MOST_PARSED", 3)
    monkeypatch.setattr(sql_script, "PARSED", {})
    assert [Script((), f"SELECT {n}").rows(duckdb.connect(), {}) for n in range(9)] == [[(n,)] for n in range(9)]
    assert len(sql_script.PARSED) == 3


def test_snapshots_of_several_dates_are_those_of_each() -> None:
    """In the order asked for, taken side by side."""
    records = reader(DRAWN)
    days = [date(2025, 11, 20), date(2025, 9, 30), date(2025, 10, 31)]
    found = build_snapshots(records, FEATURE_SETS["grade9"], days)
    assert [one.as_of for one in found] == days
    for one in found:
        alone = build_snapshot(records, FEATURE_SETS["grade9"], one.as_of)
        pd.testing.assert_frame_equal(one.features, alone.features, check_exact=True)
    assert [one.features["unexcused_days"].iloc[0] for one in found] == [2, 0, 1]


def test_a_script_of_one_cohort_is_not_that_of_another() -> None:
    """Nor is one that leaves out later loads."""
    middle = FEATURE_SETS["grades6_8"]
    scripts = [
        snapshot_script(SnapshotQuery(middle)),
        snapshot_script(SnapshotQuery(middle, cohort=enrolled(8))),
        snapshot_script(SnapshotQuery(middle, cohort=enrolled(8, on_census_day=True))),
        snapshot_script(SnapshotQuery(middle, ViewShape(has_loads_through=True))),
    ]
    assert len(set(scripts)) == len(scripts)


def measures_of(feature_sets: Iterable[type[FeatureSet]]) -> set[str]:
    """What the features of these sets measure."""
    defined = [feature for one in feature_sets for feature in one.defined().values()]
    return {repr(measure) for feature in defined for measure in measures_in(feature.quantity)}


def test_two_feature_sets_have_the_measures_of_all() -> None:
    assert measures_of(FEATURE_SETS.values()) == measures_of(WITH_EVERY_MEASURE)
