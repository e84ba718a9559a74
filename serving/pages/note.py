"""The pages of notes: written, kept as a draft, changed; and what is restricted, read on request."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.pages.current_user import SignedForm
from serving.pages.entry_versions import note_versions
from serving.pages.form_fields import FieldReader, FormState, new_entry_id
from serving.pages.return_address import after_saving, return_path
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import StudentRow
from serving.store.support_rows import ContactRow, NoteRow
from serving.support.notes import Note, revise_note, write_note
from serving.support.revisions import StaleRevision
from serving.support.staff import staff_names

router = APIRouter(include_in_schema=False)
LONGEST = 4000


@router.get("/students/{student_key}/notes/new")
def get_note_form(student_key: str, visit: CurrentVisit, back: str = "") -> Response:
    """The empty form."""
    with visit.reading("write", student_key, target="note form") as (session, student):
        return note_form(visit, session, student, FormState({"entry": new_entry_id(), "back": back}))


@router.post("/students/{student_key}/notes")
def post_note(student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Writes the note, or keeps it as a draft; or the form again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="note")
        note = read_note(visit, session, student_key, reader)
        if reader.errors:
            return note_form(visit, session, student, reader.state, status=422)
        write_note(session, visit.educator, student_key, reader.entry_id(), note, at=visit.now)
    return after_saving(student_key, "draft" if note.draft else "note", reader.given("back"))


def read_note(visit: Visit, session: Session, student_key: str, reader: FieldReader) -> Note:
    """What the form says; restricted only by who has the permission."""
    restricted = visit.may(session, "write_restricted", student_key) and reader.given("restricted") == "yes"
    return Note(reader.text("body", most=LONGEST, required=True), restricted, draft=reader.given("draft") == "yes")


@router.get("/students/{student_key}/notes/{note_id}")
def get_note(student_key: str, note_id: str, visit: CurrentVisit) -> Response:
    """The form with one's own note in it."""
    with visit.context.write_session() as session:  # of a restricted one, two rows are noted
        student, row = open_own_note(visit, session, student_key, note_id)
        return note_form(visit, session, student, filled_note(row), note=row)


@router.post("/students/{student_key}/notes/{note_id}")
def post_note_change(student_key: str, note_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Changes one's own note; 409 with both versions where it was changed in between."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student, row = open_own_note(visit, session, student_key, note_id)
        note, revision = read_note(visit, session, student_key, reader), reader.number("revision", least=1, most=10**6)
        if reader.errors:
            return note_form(visit, session, student, reader.state, note=row, status=422)
        try:
            revise_note(session, visit.educator, row, note, revision=revision, at=visit.now)
        except StaleRevision:
            return note_form(visit, session, student, reader.on_revision(row.revision), note=row, status=409)
    return after_saving(student_key, "draft" if note.draft else "note")


@router.get("/students/{student_key}/restricted/{entry_id}")
def get_restricted(student_key: str, entry_id: str, visit: CurrentVisit) -> Response:
    """What a restricted contact or note says, for who has the permission; 404 for everybody else."""
    with visit.reading("see_restricted", student_key, target="restricted note") as (session, student):
        key = (student.district_id, entry_id)
        row = session.get(NoteRow, key) or session.get(ContactRow, key)
        if row is None or row.student_key != student_key or not row.restricted or is_hidden(row, visit):
            raise HTTPException(404)
        names = staff_names(session, student.district_id, [row.staff_id])
        text = row.body if isinstance(row, NoteRow) else "\n".join(filter(None, (row.result, row.next_step)))
        by, day = names.get(row.staff_id, "–"), row.created_at.date()
        return visit.page("restricted.html", student=student, text=text, by=by, day=day, form=FormState())


def is_hidden(row: NoteRow | ContactRow, visit: Visit) -> bool:
    """Whether an entry is another's draft, or was taken back."""
    if isinstance(row, NoteRow):
        return row.draft and row.staff_id != visit.educator.staff_id
    return row.withdrawn


def open_own_note(visit: Visit, session: Session, student_key: str, note_id: str) -> tuple[StudentRow, NoteRow]:
    """The student and one's own note, to be changed; 404 for another's, or a restricted one without permission."""
    student = visit.open_student(session, "write", student_key, target="note")
    row = session.get(NoteRow, (visit.educator.district_id, note_id))
    if row is None or row.student_key != student_key or row.staff_id != visit.educator.staff_id:
        raise HTTPException(404)
    if row.restricted:
        visit.open_student(session, "see_restricted", student_key, target="restricted note")
    return student, row


def filled_note(row: NoteRow) -> FormState:
    """The form with what a note says."""
    return FormState({"body": row.body, "restricted": "yes" if row.restricted else "", "revision": str(row.revision)})


def note_form(
    visit: Visit,
    session: Session,
    student: StudentRow,
    form: FormState,
    *,
    note: NoteRow | None = None,
    status: int = 200,
) -> Response:
    """The page with the form; `note` is the one that is changed."""
    return visit.page(
        "note.html",
        status=status,
        student=student,
        form=form,
        note=note,
        versions=note_versions(visit.language, note) if note and status == 409 else (),
        may_restrict=visit.may(session, "write_restricted", student.student_key),
        back=return_path(student.student_key, form.value("back")),
    )
