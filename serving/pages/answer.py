"""Answers to a student's place on the list: it fits, not now, or it does not; and students put off."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.pages.current_user import SignedForm
from serving.pages.form_fields import WRITE, FieldReader, FormState, new_entry_id
from serving.pages.return_address import after_saving, return_path
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import RunRow, StudentRow
from serving.store.run_queries import current_runs, student_scores
from serving.store.support_rows import FollowUpRow, SnoozeRow
from serving.support.answers import ANSWERS as ANSWER_CODES
from serving.support.answers import answer_flag, end_snooze, own_answer, snooze
from serving.support.follow_ups import resolve_follow_up
from serving.wording.support import ANSWERS

router = APIRouter(include_in_schema=False)


@router.get("/students/{student_key}/answer")
def get_answer_form(student_key: str, visit: CurrentVisit, answer: str = "", back: str = "") -> Response:
    """The form, with what one answered before; without that, with the answer that the page was opened for."""
    with visit.reading("answer", student_key, target="answer form") as (session, student):
        before = own_answer(session, visit.educator, student_key, run_of_student(session, student).run_id)
        said = {"answer": before.answer, "reason": before.reason} if before else {"answer": answer}
        return answer_form(visit, student, FormState({**said, "back": back}))


@router.post("/students/{student_key}/answer")
def post_answer(student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Keeps the answer, of which a no has a reason; or the form again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "answer", student_key, target="answer")
        run = run_of_student(session, student)
        answer, reason = reader.choice("answer", ANSWER_CODES), reader.text("reason", most=300)
        if answer == "disagree" and not reason:
            reader.errors["reason"] = WRITE
        if reader.errors:
            return answer_form(visit, student, reader.state, status=422)
        answer_flag(session, visit.educator, student_key, run, answer=answer, reason=reason, at=visit.now)
    return after_saving(student_key, "answer", reader.given("back"))


def run_of_student(session: Session, student: StudentRow) -> RunRow:
    """The run with the student's most urgent score; 404 where the student has no score."""
    runs = current_runs(session, student.district_id)
    scores = student_scores(session, student.district_id, student.student_key, runs)
    if not scores:
        raise HTTPException(404)
    return scores[0][1]


def back_of(student: StudentRow, form: FormState) -> str:
    """The page that a form was opened from."""
    return return_path(student.student_key, form.value("back"))


def answer_form(visit: Visit, student: StudentRow, form: FormState, status: int = 200) -> Response:
    """The page with the form."""
    return visit.page(
        "answer.html", status=status, student=student, form=form, answers=ANSWERS, back=back_of(student, form)
    )


@router.get("/students/{student_key}/snooze")
def get_snooze_form(student_key: str, visit: CurrentVisit, back: str = "") -> Response:
    """The form, for two weeks."""
    with visit.reading("write", student_key, target="snooze form") as (_, student):
        until = visit.today + timedelta(days=14)
        form = FormState({"until": until.isoformat(), "entry": new_entry_id(), "back": back})
        return visit.page("snooze.html", student=student, form=form, back=back_of(student, form))


@router.post("/students/{student_key}/snooze")
def post_snooze(student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Does not put the student forward to the viewer until a day, for a reason; or the form again."""
    reader, day = FieldReader(fields), timedelta(days=1)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="snooze")
        reason = reader.text("reason", most=300, required=True)
        last = visit.today + day * visit.support.longest_snooze_days
        until = reader.day("until", earliest=visit.today + day, latest=last, required=True)
        if reader.errors or until is None:
            back = back_of(student, reader.state)
            return visit.page("snooze.html", status=422, student=student, form=reader.state, back=back)
        snooze(session, visit.educator, student_key, reader.entry_id(), reason=reason, until=until, at=visit.now)
    return after_saving(student_key, "snooze", reader.given("back"))


@router.post("/students/{student_key}/snooze/{snooze_id}/end")
def post_snooze_end(student_key: str, snooze_id: str, visit: CurrentVisit, _fields: SignedForm) -> Response:
    """Puts a student forward again."""
    with visit.context.write_session() as session:
        visit.open_student(session, "write", student_key, target="snooze")
        row = session.get(SnoozeRow, (visit.educator.district_id, snooze_id))
        if row is None or row.student_key != student_key or row.staff_id != visit.educator.staff_id:
            raise HTTPException(404)
        end_snooze(session, row, visit.now)
    return after_saving(student_key, "snooze_ended", "week")


@router.post("/students/{student_key}/follow-ups/{follow_up_id}/done")
def post_follow_up_done(student_key: str, follow_up_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Notes that a follow-up is done."""
    with visit.context.write_session() as session:
        visit.open_student(session, "write", student_key, target="follow-up")
        row = session.get(FollowUpRow, (visit.educator.district_id, follow_up_id))
        if row is None or row.student_key != student_key:
            raise HTTPException(404)
        resolve_follow_up(session, visit.educator, row, "", at=visit.now)
    return after_saving(student_key, "follow_up", FieldReader(fields).given("back"))
