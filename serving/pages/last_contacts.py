"""When students were last contacted, which of them have a plan this school year, and who is responsible for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    CompoundSelect,
    Date,
    Select,
    Subquery,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from serving.store.caseload_rows import ResponsibleRow
from serving.store.rows import RosterSupportRow, StaffRow
from serving.store.statements import rows_of, statement
from serving.store.support_rows import ContactRow, PlanRow

CONTACT, PLAN, RESPONSIBLE = "contact", "plan", "responsible"
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


@dataclass(frozen=True)
class LastDeeds:
    """Of each student of whom it is known: the last contact, the latest plan of this year, who is responsible."""

    contacts: dict[str, date]
    plans: dict[str, date]
    responsible: dict[str, str]


def last_deeds(session: Session, district_id: str, students: Sequence[str], began: date) -> LastDeeds:
    """The last contact of some students, their latest plan since a day, and who is responsible for them."""
    found = LastDeeds({}, {}, {})
    for kind, key, day, first, last in rows_of(session, select_deeds(district_id, list(students), began)):
        if kind == RESPONSIBLE:
            found.responsible[key] = f"{first} {last}"
        elif day is not None:
            (found.plans if kind == PLAN else found.contacts)[key] = day
    return found


@statement
def select_deeds(district_id: str, students: list[str], began: date) -> CompoundSelect[str, str, date | None, str, str]:
    """The query for them; it reads what is on record of these students alone."""
    contacts = contacts_made(district_id, students).subquery()
    plans = plans_made(district_id, students, began).subquery()
    nobody = (literal(""), literal(""))
    return union_all(
        *(
            select(literal(kind), made.c.student_key, func.max(made.c.day), *nobody).group_by(made.c.student_key)
            for kind, made in ((CONTACT, contacts), (PLAN, plans))
        ),
        select_responsible(district_id, students),
    )


def select_responsible(district_id: str, students: list[str]) -> Select[str, str, date | None, str, str]:
    """Who is responsible for some students."""
    of_person = and_(StaffRow.district_id == ResponsibleRow.district_id, StaffRow.staff_id == ResponsibleRow.staff_id)
    columns = (literal(RESPONSIBLE), ResponsibleRow.student_key, cast(null(), Date), StaffRow.first_name)
    people = select(*columns, StaffRow.last_name).join(StaffRow, of_person)
    return people.where(ResponsibleRow.district_id == district_id, ResponsibleRow.student_key.in_(students))


def plans_made(district_id: str, students: list[str], began: date) -> CompoundSelect[str, date]:
    """Plans of some students that were made since a day, here or in the district's system."""
    here = select(PlanRow.student_key, PlanRow.start_date.label("day")).where(
        PlanRow.district_id == district_id, PlanRow.student_key.in_(students), PlanRow.start_date >= began
    )
    there = select(RosterSupportRow.student_key, RosterSupportRow.date.label("day")).where(
        RosterSupportRow.district_id == district_id,
        RosterSupportRow.student_key.in_(students),
        RosterSupportRow.kind == PLAN,
        RosterSupportRow.date >= began,
    )
    return union_all(here, there)
