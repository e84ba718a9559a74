"""Scripts that share their steps read what they would read alone, and each step is made once."""

from datetime import date

import duckdb
import ibis
import ibis.expr.types as ir
import pytest

from features.engine.compilation import Steps, compile_script
from features.engine.parameters import number_parameter
from features.engine.shared_steps import SharedSteps, steps_shared
from features.engine.sql_script import Script

NUMBERS = ("numbers", "SELECT unnest([1, 2, 3]) AS n")
MORE = ("more", "SELECT n FROM \"numbers\" WHERE n > GETVARIABLE('least')")
AHEAD = ("ahead_more", "SELECT n FROM \"ahead_numbers\" WHERE n > GETVARIABLE('ahead_least')")
SUM = Script((NUMBERS, MORE), 'SELECT sum(n) AS n FROM "more"', ("least",))
COUNT = Script((NUMBERS, MORE), 'SELECT count(*) AS n FROM "more"', ("least",))
SUM_AHEAD = Script((("ahead_numbers", NUMBERS[1]), AHEAD), 'SELECT sum(n) AS n FROM "ahead_more"', ("ahead_least",))


def answer(shared: SharedSteps, script: Script, least: date | int) -> int:
    """What a script says over shared steps, its parameter having this value."""
    values = dict.fromkeys(script.parameters, least)
    ((found,),) = shared.over(script, values).rows(shared.connection, values)
    assert isinstance(found, int)
    return found


def standing(connection: duckdb.DuckDBPyConnection) -> int:
    """How many temporary tables and views there are."""
    return len(connection.execute("SHOW TABLES").fetchall())


def test_what_two_scripts_read_is_made_once_also_under_another_name() -> None:
    """Three scripts of two steps each leave two tables; their answers are those of each alone."""
    with duckdb.connect() as connection, steps_shared(connection) as shared:
        assert [answer(shared, script, 1) for script in (SUM, COUNT, SUM_AHEAD)] == [5, 2, 5]
        assert standing(connection) == 2


def test_another_value_of_a_parameter_is_another_step() -> None:
    """The step without the parameter is shared, the one with it is not."""
    with duckdb.connect() as connection, steps_shared(connection) as shared:
        assert [answer(shared, SUM, least) for least in (0, 1, 2)] == [6, 5, 3]
        assert standing(connection) == 4
        with pytest.raises(duckdb.Error):
            answer(shared, SUM, date(2026, 1, 1))


def test_steps_are_gone_afterwards_and_named_ones_with_their_time() -> None:
    """A named step can be read by its name for a time; no table stays behind."""
    with duckdb.connect() as connection:
        with steps_shared(connection) as shared:
            with shared.named(SUM, {"least": 1}, ["more"]):
                assert connection.execute('SELECT sum(n) FROM "more"').fetchall() == [(5,)]
            with pytest.raises(duckdb.CatalogException):
                connection.execute('SELECT * FROM "more"')
        assert standing(connection) == 0


def test_what_is_no_cohorts_own_stands_for_the_next_cohort_and_members_do_not() -> None:
    """Of a cohort's members, and of all that reads them, nothing is left; terms stand until the longer time ends."""
    of_members = ("seen_marks_of_members", 'SELECT 10 * n AS n FROM "seen_members"')
    terms = ("seen_terms_of_members", NUMBERS[1])
    script = Script(
        (("seen_members", NUMBERS[1].replace("3", "4")), of_members, terms),
        'SELECT (SELECT sum(n) FROM "seen_marks_of_members") + sum(n) AS n FROM "seen_terms_of_members"',
    )
    with duckdb.connect() as connection:
        with steps_shared(connection) as longer:
            for _ in range(2):
                with steps_shared(connection, longer) as shared:
                    assert answer(shared, script, 0) == 76
                    assert standing(connection) == 3
                ((left,),) = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
                assert left.startswith("seen_terms_of_members_")
        assert standing(connection) == 0


def test_a_step_that_is_a_view_is_read_and_dropped_as_one() -> None:
    """Alone and shared, a script with a view says the same; only the table under it is a table."""
    doubled = ("doubled", 'SELECT 2 * n AS n FROM "numbers"')
    script = Script((NUMBERS, doubled), 'SELECT sum(n) AS n FROM "doubled"', (), frozenset({"doubled"}))
    with duckdb.connect() as connection:
        assert script.rows(connection, {}) == [(12,)]
        with steps_shared(connection) as shared:
            assert answer(shared, script, 0) == 12
            kinds = connection.execute("SELECT table_type FROM information_schema.tables").fetchall()
            assert sorted(kinds) == [("LOCAL TEMPORARY",), ("VIEW",)]
        assert standing(connection) == 0


def test_a_view_cannot_have_parameters() -> None:
    """Another script could give them other values before the view is read."""
    steps = Steps()
    last = steps.view("known", lambda: ibis.table({"n": "int64"}, name="numbers").filter(ibis._.n > least()))
    with pytest.raises(ValueError, match="a view has parameters"):
        compile_script(last, steps)


def least() -> ir.IntegerScalar:
    """A parameter."""
    return number_parameter("least")


def test_a_step_is_the_same_text_in_every_process() -> None:
    """Ibis names left out columns in the order of a set, another one in each process: two scripts shared no step."""
    columns, others = ([f"{name}_{place}" for place in range(10, most)] for name, most in (("left", 18), ("kept", 50)))
    left = ibis.table(dict.fromkeys([*columns, *others], "int64"), name="numbers").drop(*columns)
    sql = compile_script(left).sql
    named = [sql.index(f'"{name}"') for name in columns]
    assert named == sorted(named)
