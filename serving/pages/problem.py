"""Data problems: reported by who knows the student, and answered by the data team until a day."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OwnDistrict, authorize, reason_for
from serving.pages.current_user import SignedForm
from serving.pages.form_fields import FieldReader, FormState, new_entry_id
from serving.pages.return_address import after_saving, return_path
from serving.pages.visit import CurrentVisit, Visit
from serving.store.district_scope import enter_district
from serving.store.rows import StudentRow
from serving.store.support_rows import DataProblemRow
from serving.support.answers import PROBLEM_ANSWERS as ANSWER_CODES
from serving.support.answers import SUBJECTS as SUBJECT_CODES
from serving.support.answers import answer_problem, open_problems, report_problem
from serving.support.staff import staff_names
from serving.wording.support import PROBLEM_ANSWERS, SUBJECTS

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ProblemLine:
    """A data problem that waits; `student` is empty where the student is not enrolled any more."""

    problem_id: str
    student_key: str
    student: str
    subject: str
    description: str
    by: str
    due_on: date
    overdue: bool


@router.get("/students/{student_key}/problems/new")
def get_problem_form(student_key: str, visit: CurrentVisit, back: str = "") -> Response:
    """The empty form."""
    with visit.reading("report_problem", student_key, target="data problem form") as (_, student):
        return problem_form(visit, student, FormState({"entry": new_entry_id(), "back": back}))


@router.post("/students/{student_key}/problems")
def post_problem(student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Tells the data team; or the form again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "report_problem", student_key, target="data problem")
        subject, said = reader.choice("subject", SUBJECT_CODES), reader.text("description", required=True)
        if reader.errors:
            return problem_form(visit, student, reader.state, status=422)
        report_problem(
            session,
            visit.educator,
            student_key,
            reader.entry_id(),
            subject=subject,
            description=said,
            days=visit.support.problem_days,
            at=visit.now,
        )
    return after_saving(student_key, "problem", reader.given("back"))


def problem_form(visit: Visit, student: StudentRow, form: FormState, status: int = 200) -> Response:
    """The page with the form."""
    return visit.page(
        "problem.html",
        status=status,
        student=student,
        form=form,
        subjects=SUBJECTS,
        days=visit.support.problem_days,
        back=return_path(student.student_key, form.value("back")),
    )


@router.get("/problems")
def get_problems(visit: CurrentVisit, done: str = "") -> Response:
    """What waits for the data team, the first due first."""
    with visit.context.read_session() as session:
        allowed = authorize(session, visit.educator, "answer_problem", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        lines = problem_lines(session, visit, open_problems(session, visit.educator.district_id))
    if lines:
        keys, who = sorted({line.student_key for line in lines}), visit.educator
        log_read(
            visit.context.engine, who, "list", target="data problems", allowed=allowed, students=keys, at=visit.now
        )
    return problems_page(visit, lines, FormState(), done=visit.done_words(done))


@router.post("/problems/{problem_id}")
def post_problem_answer(problem_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """The data team's answer; or the page again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        enter_district(session, visit.educator.district_id)
        row = session.get(DataProblemRow, (visit.educator.district_id, problem_id))
        if row is None:
            raise HTTPException(404)
        visit.open_student(session, "answer_problem", row.student_key, target="data problem")
        answer, note = reader.choice("answer", ANSWER_CODES), reader.text("note", most=500)
        if reader.errors:
            lines = problem_lines(session, visit, open_problems(session, row.district_id))
            return problems_page(visit, lines, reader.state, answering=problem_id, status=422)
        answer_problem(session, visit.educator, row, answer=answer, note=note, at=visit.now)
    return RedirectResponse("/problems?done=problem_answered", status_code=303)


def problems_page(
    visit: Visit,
    lines: tuple[ProblemLine, ...],
    form: FormState,
    *,
    answering: str = "",
    done: str = "",
    status: int = 200,
) -> Response:
    """The page of problems; `answering` is the one whose form is shown again."""
    return visit.page(
        "problems.html",
        status=status,
        lines=lines,
        done=done,
        form=form,
        answering=answering,
        answers=PROBLEM_ANSWERS,
        opens=reason_for(visit.educator, "see") is not None,
    )


def problem_lines(session: Session, visit: Visit, rows: list[DataProblemRow]) -> tuple[ProblemLine, ...]:
    """Problems in words."""
    students = names_of_students(session, visit.educator.district_id, [row.student_key for row in rows])
    staff = staff_names(session, visit.educator.district_id, [row.staff_id for row in rows])
    return tuple(
        ProblemLine(
            problem_id=row.problem_id,
            student_key=row.student_key,
            student=students.get(row.student_key, ""),
            subject=visit.language.translate(SUBJECTS.get(row.subject, "")),
            description=row.description,
            by=staff.get(row.staff_id, "–"),
            due_on=row.due_on,
            overdue=row.due_on < visit.today,
        )
        for row in rows
    )


def names_of_students(session: Session, district_id: str, keys: list[str]) -> dict[str, str]:
    """Names of students of a district, by key."""
    found = select(StudentRow).where(StudentRow.district_id == district_id, StudentRow.student_key.in_(keys))
    return {row.student_key: f"{row.last_name}, {row.first_name}" for row in session.scalars(found)}
