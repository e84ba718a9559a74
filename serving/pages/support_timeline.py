"""What was done for a student, as their page lists it: contacts, plans, notes, and what the district's system has."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from presentation.numbers import school_year
from serving.access.authorize import Denied, Educator, OneStudent, authorize
from serving.pages.last_contacts import PLAN, school_year_began
from serving.store.rows import RosterSupportRow, StudentRow
from serving.store.statements import statement
from serving.store.support_rows import ContactRow, NoteRow
from serving.support.contacts import contacts_of_student
from serving.support.notes import notes_of_student
from serving.support.presence import AboutStudent
from serving.support.staff import staff_names
from serving.wording.locale import Language
from serving.wording.own_record import school_year_of
from serving.wording.scores import contact_words
from serving.wording.support import CONTACT_KINDS, DRAFT, NOTE, PARTIES


@dataclass(frozen=True)
class SupportLine:
    """One thing that was done, in which school `year` where it is an earlier one.

    Where it is `restricted`, `text` and `next_step` are empty; `address` leads to a change, and `reading`
    to what is restricted, for who may. `shown_as` is what it is on a timeline.
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
    reading: str = ""
    shown_as: Literal["contact", "plan", "note"] = "contact"


def load_support_lines(
    session: Session, student: StudentRow, educator: Educator, language: Language, there: Set[AboutStudent]
) -> tuple[SupportLine, ...]:
    """Everything that was done for a student, latest first; only the tables that are `there` are asked."""
    key = student.student_key
    contacts = contacts_of_student(session, student.district_id, key) if ContactRow in there else []
    notes = notes_of_student(session, educator, key) if NoteRow in there else []
    roster = roster_supports(session, student) if RosterSupportRow in there else []
    ids = {*(row.staff_id for row in contacts), *(row.staff_id for row in notes), *(row.staff_id for row in roster)}
    names, reads = staff_names(session, student.district_id, ids), reads_restricted(session, educator, student)
    lines = [contact_line(row, educator, names, language, reads=reads) for row in contacts]
    lines[1:] = [replace(line, again=None) for line in lines[1:]]  # a later contact answers it
    lines += [note_line(row, educator, names, language, reads=reads) for row in notes]
    lines += [roster_line(row, names, language) for row in roster]
    began = school_year_began(educator.today)
    shown = [line if line.day < began else replace(line, year="") for line in lines]
    return tuple(sorted(shown, key=lambda line: line.day, reverse=True))


def roster_line(row: RosterSupportRow, names: dict[str, str], language: Language) -> SupportLine:
    """A contact or plan as the district's own system has it."""
    year = school_year(school_year_of(row.date))
    return SupportLine(
        row.date,
        contact_words(language, row.kind),
        by=names.get(row.staff_id or "", "–"),
        year=year,
        shown_as="plan" if row.kind == PLAN else "contact",
    )


def reads_restricted(session: Session, educator: Educator, student: StudentRow) -> bool:
    """Whether the educator may ask for what is restricted."""
    asked = authorize(session, educator, "see_restricted", OneStudent(student.student_key))
    return not isinstance(asked, Denied)


def note_line(
    row: NoteRow, educator: Educator, names: dict[str, str], language: Language, *, reads: bool
) -> SupportLine:
    """A note; what a restricted one says stays where it is."""
    own, place = row.staff_id == educator.staff_id and not row.restricted, f"/students/{row.student_key}"
    return SupportLine(
        day=row.created_at.date(),
        kind=language.translate(DRAFT if row.draft else NOTE),
        year=school_year(school_year_of(row.created_at.date())),
        by=names.get(row.staff_id, "–"),
        text="" if row.restricted else row.body,
        restricted=row.restricted,
        address=f"{place}/notes/{row.note_id}" if own else "",
        reading=f"{place}/restricted/{row.note_id}" if row.restricted and reads else "",
        shown_as="note",
    )


def contact_line(
    row: ContactRow, educator: Educator, names: dict[str, str], language: Language, *, reads: bool
) -> SupportLine:
    """A contact; what a restricted one says stays where it is."""
    own, place = row.staff_id == educator.staff_id and not row.restricted, f"/students/{row.student_key}"
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
        address=f"{place}/contacts/{row.contact_id}" if own else "",
        reading=f"{place}/restricted/{row.contact_id}" if row.restricted and reads else "",
    )


def roster_supports(session: Session, student: StudentRow) -> list[RosterSupportRow]:
    """A student's contacts and plans as the district's own system has them."""
    return list(session.scalars(*select_roster_supports(student.district_id, student.student_key)))


@statement
def select_roster_supports(district_id: str, student_key: str) -> Select[RosterSupportRow]:
    """The query for them."""
    found = select(RosterSupportRow).where(
        RosterSupportRow.district_id == district_id, RosterSupportRow.student_key == student_key
    )
    return found.order_by(RosterSupportRow.date.desc(), RosterSupportRow.support_id)
