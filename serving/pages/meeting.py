"""The pages of team meetings: called, gone through student by student, told as minutes and as a recap."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read, record_access
from serving.access.authorize import Allowed, Denied, OwnDistrict, authorize
from serving.pages.agenda_search import Offered, find_typed
from serving.pages.current_user import SignedForm
from serving.pages.entry_versions import Versions
from serving.pages.form_fields import FieldReader, FormState, new_entry_id
from serving.pages.meeting_view import Agenda, agenda_of, recap_lines, suggested_keys, suggestions
from serving.pages.visit import CurrentVisit, Visit
from serving.store.meeting_rows import MeetingRow
from serving.support.meeting_changes import digest_of
from serving.support.meetings import add_to_agenda, call_meeting, find_meeting, meetings_of, visible_of
from serving.wording.meetings import STEPS

router = APIRouter(include_in_schema=False)
LOOK_BACK, LOOK_AHEAD, RECAP = timedelta(days=30), timedelta(days=200), timedelta(days=60)
STUDENT_FIELD = "student:"
"""How the name of a ticked student's field begins."""


def allow_team(visit: Visit, session: Session) -> Allowed:
    """Why the viewer may hold meetings; 404 where they may not."""
    allowed = authorize(session, visit.educator, "write", OwnDistrict())
    if isinstance(allowed, Denied):
        raise HTTPException(404)
    return allowed


@contextmanager
def reading_team(visit: Visit, target: str) -> Iterator[tuple[Session, list[str]]]:
    """A session that only reads; the students whom the page then names are noted in the access log."""
    students: list[str] = []
    with visit.context.read_session() as session:
        allowed = allow_team(visit, session)
        yield session, students
    if students:
        log_read(
            visit.context.engine, visit.educator, "list", target=target, allowed=allowed, students=students,
            at=visit.now,
        )  # fmt: skip


def own_meeting(visit: Visit, session: Session, meeting_id: str) -> MeetingRow:
    """A meeting of the viewer's team; 404 for another."""
    row = find_meeting(session, visit.educator, meeting_id)
    if row is None:
        raise HTTPException(404)
    return row


@router.get("/meetings")
def get_meetings(visit: CurrentVisit, done: str = "") -> Response:
    """The team's meetings, and whom to put on the next agenda."""
    with reading_team(visit, "meetings") as (session, students):
        return meetings_page(visit, session, students, blank_meeting(visit), done=done)


def blank_meeting(visit: Visit) -> FormState:
    """The form as it first shows: on the next of the district's days, or today."""
    day = min((one for one in visit.support.meetings if one >= visit.today), default=visit.today)
    return FormState({"held_on": day.isoformat(), "entry": new_entry_id()})


def meetings_page(
    visit: Visit,
    session: Session,
    students: list[str],
    form: FormState,
    *,
    offered: Sequence[Offered] = (),
    done: str = "",
    status: int = 200,
) -> Response:
    """The page of meetings; `students` gets those whom it names."""
    found = suggestions(session, visit)
    students += [one.student_key for one in found] + [one.student_key for one in offered]
    rows = meetings_of(session, visit.educator)
    first = visit.support.meeting_students
    return visit.page(
        "meetings.html",
        status=status,
        meetings=rows,
        suggestions=found,
        offered=offered,
        first=first,
        form=form,
        stale=visit.list_age(session),
        done=visit.done_words(done),
    )


