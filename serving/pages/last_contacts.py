"""When students were last contacted, and which of them have a plan on record this school year."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import CompoundSelect, Select, Subquery, func, select, union_all
from sqlalchemy.orm import Session

from serving.store.rows import RosterSupportRow
from serving.store.statements import statement
from serving.store.support_rows import ContactRow, PlanRow

PLAN = "plan"
FIRST_MONTH = 7
"""A school year runs from July 1 to June 30."""


def school_year_began(today: date) -> date:
    """The July 1 with which the school year of a day began."""
    return date(today.year if today.month >= FIRST_MONTH else today.year - 1, FIRST_MONTH, 1)


def contacts_made(district_id: str, students: list[str] | None = None) -> CompoundSelect[str, date]:
    """Contacts that reached someone, here or in the district's system, of some students or all."""
    here = select(ContactRow.student_key, ContactRow.day).where(
        ContactRow.district_id == district_id, ContactRow.reached, ~ContactRow.withdrawn
    )
    there = select(RosterSupportRow.student_key, RosterSupportRow.date.label("day")).where(
        RosterSupportRow.district_id == district_id, RosterSupportRow.kind != PLAN
    )
    if students is not None:
        here, there = (
            here.where(ContactRow.student_key.in_(students)),
            there.where(RosterSupportRow.student_key.in_(students)),
        )
    return union_all(here, there)


def latest_contacts(district_id: str) -> Subquery:
    """Each student's latest contact that reached someone, here or in the district's system: `student_key` and `day`."""
    made = contacts_made(district_id).subquery()
    latest = select(made.c.student_key, func.max(made.c.day).label("day"))
    return latest.group_by(made.c.student_key).subquery()


def last_contacts(session: Session, district_id: str, students: Sequence[str]) -> dict[str, date]:
    """When each of these students was last contacted."""
    found = session.execute(*select_last_contacts(district_id, list(students)))
    return {key: day for key, day in found}  # noqa: C416 - a Row is no pair for dict()


@statement
def select_last_contacts(district_id: str, students: list[str]) -> Select[str, date]:
    """The query for them; it reads what is on record of these students alone."""
    made = contacts_made(district_id, students).subquery()
    return select(made.c.student_key, func.max(made.c.day)).group_by(made.c.student_key)


def plans_since(session: Session, district_id: str, students: Sequence[str], began: date) -> dict[str, date]:
    """The latest plan of each of these students that was made since a day, here or in the district's system."""
    found = session.execute(*select_plans(district_id, list(students), began))
    return {key: day for key, day in found}  # noqa: C416 - as above


@statement
def select_plans(district_id: str, students: list[str], began: date) -> Select[str, date]:
    """The query for them."""
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
    return select(made.c.student_key, func.max(made.c.day)).group_by(made.c.student_key)
