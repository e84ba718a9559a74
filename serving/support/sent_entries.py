"""Contacts and plans that programs send under ids of their own: the same entries as people's, written the same way."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from serving.store.support_rows import ContactRow, PlanRow
from serving.support.contacts import Contact, contact_of, record_contact, revise_contact, take_back_contact
from serving.support.plans import Plan, begin_plan, end_plan, plan_of, revise_plan

SENT = "sent."
"""How the ids of entries begin that programs sent."""


@dataclass(frozen=True)
class SentAuthor:
    """The person whom another system names as the author of an entry."""

    district_id: str
    staff_id: str
    today: date


class OtherStudent(Exception):  # noqa: N818 - no error of ours
    """The id is that of another student's entry."""


def write_contact(
    session: Session, author: SentAuthor, student_key: str, sent_id: str, contact: Contact, *, at: datetime
) -> tuple[ContactRow, bool]:
    """The contact of an id as it is now, and whether it is new; the same again changes nothing."""
    key = (author.district_id, SENT + sent_id)
    new = record_contact(session, author, student_key, key[1], contact, at=at)
    row = session.get_one(ContactRow, key)
    if row.student_key != student_key:
        raise OtherStudent
    if not new and contact_of(row) != contact:
        revise_contact(session, author, row, contact, revision=row.revision, at=at)
    session.flush()
    return row, new


def withdraw_contact(session: Session, author: SentAuthor, row: ContactRow, *, at: datetime) -> None:
    """Takes a contact back that was sent by mistake; what it said is kept."""
    take_back_contact(session, author, row, at=at)
    session.flush()


def write_plan(
    session: Session, author: SentAuthor, student_key: str, sent_id: str, plan: Plan, *, outcome: str, at: datetime
) -> tuple[PlanRow, bool]:
    """The plan of an id as it is now, and whether it is new; with an outcome it ends."""
    key = (author.district_id, SENT + sent_id)
    new = begin_plan(session, author, student_key, key[1], plan, at=at)
    row = session.get_one(PlanRow, key)
    if row.student_key != student_key:
        raise OtherStudent
    if not new and plan_of(row) != plan:
        revise_plan(session, author, row, plan, revision=row.revision, at=at)
    if outcome and row.ended_on is None:
        row.revised_at = at
        end_plan(session, author, row, outcome, "")
    return row, new