@router.post("/meetings")
def post_meeting(visit: CurrentVisit, fields: SignedForm) -> Response:
    """Calls a meeting with the ticked students on its agenda, and begins it where asked to; or the form again."""
    reader = FieldReader(fields)
    people = reader.text("people")
    day = reader.day("held_on", earliest=visit.today - LOOK_BACK, latest=visit.today + LOOK_AHEAD, required=True)
    with reading_team(visit, "meetings") as (session, students):
        typed, offered = find_typed(visit, session, reader, names=True)
        if reader.errors or day is None:
            return meetings_page(visit, session, students, reader.state, offered=offered, status=422)
    with visit.context.write_session() as session:
        allowed = allow_team(visit, session)
        row = call_meeting(session, visit.educator, reader.entry_id(), day, people=people, at=visit.now)
        why, keys = dict(suggested_keys(session, visit)), [*ticked(visit, session, reader), *typed]
        add_to_agenda(session, row, [(key, why.get(key, "chosen")) for key in keys])
        record_access(session, visit.educator, "write", target="meeting", allowed=allowed, students=keys, at=visit.now)
        path = f"/meetings/{row.meeting_id}"
        following = agenda_of(session, visit, row, names=False).following if reader.given("do") == "begin" else None
        return RedirectResponse(following.address if following else path, status_code=303)


def ticked(visit: Visit, session: Session, reader: FieldReader) -> list[str]:
    """The students ticked in a form whom the viewer sees, in the order of the form."""
    keys = [name.removeprefix(STUDENT_FIELD) for name in reader.fields if name.startswith(STUDENT_FIELD)]
    seen = visible_of(session, visit.educator, keys)
    return [key for key in keys if key in seen]


@router.get("/meetings/recap")
def get_recap(visit: CurrentVisit, since: date | None = None, until: date | None = None) -> Response:
    """Every student talked about between two days, and what was assigned to whom."""
    last = until or visit.today
    first = since or last - RECAP
    with reading_team(visit, "meeting recap") as (session, students):
        lines = recap_lines(session, visit, first, last)
        students += sorted({line.student_key for line in lines})
    return visit.page("meeting_recap.html", lines=lines, since=first, until=last)


@router.get("/meetings/{meeting_id}")
def get_meeting(meeting_id: str, visit: CurrentVisit, names: bool = False, done: str = "") -> Response:
    """The agenda, to go through on a projector: initials, unless names are asked for."""
    with reading_team(visit, "meeting") as (session, students):
        agenda = agenda_of(session, visit, own_meeting(visit, session, meeting_id), names=names)
        students += agenda.students
    return agenda_page(visit, agenda, "meeting.html", names=names, done=done)


@router.get("/meetings/{meeting_id}/minutes")
def get_minutes(meeting_id: str, visit: CurrentVisit, names: bool = False, done: str = "") -> Response:
    """The minutes, to be finished and to print."""
    with reading_team(visit, "minutes") as (session, students):
        agenda = agenda_of(session, visit, own_meeting(visit, session, meeting_id), names=names)
        students += agenda.students
    return agenda_page(visit, agenda, "meeting_minutes.html", names=names, done=done)


def agenda_page(visit: Visit, agenda: Agenda, template: str, *, names: bool, done: str) -> Response:
    """A page about a whole meeting."""
    row = agenda.meeting
    form = FormState({**notes_form(row), "names": str(int(names))})
    return visit.page(
        template,
        agenda=agenda,
        names=names,
        steps=STEPS,
        form=form,
        versions=(),
        offered=(),
        done=visit.done_words(done),
    )


def notes_form(row: MeetingRow) -> dict[str, str]:
    """What the form of a meeting's notes holds."""
    return {"people": row.people, "review": row.review, "on": digest_of(row)}


def notes_page(
    visit: Visit,
    session: Session,
    row: MeetingRow,
    form: FormState,
    *,
    versions: Versions = (),
    offered: Sequence[Offered] = (),
    status: int,
) -> Response:
    """The agenda, or the minutes, with a form that was not taken; with 409 what a colleague wrote stands above it."""
    names = form.value("names") == "1"
    return visit.page(
        "meeting_minutes.html" if form.value("do") == "minutes" else "meeting.html",
        status=status,
        agenda=agenda_of(session, visit, row, names=names),
        names=names,
        steps=STEPS,
        form=form,
        versions=versions,
        offered=offered,
        done="",
    )
