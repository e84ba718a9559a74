"""When students were last contacted, and which of them have a plan on record this school year."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Subquery, func, select, union_all
from sqlalchemy.orm import Session

from serving.store.rows import RosterSupportRow
from serving.store.support_rows import ContactRow, PlanRow

PLAN = "plan"
FIRST_MONTH = 7
"""A school year runs from July 1 to June 30."""


def school_year_began(today: date) -> date:
    """The July 1 with which the school year of a day began."""
    return date(today.year if today.month >= FIRST_MONTH else today.year - 1, FIRST_MONTH, 1)


def latest_contacts(district_id: str) -> Subquery:
    """Each student's latest contact that reached someone, here or in the district's system: `student_key` and `day`."""
    here = select(ContactRow.student_key, ContactRow.day).where(
        ContactRow.district_id == district_id, ContactRow.reached, ~ContactRow.withdrawn
    )
    there = select(RosterSupportRow.student_key, RosterSupportRow.date.label("day")).where(
        RosterSupportRow.district_id == district_id, RosterSupportRow.kind != PLAN
    )
    made = union_all(here, there).subquery()
    latest = select(made.c.student_key, func.max(made.c.day).label("day"))
    return latest.group_by(made.c.student_key).subquery()


def last_contacts(session: Session, district_id: str, students: Sequence[str]) -> dict[str, date]:
    """When each of these students was last contacted."""
    contacts = latest_contacts(district_id)
    found = select(contacts.c.student_key, contacts.c.day).where(contacts.c.student_key.in_(students))
    return {key: day for key, day in session.execute(found)}  # noqa: C416 - a Row is no pair for dict()


def plans_since(session: Session, district_id: str, students: Sequence[str], began: date) -> dict[str, date]:
    """The latest plan of each of these students that was made since a day, here or in the district's system."""
    here = select(PlanRow.student_key, PlanRow.start_date.label("day")).where(
        PlanRow.district_id == district_id, PlanRow.student_key.in_(students), PlanRow.start_date >= began
    )
    there = select(RosterSupportRow.student_key, RosterSupportRow.date.label("day")).where(
        RosterSupportRow.district_id == district_id,
        RosterSupportRow.student_key.in_(students),
        RosterSupportRow.kind == PLAN,
        RosterSupportRow.date >= began,
    )
    made = union_all(here, there).subquery()
    latest = select(made.c.student_key, func.max(made.c.day)).group_by(made.c.student_key)
    return {key: day for key, day in session.execute(latest)}  # noqa: C416 - as above
