"""Readers of one warehouse for work side by side, each with a cursor and shared steps of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

import duckdb

from features.warehouse.reader import Reader

Found = TypeVar("Found")

AT_ONCE = 2
"""Pieces of work side by side: one alone leaves a core idle for part of its time."""


@dataclass(frozen=True)
class ReaderPool:
    """A pool of threads, and the readers that they lend to each piece of work, in the order in which it came."""

    threads: ThreadPoolExecutor
    readers: SimpleQueue[Reader]

    def submit(self, work: Callable[[Reader], Found]) -> Future[Found]:
        """What the work will find with a reader; what it raises is raised where that is asked for."""
        return self.threads.submit(self.lend, work)

    def lend(self, work: Callable[[Reader], Found]) -> Found:
        """What the work finds with the next reader that is free."""
        reader = self.readers.get()
        try:
            return work(reader)
        finally:
            self.readers.put(reader)


@contextmanager
def reader_pool(reader: Reader) -> Iterator[ReaderPool]:
    """A time in which a pool of readers of a warehouse works, each with one of DuckDB's threads.

    Where it ends by an error, work that has not begun is left.
    """
    with one_thread_each(reader.connection), ExitStack() as opened:
        readers: SimpleQueue[Reader] = SimpleQueue()
        for _ in range(AT_ONCE):
            own = reader.for_thread()
            opened.enter_context(closing(own.connection))
            readers.put(opened.enter_context(own.sharing_steps()))
        with ThreadPoolExecutor(AT_ONCE) as threads:
            try:
                yield ReaderPool(threads, readers)
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise


@contextmanager
def one_thread_each(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A time in which a query of DuckDB has one thread: where several run side by side, more are only in the way."""
    (threads,) = connection.execute("SELECT current_setting('threads')").fetchall()[0]
    connection.execute("SET threads = 1")
    try:
        yield
    finally:
        connection.execute(f"SET threads = {threads}")
