"""The canonical tables as Ibis sees them, not bound to any warehouse."""

from functools import cache

import ibis
import ibis.expr.types as ir

from features.engine.column_types import IBIS_TYPES
from features.table_schema import ENVELOPE, Table
from features.tables import TABLES


@cache
def schema_of(table: Table) -> ibis.Schema:
    """The warehouse schema of a canonical table."""
    return ibis.schema({c.name: IBIS_TYPES[c.kind] for c in dict.fromkeys((*table.columns, *ENVELOPE))})


def stored_table(name: str) -> ir.Table:
    """A canonical table, not bound to any warehouse."""
    return ibis.table(schema_of(TABLES[name]), name=name)
