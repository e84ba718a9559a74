"""Notes: drafts of their author alone, notes that everyone who sees the student reads, and restricted ones."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.store.json_values import to_json_values
from serving.store.statements import statement
from serving.store.support_rows import NoteRow
from serving.support.revisions import StaleRevision, keep_revision


@dataclass(frozen=True)
class Note:
    """What a note says."""

    body: str
    restricted: bool
    draft: bool


def write_note(session: Session, author: Educator, student_key: str, note_id: str, note: Note, *, at: datetime) -> bool:
    """Adds a note; False, and nothing added, where the form was sent before."""
    if session.get(NoteRow, (author.district_id, note_id)) is not None:
        return False
    session.add(
        NoteRow(
            district_id=author.district_id,
            note_id=note_id,
            student_key=student_key,
            **asdict(note),
            staff_id=author.staff_id,
            created_at=at,
            revised_at=at,
            revision=1,
        )
    )
    session.flush()
    return True


def revise_note(session: Session, author: Educator, row: NoteRow, note: Note, *, revision: int, at: datetime) -> None:
    """Puts what the note says now in place; of a draft nothing is kept. StaleRevision as for a contact."""
    if row.revision != revision:
        raise StaleRevision
    said = Note(row.body, row.restricted, row.draft)
    if note == said:
        return
    if not row.draft:
        keep_revision(session, author, "note", row.note_id, row.revision, to_json_values(asdict(said)), at)
    for name, value in asdict(note).items():
        setattr(row, name, value)
    row.revision, row.revised_at = row.revision + 1, at
    session.flush()


def notes_of_student(session: Session, reader: Educator, student_key: str) -> list[NoteRow]:
    """A student's notes, latest first; of drafts only the reader's own."""
    return list(session.scalars(*select_notes(reader.district_id, reader.staff_id, student_key)))


@statement
def select_notes(district_id: str, reader_id: str, student_key: str) -> Select[NoteRow]:
    """The query for them."""
    found = select(NoteRow).where(
        NoteRow.district_id == district_id,
        NoteRow.student_key == student_key,
        or_(~NoteRow.draft, NoteRow.staff_id == reader_id),
    )
    return found.order_by(NoteRow.created_at.desc(), NoteRow.note_id)
