"""Contacts: recorded, revised with what they said before kept, and taken back."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.store.json_values import to_json_values
from serving.store.statements import statement
from serving.store.support_rows import ContactRow
from serving.support.revisions import Author, StaleRevision, keep_revision

WEEKEND = 5
"""The first day of a week that is none of its five, counted from 0."""
KINDS = ("talk", "call", "message", "video", "letter", "visit")
PARTIES = ("student", "family", "staff", "outside")


@dataclass(frozen=True)
class Contact:
    """What a contact says: `reached`, or only tried, and then when to try again."""

    kind: str
    party: str
    day: date
    reached: bool
    result: str = ""
    next_step: str = ""
    try_again_on: date | None = None
    restricted: bool = False


def weekdays_after(day: date, count: int) -> date:
    """The day so many weekdays after another, Monday to Friday."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < WEEKEND
    return day


def record_contact(
    session: Session, author: Author, student_key: str, contact_id: str, contact: Contact, *, at: datetime
) -> bool:
    """Adds a contact; False, and nothing added, where the form was sent before."""
    if session.get(ContactRow, (author.district_id, contact_id)) is not None:
        return False
    session.add(
        ContactRow(
            district_id=author.district_id,
            contact_id=contact_id,
            student_key=student_key,
            **asdict(contact),
            staff_id=author.staff_id,
            recorded_on=author.today,
            created_at=at,
            revised_at=at,
            revision=1,
            withdrawn=False,
        )
    )
    session.flush()
    return True


def revise_contact(
    session: Session, author: Author, row: ContactRow, contact: Contact, *, revision: int, at: datetime
) -> None:
    """Puts what the contact says now in place; StaleRevision where somebody revised it in between."""
    if row.revision != revision:
        raise StaleRevision
    if contact == contact_of(row):
        return
    keep_revision(session, author, "contact", row.contact_id, row.revision, to_json_values(asdict(contact_of(row))), at)
    for name, value in asdict(contact).items():
        setattr(row, name, value)
    row.revision, row.revised_at = row.revision + 1, at


def take_back_contact(session: Session, author: Author, row: ContactRow, *, at: datetime) -> None:
    """Takes back a contact that was recorded by mistake; what it said is kept."""
    if row.withdrawn:
        return
    keep_revision(session, author, "contact", row.contact_id, row.revision, to_json_values(asdict(contact_of(row))), at)
    row.withdrawn, row.revision, row.revised_at = True, row.revision + 1, at


def contact_of(row: ContactRow) -> Contact:
    """What a stored contact says."""
    return Contact(
        row.kind, row.party, row.day, row.reached, row.result, row.next_step, row.try_again_on, row.restricted
    )


def contacts_of_student(session: Session, district_id: str, student_key: str) -> list[ContactRow]:
    """A student's contacts, latest first; without those taken back."""
    return list(session.scalars(*select_contacts(district_id, student_key)))


@statement
def select_contacts(district_id: str, student_key: str) -> Select[ContactRow]:
    """The query for them."""
    found = select(ContactRow).where(
        ContactRow.district_id == district_id, ContactRow.student_key == student_key, ~ContactRow.withdrawn
    )
    return found.order_by(ContactRow.day.desc(), ContactRow.created_at.desc())
