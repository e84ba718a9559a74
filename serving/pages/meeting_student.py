"""The page of a team meeting about one student: what the records show, what was tried, and what is decided."""

from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.pages.contact_fields import LOOK_AHEAD
from serving.pages.current_user import SignedForm
from serving.pages.form_fields import WRITE, FieldReader, FormState
from serving.pages.meeting import own_meeting
from serving.pages.meeting_view import agenda_of, meeting_student
from serving.pages.visit import CurrentVisit, Visit
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.rows import StudentRow
from serving.support.meetings import Decision, decide
from serving.support.revisions import StaleRevision
from serving.support.staff import colleagues_of
from serving.wording.meetings import STEPS

router = APIRouter(include_in_schema=False)
SATURDAY = 5


@router.get("/meetings/{meeting_id}/students/{student_key}")
def get_meeting_student(
    meeting_id: str, student_key: str, visit: CurrentVisit, names: bool = False, done: str = ""
) -> Response:
    """The page of a student on the agenda."""
    with visit.reading("write", student_key, target="meeting") as (session, student):
        meeting, row = find_item(visit, session, meeting_id, student_key)
        form = filled_form(row, visit)
        return student_page(visit, session, (meeting, row, student), form, names=names, done=done)


@router.post("/meetings/{meeting_id}/students/{student_key}")
def post_meeting_student(meeting_id: str, student_key: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Keeps what was decided and leads on to the next student; 409 with both versions where a colleague wrote too."""
    reader = FieldReader(fields)
    names = reader.given("names") == "1"
    with visit.context.write_session() as session:
        student = visit.open_student(session, "write", student_key, target="meeting")
        meeting, row = find_item(visit, session, meeting_id, student_key)
        said = read_decision(reader, visit, colleagues_of(session, visit.educator, student))
        revision = reader.number("revision", least=1, most=10**6)
        about = (meeting, row, student)
        if reader.errors:
            return student_page(visit, session, about, reader.state, names=names, status=422)
        try:
            decide(session, visit.educator, row, said, revision=revision, at=visit.now)
        except StaleRevision:
            mine = reader.on_revision(row.revision)
            return student_page(visit, session, about, mine, names=names, status=409)
        following = next_address(visit, session, meeting, student_key)
    asked = "&names=1" if names else ""
    return RedirectResponse(f"{following}?done=decision{asked}", status_code=303)


def find_item(visit: Visit, session: Session, meeting_id: str, student_key: str) -> tuple[MeetingRow, MeetingItemRow]:
    """A meeting of the viewer's team and a student's place on its agenda; 404 where there is none."""
    meeting = own_meeting(visit, session, meeting_id)
    row = session.get(MeetingItemRow, (meeting.district_id, meeting_id, student_key))
    if row is None:
        raise HTTPException(404)
    return meeting, row


def read_decision(reader: FieldReader, visit: Visit, colleagues: dict[str, str]) -> Decision:
    """What the form says; a decision that is due on a day has an owner, and words.

    The day that the form had to begin with asks for nothing where nobody wrote a decision.
    """
    decision = reader.text("decision", most=300)
    is_untouched = not decision and reader.given("due_on") == reader.given("offered")
    due_on = None if is_untouched else reader.day("due_on", earliest=visit.today, latest=visit.today + LOOK_AHEAD)
    owner = reader.choice("owner", colleagues) if due_on else reader.given("owner")
    if due_on and not decision:
        reader.errors["decision"] = WRITE
    return Decision(reader.text("meaning"), decision, owner if owner in colleagues else "", due_on)


def filled_form(row: MeetingItemRow, visit: Visit) -> FormState:
    """The form with what was decided so far; before that the viewer is to do it, within a week."""
    offered = "" if row.decided_at else offered_day(visit.today).isoformat()
    return FormState(
        {
            "meaning": row.meaning, "decision": row.decision, "owner": row.owner or visit.educator.staff_id,
            "due_on": row.due_on.isoformat() if row.due_on else offered, "offered": offered,
            "revision": str(row.revision),
        }
    )  # fmt: skip


def offered_day(today: date) -> date:
    """By when something is to be done where nobody says: in a week, from a weekend on the Monday after."""
    day = today + timedelta(days=7)
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def next_address(visit: Visit, session: Session, meeting: MeetingRow, student_key: str) -> str:
    """The page of the next student on the agenda; the minutes after the last."""
    lines = agenda_of(session, visit, meeting, names=False).lines
    own = f"/meetings/{meeting.meeting_id}/students/{student_key}"
    places = [line.address for line in lines]
    following = places[places.index(own) + 1 :]
    return following[0] if following else f"/meetings/{meeting.meeting_id}/minutes"


def student_page(
    visit: Visit,
    session: Session,
    about: tuple[MeetingRow, MeetingItemRow, StudentRow],
    form: FormState,
    *,
    names: bool,
    done: str = "",
    status: int = 200,
) -> Response:
    """The page of a student on the agenda; with 409, what a colleague wrote stands above the form."""
    meeting, row, student = about
    agenda = agenda_of(session, visit, meeting, names=names)
    place = next(at for at, line in enumerate(agenda.lines) if line.address.endswith(f"/{student.student_key}"))
    around = [agenda.lines[at] if 0 <= at < len(agenda.lines) else None for at in (place - 1, place + 1)]
    people = colleagues_of(session, visit.educator, student)
    return visit.page(
        "meeting_student.html",
        status=status,
        agenda=agenda,
        line=agenda.lines[place],
        before=around[0],
        after=around[1],
        view=meeting_student(session, visit, student, names=names),
        student_key=student.student_key,
        form=form,
        colleagues=people,
        versions=decision_versions(visit, row, people) if status == 409 else (),
        names=names,
        back=f"meeting-{meeting.meeting_id}{'-names' if names else ''}",
        steps=STEPS,
        done=visit.done_words(done),
    )


def decision_versions(visit: Visit, row: MeetingItemRow, people: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """What is stored of a decision, line by line with its label."""
    words = visit.language
    return (
        (words.translate(STEPS["meaning"]), row.meaning),
        (words.translate(STEPS["decision"]), row.decision),
        (words.translate("Who does it"), people.get(row.owner, "")),
        (words.translate("By when"), words.day(row.due_on) if row.due_on else ""),
    )
