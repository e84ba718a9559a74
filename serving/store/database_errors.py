"""Errors of a database: which say that it was busy, and those of PostgreSQL without the values of rows."""

import sqlite3

from psycopg import Error
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

BUSY_STATES = frozenset({"40001", "40P01", "53300", "55P03", "57014"})
"""SQLSTATEs of a transaction that others stood in the way of: serialization, deadlock, too many connections, a lock
that did not come in time, a statement that took too long."""
FIRST_BYTE = 0xFF
"""SQLite's extended result codes keep the result code in it."""


def is_busy(error: Exception) -> bool:
    """Whether a request failed only because the database was busy: the same request may succeed a little later."""
    if isinstance(error, NoConnection):  # no connection became free
        return True
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & FIRST_BYTE in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(cause, Error) and cause.sqlstate in BUSY_STATES


def hide_values(context: ExceptionContext) -> None:
    """Leaves of an error its kind and the constraint, table or column that it is about."""
    error = context.original_exception
    if isinstance(error, Error) and error.sqlstate is not None:
        said = describe_error(error)
        error.args = (said,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (said,)


def describe_error(error: Error) -> str:
    """An error's kind, its SQLSTATE, and the names of what it is about."""
    about = (error.diag.constraint_name, error.diag.table_name, error.diag.column_name)
    return " ".join([type(error).__name__, str(error.sqlstate), *(name for name in about if name)])


def without_values(error: Error, statement: str) -> Exception:
    """The error as SQLAlchemy would raise it, without values."""
    error.args = (describe_error(error),)
    return DBAPIError.instance(statement, None, error, Error, hide_parameters=True)
