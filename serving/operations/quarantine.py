"""Rows that an import left in quarantine, copied for the API: the web never opens a warehouse."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.store.cell_types import JsonRow
from serving.store.operation_rows import ImportQuarantineRow, OperationRow

if TYPE_CHECKING:
    from features.warehouse.reader import Reader

COLUMNS = ("table_name", "file", "row", "rule", "broken", "expected", "shown", "student_id", "record")
PRIVATE = ("student_id", "record")
"""Columns that hold what files say of a student."""
WAITING = (
    f"SELECT {', '.join(COLUMNS)} FROM quarantine WHERE superseded_by_load IS NULL AND list_contains(?, file) "  # noqa: S608 - our own names
    "ORDER BY table_name, file, row, rule LIMIT ?"
)
MOST_ROWS = 100_000
"""Rows of one import that are kept for the API; the warehouse has all."""
PART = 1_000
KEPT = timedelta(days=30)


def waiting_rows(reader: "Reader", files: Sequence[str]) -> list[JsonRow]:
    """The rows of some files that wait in quarantine."""
    rows = reader.connection.execute(WAITING, [list(files), MOST_ROWS]).fetchall()
    return [cast(JsonRow, dict(zip(COLUMNS, row, strict=True))) for row in rows]


def keep_quarantine(session: Session, row: OperationRow, rows: Sequence[JsonRow], now: datetime) -> None:
    """Keeps the rows of an import's quarantine, in place of those kept before; removes those of old imports."""
    old = select(OperationRow.operation_id).where(
        OperationRow.district_id == row.district_id, OperationRow.ended_at < now - KEPT
    )
    own = ImportQuarantineRow.district_id == row.district_id
    session.execute(delete(ImportQuarantineRow).where(own, ImportQuarantineRow.operation_id.in_(old)))
    session.execute(delete(ImportQuarantineRow).where(own, ImportQuarantineRow.operation_id == row.operation_id))
    for part, first in enumerate(range(0, len(rows), PART)):
        some = list(rows[first : first + PART])
        session.add(
            ImportQuarantineRow(district_id=row.district_id, operation_id=row.operation_id, part=part, rows=some)
        )


def quarantine_part(
    session: Session, district_id: str, operation_id: str, part: int, *, values: bool
) -> tuple[list[JsonRow], bool]:
    """A thousand rows of an import's quarantine, and whether more follow; values masked unless they may be seen."""
    row = session.get(ImportQuarantineRow, (district_id, operation_id, part))
    following = session.get(ImportQuarantineRow, (district_id, operation_id, part + 1))
    rows = row.rows if row else []
    return [one if values else masked(one) for one in rows], following is not None


def every_row(session: Session, district_id: str, operation_id: str, *, values: bool) -> Iterator[JsonRow]:
    """Every row of an import's quarantine, a thousand in memory at a time."""
    part, more = 0, True
    while more:
        rows, more = quarantine_part(session, district_id, operation_id, part, values=values)
        yield from rows
        session.expunge_all()
        part += 1


def masked(row: JsonRow) -> JsonRow:
    """A row without whose it is, and with the shape of its value: letters as x, digits as 9."""
    shown = row["shown"]
    return {**row, **dict.fromkeys(PRIVATE), "shown": None if shown is None else shape_of(str(shown))}


def shape_of(text: str) -> str:
    """The shape of a text."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", text))
