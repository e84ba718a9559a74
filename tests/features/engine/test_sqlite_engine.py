"""Databases in memory: what lies beside the rows of a request stays, the rows of a request never do."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from features.engine.sql_script import Script
from features.engine.sqlite_engine import MOST_IDLE, MOST_USED, Cell, RowsByTable, SqliteEngine, run
from features.table_schema import ENVELOPE, Column, Table

NAMES = ("days", "records")
TABLES = [Table(name, name, ("said",), (Column("said", "text", name),)) for name in NAMES]
SCRIPT = Script((("both", "SELECT said FROM days UNION ALL SELECT said FROM records"),), "SELECT said FROM both")


def rows_of(name: str, *said: str) -> RowsByTable:
    """Rows of a table, each with a text."""
    return {name: [(one, *(None for _ in ENVELOPE)) for one in said]}


def seen(engine: SqliteEngine, given: RowsByTable, beside: RowsByTable) -> list[tuple[Cell, ...]]:
    """What a script sees of these rows."""
    with engine.rows(SCRIPT, given, beside=beside) as connection:
        return list(run(connection, SCRIPT, {}).rows)


def test_each_use_sees_its_own_rows_and_those_beside_them_and_no_others() -> None:
    engine, fall, spring = SqliteEngine(TABLES), rows_of("days", "fall"), rows_of("days", "spring")
    for beside, said in ((fall, "fall"), (fall, "fall"), (spring, "spring"), (fall, "fall")):
        assert seen(engine, rows_of("records", "amara"), beside) == [(said,), ("amara",)]
    assert seen(engine, {}, {}) == []


def test_a_database_that_waits_holds_no_row_of_a_student() -> None:
    engine, fall = SqliteEngine(TABLES), rows_of("days", "fall")
    assert len(seen(engine, rows_of("records", "amara"), fall)) == 2
    (waiting,) = engine.idle
    held = {name: waiting.connection.execute(f'SELECT said FROM "{name}"').fetchall() for name in (*NAMES, "both")}
    assert held == {"days": [("fall",)], "records": [], "both": []}


def test_two_at_a_time_have_a_database_each() -> None:
    engine, fall = SqliteEngine(TABLES), rows_of("days", "fall")
    with engine.rows(SCRIPT, rows_of("records", "amara"), beside=fall) as first:
        assert seen(engine, rows_of("records", "ben"), fall) == [("fall",), ("ben",)]
        assert run(first, SCRIPT, {}).rows == [("fall",), ("amara",)]
    assert len(engine.idle) == 2


def test_many_at_a_time_leave_few_databases_behind() -> None:
    engine = SqliteEngine(TABLES)

    def use(name: str) -> list[tuple[Cell, ...]]:
        with engine.rows(SCRIPT, rows_of("records", name)) as connection:
            time.sleep(0.002)  # all the others come meanwhile
            return list(run(connection, SCRIPT, {}).rows)

    names = [f"student {number}" for number in range(10 * MOST_USED)]
    with ThreadPoolExecutor(len(names)) as threads:
        assert list(threads.map(use, names)) == [[(name,)] for name in names]
    assert len(engine.idle) <= MOST_USED


def test_of_many_scripts_those_used_last_keep_a_database_and_the_others_are_closed() -> None:
    engine, scripts = SqliteEngine(TABLES), [replace(SCRIPT, sql=f"SELECT {n} FROM both") for n in range(MOST_IDLE + 1)]
    with engine.rows(scripts[0], {}) as first:
        pass
    for script in scripts[1:]:
        with engine.rows(script, {}):
            pass
    assert [one.script for one in engine.idle] == scripts[1:]
    with pytest.raises(sqlite3.ProgrammingError):
        first.execute("SELECT 1")
