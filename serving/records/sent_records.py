"""Records that programs send one by one: kept as they were sent last, and loaded together before the next run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from features.table_schema import key_of
from features.tables import TABLES
from serving.store.cell_types import JsonObject
from serving.store.sent_record_rows import SentRecordRow

SENT = ("attendance", "marks", "incidents", "enrollments")
"""Tables whose records can be sent one by one."""


@dataclass(frozen=True)
class RecordName:
    """What a program calls a record of a student: its table, and its own id of it."""

    student_key: str
    table: str
    record_id: str


class KeyTaken(Exception):  # noqa: N818 - no error of ours
    """Another record of the student has the same key."""


def find_record(
    session: Session, district_id: str, name: RecordName, *, to_change: bool = False
) -> SentRecordRow | None:
    """A record as it was sent last; held until the transaction ends where it is to be changed."""
    key = (district_id, name.student_key, name.table, name.record_id)
    return session.get(SentRecordRow, key, with_for_update=to_change)


def send_record(
    session: Session, district_id: str, name: RecordName, content: JsonObject, *, subject: str, at: datetime
) -> SentRecordRow:
    """Keeps a record as it is now; the same again changes nothing. KeyTaken where another one has its key."""
    row = find_record(session, district_id, name)
    if row is not None and not row.deleted and without_known_on(row.content) == without_known_on(content):
        return row
    refuse_taken_key(session, district_id, name, content)
    if row is None:
        row = SentRecordRow(
            district_id=district_id, student_key=name.student_key, table_name=name.table, record_id=name.record_id,
            revision=0, settled=0, loaded=None, load_id=None,
        )  # fmt: skip
        session.add(row)
    row.content, row.deleted, row.errors = content, False, []
    row.revision, row.subject, row.sent_at = row.revision + 1, subject, at
    session.flush()
    return row


def take_back_record(session: Session, row: SentRecordRow, *, subject: str, at: datetime) -> None:
    """Takes a record back; again changes nothing."""
    if not row.deleted:
        row.deleted, row.errors = True, []
        row.revision, row.subject, row.sent_at = row.revision + 1, subject, at
        session.flush()


def without_known_on(content: JsonObject) -> JsonObject:
    """What a record says, apart from when it became known."""
    return {name: value for name, value in content.items() if name != "known_on"}


def refuse_taken_key(session: Session, district_id: str, name: RecordName, content: JsonObject) -> None:
    """KeyTaken where another record of the student, under another id, has the same key."""
    others = select(SentRecordRow).where(
        SentRecordRow.district_id == district_id,
        SentRecordRow.student_key == name.student_key,
        SentRecordRow.table_name == name.table,
        SentRecordRow.record_id != name.record_id,
        ~SentRecordRow.deleted,
    )
    if any(key_in(name.table, row.content) == key_in(name.table, content) for row in session.scalars(others)):
        raise KeyTaken


def key_in(table: str, content: Mapping[str, object]) -> tuple[object, ...]:
    """The key of a record."""
    return tuple(content.get(column) for column in key_of(TABLES[table]))


def waiting_since(session: Session, district_id: str) -> datetime | None:
    """Since when the oldest change waits; None where none does."""
    oldest = select(func.min(SentRecordRow.sent_at)).where(
        SentRecordRow.district_id == district_id, SentRecordRow.revision > SentRecordRow.settled
    )
    return session.scalars(oldest).first()
