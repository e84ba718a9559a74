"""Errors of PostgreSQL without the values of rows, which its driver would repeat."""

from psycopg import Error
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError


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
