"""Stints with one entry date: rows of one student, school and entry that end on different days."""

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.findings import Finding
from features.ingest.staging_tables import parsed_table, update_rows
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.writer import Writer


def keep_longer_stints(writer: Writer) -> list[Finding]:
    """Marks the shorter of several stints with one entry date as `again`, and says how many there were."""
    shorter = query_script(shorter_stints)
    rows = writer.count(shorter)
    if not rows:
        return []
    update_rows(writer, TABLES["enrollments"], ["again"], shorter)
    stints = "stint" if rows == 1 else "stints"
    said = f"{rows:,} {stints} with the entry date of a longer one of the student and school: the longer one counts"
    return [Finding("NOTE13", "enrollments", None, "entry_date", said)]


def shorter_stints() -> ir.Table:
    """Rows that end before another one of the same record, known on the same day, ends."""
    rows = parsed_table("enrollments")
    rows = rows.filter(rows.rule.isnull() & ~rows.deleted)
    key = [*key_of(TABLES["enrollments"]), "known_on"]
    several = rows.group_by(key).aggregate(
        n=rows.count(), last=rows.exit_date.max(), is_open=rows.exit_date.isnull().any()
    )
    both = rows.inner_join(several.filter(several.n > 1), key)
    shorter = both.exit_date.notnull() & (both.is_open | (both.exit_date < both["last"]))
    return both.filter(shorter).select("file", "row", again=ibis.literal(True))
