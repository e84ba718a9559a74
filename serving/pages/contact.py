"""The form for a contact: logged, revised, and taken back."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.pages.contact_fields import DUE_IN, ContactForm, blank_form, filled_form, read_contact
from serving.pages.current_user import SignedForm
from serving.pages.entry_versions import contact_versions
from serving.pages.form_fields import FieldReader, FormState
from serving.pages.return_address import after_saving, return_path
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import StudentRow
from serving.store.support_rows import ContactRow, FollowUpRow
from serving.support.contacts import contact_of, record_contact, revise_contact, take_back_contact
from serving.support.follow_ups import ask_follow_up, hide_tasks, open_of_contact, resolve_follow_up
from serving.support.revisions import StaleRevision
from serving.support.staff import colleagues_of
from serving.wording.support import CONTACT_KINDS, PARTIES, REACHED

router = APIRouter(include_in_schema=False)


@router.get("/students/{student_key}/contacts/new")
def get_contact_form(student_key: str, visit: CurrentVisit, back: str = "", settles: str = "") -> Response:
    """The empty form."""
    with visit.reading("write", student_key, target="contact form") as (session, student):
        form = blank_form(visit.today, visit.support, author=visit.educator.staff_id, back=back, settles=settles)
        return contact_page(visit, session, student, form)


@router.post("/students/{student_key}/contacts")
def post_contact(student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Logs the contact, with the follow-up that it asks for and the one that it settles; or the form again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="contact")
        said = read_form_of(visit, session, student, reader)
        if reader.errors:
            return contact_page(visit, session, student, reader.state, status=422)
        entry = reader.entry_id()
        if record_contact(session, visit.educator, student_key, entry, said.contact, at=visit.now):
            if said.follow_up:
                ask_follow_up(session, visit.educator, student_key, entry, said.follow_up, at=visit.now)
            settle(visit, session, student_key, reader.given("settles"))
    return after_saving(student_key, "contact", reader.given("back"))


def read_form_of(visit: Visit, session: Session, student: StudentRow, reader: FieldReader) -> ContactForm:
    """What the form says of the student; the reader has what is wrong with it."""
    people = colleagues_of(session, visit.educator, student)
    restricted = visit.may(session, "write_restricted", student.student_key)
    task = visit.language.translate("Follow up")
    return read_contact(reader, visit.support, today=visit.today, task=task, colleagues=people, restricted=restricted)


def settle(visit: Visit, session: Session, student_key: str, follow_up_id: str) -> None:
    """Resolves the follow-up of the student that the form was opened for, if it was for one."""
    row = session.get(FollowUpRow, (visit.educator.district_id, follow_up_id)) if follow_up_id else None
    if row is not None and row.student_key == student_key:
        resolve_follow_up(session, visit.educator, row, "", at=visit.now)


@router.get("/students/{student_key}/contacts/{contact_id}")
def get_contact(student_key: str, contact_id: str, visit: CurrentVisit) -> Response:
    """The form with one's own contact in it."""
    with visit.context.write_session() as session:  # of a restricted one, two rows are noted
        student, row = open_own_contact(visit, session, student_key, contact_id)
        form = filled_form(contact_of(row), row.revision, author=visit.educator.staff_id)
        return contact_page(visit, session, student, form, contact=row)


@router.post("/students/{student_key}/contacts/{contact_id}")
def post_revised_contact(student_key: str, contact_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Revises one's own contact; 409 with both versions where it was changed in between."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student, row = open_own_contact(visit, session, student_key, contact_id)
        said, revision = read_form_of(visit, session, student, reader), reader.number("revision", least=1, most=10**6)
        if reader.errors:
            return contact_page(visit, session, student, reader.state, contact=row, status=422)
        try:
            revise_contact(session, visit.educator, row, said.contact, revision=revision, at=visit.now)
        except StaleRevision:
            mine = reader.on_revision(row.revision)
            return contact_page(visit, session, student, mine, contact=row, status=409)
        if said.contact.restricted:
            hide_tasks(session, visit.educator.district_id, contact_id)
        if said.follow_up:
            ask_follow_up(session, visit.educator, student_key, contact_id, said.follow_up, at=visit.now)
    return after_saving(student_key, "contact_changed")


@router.post("/students/{student_key}/contacts/{contact_id}/take-back")
def post_contact_taken_back(student_key: str, contact_id: str, visit: CurrentVisit, _fields: SignedForm) -> Response:
    """Takes back one's own contact that was recorded by mistake, and the follow-up that it asked for."""
    with visit.context.write_session() as session:
        _, row = open_own_contact(visit, session, student_key, contact_id)
        take_back_contact(session, visit.educator, row, at=visit.now)
        asked = open_of_contact(session, row.district_id, contact_id)
        if asked is not None:
            resolve_follow_up(session, visit.educator, asked, "", at=visit.now)
    return after_saving(student_key, "contact_taken_back")


def open_own_contact(
    visit: Visit, session: Session, student_key: str, contact_id: str
) -> tuple[StudentRow, ContactRow]:
    """The student and one's own contact, to be changed; 404 for another's, or a restricted one without permission."""
    student = visit.open_student(session, "write", student_key, target="contact")
    row = session.get(ContactRow, (visit.educator.district_id, contact_id))
    if row is None or row.student_key != student_key or row.staff_id != visit.educator.staff_id or row.withdrawn:
        raise HTTPException(404)
    if row.restricted:
        visit.open_student(session, "see_restricted", student_key, target="restricted contact")
    return student, row


def contact_page(
    visit: Visit,
    session: Session,
    student: StudentRow,
    form: FormState,
    *,
    contact: ContactRow | None = None,
    status: int = 200,
) -> Response:
    """The page with the form; `contact` is the one that is revised."""
    return visit.page(
        "contact.html",
        status=status,
        student=student,
        form=form,
        contact=contact,
        versions=contact_versions(visit.language, contact) if contact and status == 409 else (),
        kinds=CONTACT_KINDS,
        parties=PARTIES,
        reached=REACHED,
        colleagues=colleagues_of(session, visit.educator, student),
        may_restrict=visit.may(session, "write_restricted", student.student_key),
        support=visit.support,
        due_in={code: visit.language.translate(words) for code, words in DUE_IN.items()},
        back=return_path(student.student_key, form.value("back")),
    )
