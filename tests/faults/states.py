"""What a warehouse says, whatever the clock and the random student keys were."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader

CLOCK = {"loaded_at"}
"""Columns that say when a load ran."""


@dataclass(frozen=True)
class State:
    """A digest over all rows of all tables, and how many loads there were."""

    digest: str
    loads: int


ABSENT = State("no warehouse", 0)


def state_of(warehouse: Path) -> State:
    """The state of a warehouse file."""
    if not warehouse.exists():
        return ABSENT
    with open_warehouse(warehouse) as reader:
        return state_in(reader)


def state_in(reader: Reader) -> State:
    """The state of an open warehouse; a student's id stands for the key, of which each student has one."""
    digest = sha256()
    for (table,) in reader.connection.execute("SHOW TABLES").fetchall():
        digest.update(f"{table}: {rows_of(reader, table)}\n".encode())
    keys, students = reader.connection.execute(
        "SELECT count(DISTINCT student_key), count(DISTINCT student_id) FROM students"
    ).fetchall()[0]
    digest.update(f"{keys} keys of {students} students".encode())
    (loads,) = reader.connection.execute("SELECT count(*) FROM loads").fetchall()[0]
    return State(digest.hexdigest(), loads)


def rows_of(reader: Reader, table: str) -> list[tuple[object, ...]]:
    """All rows of a table in order."""
    columns = [name for name, *_ in reader.connection.execute(f'DESCRIBE "{table}"').fetchall() if name not in CLOCK]
    said = ", ".join("known.student_id" if name == "student_key" else f'held."{name}"' for name in columns)
    known = "(SELECT DISTINCT student_key, student_id FROM students) known"
    join = f"LEFT JOIN {known} USING (student_key)" if "student_key" in columns else ""
    return reader.connection.execute(f'SELECT {said} FROM "{table}" held {join} ORDER BY ALL').fetchall()
