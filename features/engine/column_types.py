"""The type of each kind of column, as Ibis and DuckDB call it."""

from functools import cache

import ibis.expr.datatypes as dt
from ibis.backends.sql.datatypes import DuckDBType

from features.table_schema import Kind

IBIS_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "int64",
    "date": "date",
    "boolean": "boolean",
    "hundredths": "int64",
    "real": "float64",
    "student": "string",
    "assigned": "string",
}

DUCKDB_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "boolean": "BOOLEAN", "float64": "DOUBLE"}
"""DuckDB's name of each Ibis type."""


@cache
def duckdb_type(kind: dt.DataType) -> str:
    """DuckDB's name of any Ibis type."""
    return str(DuckDBType.to_string(kind))
