"""Changes of a meeting that was called: its day, agenda and notes, or that there is one; what it said is kept."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.store.json_values import to_json_values
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.support_rows import RevisionRow
from serving.support.meetings import items_of
from serving.support.revisions import StaleRevision, keep_revision

KIND = "meeting"
KEPT_OF_ITEM = ("student_key", "why", "meaning", "decision", "owner", "due_on", "follow_up_id")
"""What is kept of a student's place on an agenda that is taken away."""


@dataclass(frozen=True)
class MeetingNotes:
    """The day of a meeting, who was there, and what the team does better next time."""

    held_on: date
    people: str
    review: str


def notes_of(row: MeetingRow) -> MeetingNotes:
    """What a stored meeting says."""
    return MeetingNotes(row.held_on, row.people, row.review)


def digest_of(row: MeetingRow) -> str:
    """A short digest of what a meeting says: a form carries it, and a form made on another one is stale."""
    said = json.dumps([row.held_on.isoformat(), row.people, row.review])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def may_delete(educator: Educator, row: MeetingRow) -> bool:
    """Whether somebody may delete a meeting of their team: who called it, and the principal."""
    return educator.staff_id == row.staff_id or educator.role == "principal"


def change_meeting(
    session: Session, author: Educator, row: MeetingRow, said: MeetingNotes, *, on: str, at: datetime
) -> None:
    """Puts what a meeting says now in place; StaleRevision where it is no longer what the form was made `on`."""
    if on != digest_of(row):
        raise StaleRevision
    if said == notes_of(row):
        return
    keep_meeting(session, author, row, [], at)
    row.held_on, row.people, row.review = said.held_on, said.people, said.review
    session.flush()


def take_off(session: Session, author: Educator, row: MeetingRow, students: Collection[str], *, at: datetime) -> None:
    """Takes students off an agenda. Follow-ups that were asked for stay with whom they were asked of."""
    gone = [item for item in items_of(session, row) if item.student_key in students]
    if gone:
        keep_meeting(session, author, row, gone, at)
    for item in gone:
        session.delete(item)
    session.flush()


def delete_meeting(session: Session, author: Educator, row: MeetingRow, *, at: datetime) -> list[str]:
    """Deletes a meeting with its agenda; the students who were on it. Follow-ups stay, and what was said is kept."""
    items = items_of(session, row)
    keep_meeting(session, author, row, items, at)
    for item in items:
        session.delete(item)
    session.flush()
    session.delete(row)
    session.flush()
    return [item.student_key for item in items]


def keep_meeting(
    session: Session, author: Educator, row: MeetingRow, gone: Collection[MeetingItemRow], at: datetime
) -> None:
    """Keeps what a meeting said, and of the students who are taken off its agenda what was decided."""
    kept = select(func.count()).where(
        RevisionRow.district_id == row.district_id,
        RevisionRow.entry_kind == KIND,
        RevisionRow.entry_id == row.meeting_id,
    )
    items = [{name: getattr(item, name) for name in KEPT_OF_ITEM} for item in gone]
    content = to_json_values({"held_on": row.held_on, "people": row.people, "review": row.review, "items": items})
    keep_revision(session, author, KIND, row.meeting_id, (session.scalar(kept) or 0) + 1, content, at)
    session.flush()
