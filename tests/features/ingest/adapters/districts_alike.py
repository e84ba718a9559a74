"""Two warehouses of the same district, held against each other record by record."""

from pathlib import Path

import duckdb

from features.engine.stored_tables import schema_of
from features.table_schema import ENVELOPE
from features.tables import TABLES

APART = {column.name for column in ENVELOPE}


def differences(ours: Path, theirs: Path, tables: tuple[str, ...], without: dict[str, tuple[str, ...]]) -> list[str]:
    """The tables in which current records differ, with how many; columns that a format cannot carry left out."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        for name, path in (("ours", ours), ("theirs", theirs)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        found = []
        for table in tables:
            one, other = (records(name, table, without.get(table, ())) for name in ("ours", "theirs"))
            sides = (f"{one} EXCEPT ALL {other}", f"{other} EXCEPT ALL {one}")
            lacking, more = (connection.execute(f"SELECT count(*) FROM ({side})").fetchall()[0][0] for side in sides)
            if lacking or more:
                found.append(f"{table}: {lacking} of ours, {more} of theirs")
        return found


def records(warehouse: str, table: str, without: tuple[str, ...]) -> str:
    """SQL of a table's current records, students by the district's own id."""
    names = [name for name in schema_of(TABLES[table]) if name not in APART and name not in without]
    current = f"FROM {warehouse}.{table} AS r WHERE r.superseded_by_load IS NULL AND NOT r.withdrawn"
    if table == "students" or "student_key" not in names:
        return f"SELECT {', '.join(name for name in names if name != 'student_key')} {current}"
    own = ", ".join(f"r.{name}" for name in names if name != "student_key")
    ids = f"(SELECT DISTINCT student_key, student_id FROM {warehouse}.students)"
    return f"SELECT s.student_id, {own} {current.replace('AS r', f'AS r JOIN {ids} AS s USING (student_key)')}"
