"""Records of other districts, of students who moved here: in tables beside the district's own, at schools with a mark.

The district's own tables hold none of them, so that whatever reads those alone (loads and what they withdraw, cohorts,
labels, the ledger, checks) is the same with and without.
"""

import ibis
import ibis.expr.types as ir

from features.engine.stored_tables import schema_of
from features.table_schema import ELSEWHERE
from features.tables import TABLES

OF_STUDENTS = ("enrollments", "attendance", "marks", "incidents", "discipline_actions")
"""Tables of a student's records that can come from another district."""

OF_SCHOOLS = ("calendar_days", "school_terms")
"""Tables that say how the other district counts days and terms: they come with any spell."""

TRANSFERRED = (*OF_SCHOOLS, *OF_STUDENTS)


def transferred_name(table: str) -> str:
    """What the table is called that holds other districts' records of a table."""
    return f"transferred_{table}"


def transferred_table(name: str) -> ir.Table:
    """Other districts' records of a canonical table, in its columns; `district_id` says whose they are."""
    return ibis.table(schema_of(TABLES[name]), name=transferred_name(name))


def with_transferred(name: str, rows: ir.Table) -> ir.Table:
    """A canonical table's rows and those of other districts, where it is one of which they have any."""
    return rows.union(transferred_table(name)) if name in TRANSFERRED else rows


def is_elsewhere(rows: ir.Table) -> ir.BooleanValue:
    """Which rows are of a school of another district."""
    return rows.school_id.startswith(ELSEWHERE)


def of_this_district(rows: ir.Table) -> ir.Table:
    """The rows of the district's own schools."""
    return rows.filter(~is_elsewhere(rows))
