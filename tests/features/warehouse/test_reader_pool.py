"""Two readers of a warehouse side by side: their steps, their threads, and what a failure leaves."""

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Barrier, Event

import duckdb
import pytest

from features.engine.sql_script import Script
from features.warehouse.reader import Reader
from features.warehouse.reader_pool import AT_ONCE, reader_pool

TOGETHER = 10.0
"""Seconds after which work that waits for the other piece is alone."""
TWICE = Script((("twice", "SELECT 2 * n AS n FROM numbers"),), 'SELECT sum(n) AS n FROM "twice"')


@pytest.fixture
def opened() -> Iterator[Reader]:
    """A reader of a database with three numbers and two threads."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(3)")
        yield Reader(connection)


def threads(reader: Reader) -> int:
    return int(reader.connection.execute("SELECT current_setting('threads')").fetchall()[0][0])


def temporary_tables(reader: Reader) -> set[str]:
    found = reader.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    return {name for (name,) in found}


def test_two_pieces_of_work_run_side_by_side(opened: Reader) -> None:
    both = Barrier(AT_ONCE)

    def work(reader: Reader) -> int:
        both.wait(TOGETHER)  # broken where nobody else comes
        return int(reader.run(TWICE)["n"].iloc[0])

    with reader_pool(opened) as pool:
        assert [one.result() for one in [pool.submit(work) for _ in range(2 * AT_ONCE)]] == [6] * 2 * AT_ONCE


def test_each_reader_keeps_its_own_steps_for_the_next_piece_of_work(opened: Reader) -> None:
    both = Barrier(AT_ONCE)

    def work(reader: Reader) -> set[str]:
        reader.run(TWICE)
        both.wait(TOGETHER)
        return temporary_tables(reader)

    with reader_pool(opened) as pool:
        first, again = ([one.result() for one in [pool.submit(work) for _ in range(AT_ONCE)]] for _ in range(2))
        assert [len(tables) for tables in (*first, *again)] == [1] * 2 * AT_ONCE
        assert first[0] == again[0]  # the same SQL is the same step, which is not made again
        assert not temporary_tables(opened)  # nobody else sees it
    assert not temporary_tables(opened)


def test_a_query_has_one_thread_until_the_pool_ends(opened: Reader) -> None:
    with reader_pool(opened) as pool:
        assert pool.submit(threads).result() == 1
    assert threads(opened) == 2


def test_what_work_raises_is_raised_where_it_is_asked_for_and_the_reader_is_lent_again(opened: Reader) -> None:
    def fails(reader: Reader) -> None:
        reader.frame("SELECT * FROM no_table")

    with reader_pool(opened) as pool:
        broken = [pool.submit(fails) for _ in range(2 * AT_ONCE)]
        after = pool.submit(lambda reader: int(reader.run(TWICE)["n"].iloc[0]))
        for one in broken:
            with pytest.raises(duckdb.CatalogException):
                one.result()
        assert after.result() == 6


def test_work_that_has_not_begun_is_left_where_the_time_ends_by_an_error(opened: Reader) -> None:
    begun, may_end = Barrier(AT_ONCE + 1), Event()
    running: list[Future[bool]] = []
    waiting: list[Future[int]] = []

    def first(_: Reader) -> bool:
        begun.wait(TOGETHER)
        return may_end.wait(TOGETHER)

    def refused() -> None:
        with reader_pool(opened) as pool:
            running.extend(pool.submit(first) for _ in range(AT_ONCE))
            waiting.append(pool.submit(threads))
            waiting[0].add_done_callback(lambda _: may_end.set())
            begun.wait(TOGETHER)
            raise KeyError("the check refuses the records")

    with pytest.raises(KeyError):
        refused()
    assert all(one.result() for one in running)  # what had begun goes on to its end
    assert waiting[0].cancelled()
    assert threads(opened) == 2
