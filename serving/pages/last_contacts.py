"""When students were last contacted, and which of them have a plan on record this school year."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from serving.store.rows import ContactRow

PLAN = "plan"
FIRST_MONTH = 7
"""A school year runs from July 1 to June 30."""


def school_year_began(today: date) -> date:
    """The July 1 with which the school year of a day began."""
    return date(today.year if today.month >= FIRST_MONTH else today.year - 1, FIRST_MONTH, 1)


def latest_contacts(district_id: str) -> Subquery:
    """Each student's latest contact: `student_key` and `day`."""
    made = select(ContactRow.student_key, func.max(ContactRow.date).label("day"))
    own = made.where(ContactRow.district_id == district_id, ContactRow.kind != PLAN)
    return own.group_by(ContactRow.student_key).subquery()


def last_contacts(session: Session, district_id: str, students: Sequence[str]) -> dict[str, date]:
    """When each of these students was last contacted."""
    contacts = latest_contacts(district_id)
    found = select(contacts.c.student_key, contacts.c.day).where(contacts.c.student_key.in_(students))
    return {key: day for key, day in session.execute(found)}  # noqa: C416 - a Row is no pair for dict()


def plans_since(session: Session, district_id: str, students: Sequence[str], began: date) -> dict[str, date]:
    """The latest plan of each of these students that was made since a day."""
    made = select(ContactRow.student_key, func.max(ContactRow.date)).where(
        ContactRow.district_id == district_id,
        ContactRow.student_key.in_(students),
        ContactRow.kind == PLAN,
        ContactRow.date >= began,
    )
    return {key: day for key, day in session.execute(made.group_by(ContactRow.student_key))}  # noqa: C416 - as above
