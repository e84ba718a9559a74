"""The type of each kind of column, as Ibis and DuckDB call it."""

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
