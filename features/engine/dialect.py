"""The dialect of SQL that a task compiles its scripts to: DuckDB's, unless its records are read by another engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from features.engine.sql_script import Dialect

DIALECT: ContextVar[Dialect] = ContextVar("dialect", default="duckdb")
"""A thread that a task starts has DuckDB's again: no script of another engine is compiled by accident."""


def current_dialect() -> Dialect:
    """The dialect of this task."""
    return DIALECT.get()


@contextmanager
def compiling_for(dialect: Dialect) -> Iterator[None]:
    """A time in which scripts are compiled to a dialect."""
    token = DIALECT.set(dialect)
    try:
        yield
    finally:
        DIALECT.reset(token)
