"""The pages of a plan: begun, changed, its days entered, and ended."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.pages.current_user import SignedForm
from serving.pages.form_fields import FieldReader, FormState
from serving.pages.plan_conflict import FieldVersions, plan_conflict
from serving.pages.plan_fields import blank_plan, filled_plan, read_plan
from serving.pages.plan_view import plan_choices, plan_view
from serving.pages.return_address import after_saving, return_path
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import StudentRow
from serving.store.support_rows import PlanRow
from serving.support.plans import OUTCOMES, begin_plan, end_plan, enter_session, plan_of, revise_plan
from serving.support.revisions import StaleRevision
from serving.wording.support import PLAN_OUTCOMES

router = APIRouter(include_in_schema=False)
HELD = ("yes", "no")


@router.get("/students/{student_key}/plans/new")
def get_plan_form(student_key: str, visit: CurrentVisit, back: str = "") -> Response:
    """The empty form."""
    with visit.reading("write", student_key, target="plan form") as (session, student):
        form = blank_plan(visit.today, visit.support, champion=visit.educator.staff_id, back=back)
        return plan_form(visit, session, student, form)


@router.post("/students/{student_key}/plans")
def post_plan(student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Begins a plan; or the form again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="plan")
        plan = read_plan(reader, visit.today, plan_choices(visit, session, student))
        if reader.errors:
            return plan_form(visit, session, student, reader.state, status=422)
        begin_plan(session, visit.educator, student_key, reader.entry_id(), plan, at=visit.now)
    return after_saving(student_key, "plan", reader.given("back"))


@router.get("/students/{student_key}/plans/{plan_id}")
def get_plan(student_key: str, plan_id: str, visit: CurrentVisit, done: str = "") -> Response:
    """The plan: what it says, its dose, and forms to go on with it."""
    with visit.reading("see", student_key, target="plan") as (session, student):
        row = find_plan(visit, session, student_key, plan_id)
        return plan_page(visit, session, student, row, done=done)


@router.get("/students/{student_key}/plans/{plan_id}/change")
def get_plan_change(student_key: str, plan_id: str, visit: CurrentVisit) -> Response:
    """The form with the plan in it."""
    with visit.reading("write", student_key, target="plan form") as (session, student):
        row = find_plan(visit, session, student_key, plan_id)
        return plan_form(visit, session, student, filled_plan(plan_of(row), row.revision), row=row)


@router.post("/students/{student_key}/plans/{plan_id}")
def post_plan_change(student_key: str, plan_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Changes the plan; 409 with both versions where somebody else changed it in between."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="plan")
        row = find_plan(visit, session, student_key, plan_id)
        plan = read_plan(reader, visit.today, plan_choices(visit, session, student), earliest=row.start_date)
        revision = reader.number("revision", least=1, most=10**6)
        if reader.errors:
            return plan_form(visit, session, student, reader.state, row=row, status=422)
        try:
            revise_plan(session, visit.educator, row, plan, revision=revision, at=visit.now)
        except StaleRevision:
            both = plan_conflict(visit, session, row, plan, revision)
            return plan_form(visit, session, student, both.form, row=row, versions=both.fields, status=409)
    return after_saving(student_key, "plan_changed")


@router.post("/students/{student_key}/plans/{plan_id}/sessions")
def post_plan_session(student_key: str, plan_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Says of a day whether its session was held; or the page again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="plan session")
        row = find_plan(visit, session, student_key, plan_id)
        day = reader.day("day", earliest=row.start_date, latest=visit.today, required=True) or visit.today
        held, note = reader.choice("held", HELD) == "yes", reader.text("note", most=300)
        if reader.errors or row.ended_on is not None:
            return plan_page(visit, session, student, row, form=reader.state, status=422)
        enter_session(session, visit.educator, row, day, held=held, note=note, at=visit.now)
    return after_saving(f"{student_key}/plans/{plan_id}", "session")


@router.post("/students/{student_key}/plans/{plan_id}/end")
def post_plan_end(student_key: str, plan_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Ends the plan with an outcome; or the page again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="plan")
        row = find_plan(visit, session, student_key, plan_id)
        outcome, note = reader.choice("outcome", OUTCOMES), reader.text("outcome_note")
        if reader.errors:
            return plan_page(visit, session, student, row, form=reader.state, status=422)
        end_plan(session, visit.educator, row, outcome, note)
    return after_saving(student_key, "plan_ended")


def find_plan(visit: Visit, session: Session, student_key: str, plan_id: str) -> PlanRow:
    """A plan of the student; 404 where there is none of that id."""
    row = session.get(PlanRow, (visit.educator.district_id, plan_id))
    if row is None or row.student_key != student_key:
        raise HTTPException(404)
    return row


def plan_form(
    visit: Visit,
    session: Session,
    student: StudentRow,
    form: FormState,
    *,
    row: PlanRow | None = None,
    versions: tuple[FieldVersions, ...] = (),
    status: int = 200,
) -> Response:
    """The page with the form; where somebody changed the plan since, both versions stand above it."""
    return visit.page(
        "plan_form.html",
        status=status,
        student=student,
        form=form,
        plan=row,
        both=versions,
        back=return_path(student.student_key, form.value("back")),
        choices=plan_choices(visit, session, student),
    )


def plan_page(
    visit: Visit,
    session: Session,
    student: StudentRow,
    row: PlanRow,
    *,
    form: FormState | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    """The page of a plan."""
    return visit.page(
        "plan.html",
        status=status,
        student=student,
        plan=plan_view(visit, session, student, row),
        form=form or FormState({"day": visit.today.isoformat()}),
        outcomes=PLAN_OUTCOMES,
        done=visit.done_words(done),
        writes=visit.may(session, "write", student.student_key),
    )
