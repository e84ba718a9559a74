"""What was done for a student, as their page lists it: contacts, plans, notes, and what the district's system has."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from presentation.numbers import school_year
from serving.access.authorize import Educator
from serving.store.rows import RosterSupportRow, StudentRow
from serving.store.support_rows import ContactRow
from serving.support.contacts import contacts_of_student
from serving.support.staff import staff_names
from serving.wording.locale import Language
from serving.wording.own_record import school_year_of
from serving.wording.scores import contact_words
from serving.wording.support import CONTACT_KINDS, PARTIES


@dataclass(frozen=True)
class SupportLine:
    """One thing that was done, in which school `year`.

    Where it is `restricted`, `text` and `next_step` are empty; `address` leads to more.
    """

    day: date
    kind: str
    with_whom: str = ""
    year: str = ""
    by: str = ""
    tried: bool = False
    again: date | None = None
    text: str = ""
    next_step: str = ""
    restricted: bool = False
    address: str = ""


def load_support_lines(
    session: Session, student: StudentRow, educator: Educator, language: Language
) -> tuple[SupportLine, ...]:
    """Everything that was done for a student, latest first."""
    contacts = contacts_of_student(session, student.district_id, student.student_key)
    roster = roster_supports(session, student)
    ids = [*(row.staff_id for row in contacts), *(row.staff_id for row in roster)]
    names = staff_names(session, student.district_id, ids)
    lines = [contact_line(row, educator, names, language) for row in contacts]
    lines += [
        SupportLine(row.date, contact_words(language, row.kind), by=names.get(row.staff_id or "", "–"))
        for row in roster
    ]
    return tuple(sorted(lines, key=lambda line: line.day, reverse=True))


def contact_line(row: ContactRow, educator: Educator, names: dict[str, str], language: Language) -> SupportLine:
    """A contact; what a restricted one says stays where it is."""
    own = row.staff_id == educator.staff_id and not row.restricted
    return SupportLine(
        day=row.day,
        year=school_year(school_year_of(row.day)),
        kind=language.translate(CONTACT_KINDS[row.kind]),
        with_whom=language.translate(PARTIES[row.party]),
        by=names.get(row.staff_id, "–"),
        tried=not row.reached,
        again=row.try_again_on,
        text="" if row.restricted else row.result,
        next_step="" if row.restricted else row.next_step,
        restricted=row.restricted,
        address=f"/students/{row.student_key}/contacts/{row.contact_id}" if own else "",
    )


def roster_supports(session: Session, student: StudentRow) -> list[RosterSupportRow]:
    """A student's contacts and plans as the district's own system has them."""
    found = select(RosterSupportRow).where(
        RosterSupportRow.district_id == student.district_id, RosterSupportRow.student_key == student.student_key
    )
    return list(session.scalars(found.order_by(RosterSupportRow.date.desc(), RosterSupportRow.support_id)))
