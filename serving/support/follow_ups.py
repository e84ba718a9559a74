"""Follow-ups: asked of a person by a day, resolved, and seen by a supervisor after a silence."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.store.statements import statement
from serving.store.support_rows import FollowUpRow


@dataclass(frozen=True)
class FollowUp:
    """What is asked, of whom, and by when; `task` is empty where a restricted contact says it."""

    task: str
    asked_of: str
    due_on: date


def ask_follow_up(
    session: Session, author: Educator, student_key: str, contact_id: str, follow_up: FollowUp, *, at: datetime
) -> None:
    """Adds a follow-up of a contact, or changes the open one: one contact has one open follow-up."""
    row = open_of_contact(session, author.district_id, contact_id)
    if row is not None:
        row.task, row.asked_of, row.due_on = follow_up.task, follow_up.asked_of, follow_up.due_on
        return
    session.add(
        FollowUpRow(
            district_id=author.district_id,
            follow_up_id=secrets.token_hex(16),
            student_key=student_key,
            contact_id=contact_id,
            asked_of=follow_up.asked_of,
            task=follow_up.task,
            due_on=follow_up.due_on,
            staff_id=author.staff_id,
            created_at=at,
            resolved_at=None,
            resolved_by=None,
            resolution="",
        )
    )


def open_of_contact(session: Session, district_id: str, contact_id: str) -> FollowUpRow | None:
    """The open follow-up of a contact; None where there is none."""
    found = select(FollowUpRow).where(
        FollowUpRow.district_id == district_id,
        FollowUpRow.contact_id == contact_id,
        FollowUpRow.resolved_at.is_(None),
    )
    return session.scalars(found).first()


def hide_tasks(session: Session, district_id: str, contact_id: str) -> None:
    """Takes out of the follow-ups of a contact, which is restricted now, what is to be done."""
    own = (FollowUpRow.district_id == district_id, FollowUpRow.contact_id == contact_id)
    session.execute(update(FollowUpRow).where(*own).values(task=""))


def resolve_follow_up(session: Session, by: Educator, row: FollowUpRow, resolution: str, *, at: datetime) -> None:
    """Notes that a follow-up is done; a no-op where it is."""
    if row.resolved_at is None:
        row.resolved_at, row.resolved_by, row.resolution = at, by.staff_id, resolution
        session.flush()


def open_follow_ups(session: Session, district_id: str, student_key: str) -> list[FollowUpRow]:
    """A student's open follow-ups, the first due first."""
    return list(session.scalars(*select_open(district_id, student_key)))


@statement
def select_open(district_id: str, student_key: str) -> Select[FollowUpRow]:
    """The query for them."""
    found = select(FollowUpRow).where(
        FollowUpRow.district_id == district_id,
        FollowUpRow.student_key == student_key,
        FollowUpRow.resolved_at.is_(None),
    )
    return found.order_by(FollowUpRow.due_on, FollowUpRow.follow_up_id)
