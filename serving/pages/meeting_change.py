"""The pages that change a meeting: its notes, its day and its agenda, or that there is one at all."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import record_access
from serving.pages.agenda_search import find_typed
from serving.pages.current_user import SignedForm
from serving.pages.entry_versions import meeting_versions
from serving.pages.form_fields import CHOOSE_SURE, FieldReader, FormState
from serving.pages.meeting import (
    LOOK_AHEAD,
    LOOK_BACK,
    allow_team,
    notes_form,
    notes_page,
    own_meeting,
    reading_team,
    ticked,
)
from serving.pages.meeting_view import agenda_of
from serving.pages.visit import CurrentVisit, Visit
from serving.store.meeting_rows import MeetingRow
from serving.support.meeting_changes import (
    MeetingNotes,
    change_meeting,
    delete_meeting,
    digest_of,
    may_delete,
    take_off,
)
from serving.support.meetings import add_to_agenda
from serving.support.revisions import StaleRevision

router = APIRouter(include_in_schema=False)


@router.get("/meetings/{meeting_id}/change")
def get_meeting_change(meeting_id: str, visit: CurrentVisit, names: bool = False) -> Response:
    """The day and the agenda in a form, and the way to delete the meeting."""
    with reading_team(visit, "meeting") as (session, students):
        row = own_meeting(visit, session, meeting_id)
        students += agenda_of(session, visit, row, names=names).students
        form = FormState({"held_on": row.held_on.isoformat(), "on": digest_of(row), "names": str(int(names))})
        return change_page(visit, session, row, form)


@router.post("/meetings/{meeting_id}")
def post_meeting_notes(meeting_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Keeps who was there and what the team does better next time, and leads on; 409 where a colleague wrote too."""
    reader = FieldReader(fields)
    people, review, on = reader.text("people"), reader.text("review"), reader.text("on", required=True)
    with visit.context.write_session() as session:
        allow_team(visit, session)
        row = own_meeting(visit, session, meeting_id)
        if reader.errors:
            return notes_page(visit, session, row, reader.state, status=422)
        try:
            said = MeetingNotes(row.held_on, people, review)
            change_meeting(session, visit.educator, row, said, on=on, at=visit.now)
        except StaleRevision:
            mine = FormState({**reader.fields, "on": digest_of(row)})
            theirs = meeting_versions(visit.language, row)
            return notes_page(visit, session, row, mine, versions=theirs, status=409)
        path = path_after(visit, session, row, reader.given("do"))
    return RedirectResponse(with_names(f"{path}?done=meeting", reader), status_code=303)


def path_after(visit: Visit, session: Session, row: MeetingRow, do: str) -> str:
    """Where the notes of a meeting lead: to the first student not talked about, the minutes, or the agenda again."""
    path = f"/meetings/{row.meeting_id}"
    following = agenda_of(session, visit, row, names=False).following if do == "begin" else None
    return following.address if following else f"{path}/minutes" if do == "minutes" else path


def with_names(address: str, reader: FieldReader) -> str:
    """An address that keeps showing names where the form did."""
    return f"{address}&names=1" if reader.given("names") == "1" else address


@router.post("/meetings/{meeting_id}/agenda")
def post_agenda(meeting_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Puts a student on the agenda by name or number, or whom of several the form has ticked; or the agenda again.

    What is searched for is in no address and no log.
    """
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        allowed = allow_team(visit, session)
        row = own_meeting(visit, session, meeting_id)
        chosen = ticked(visit, session, reader)
        typed, offered = ([], []) if chosen else find_typed(visit, session, reader, names=reader.given("names") == "1")
        add_to_agenda(session, row, [(key, "chosen") for key in (*chosen, *typed)])
        named = [*chosen, *typed, *(one.student_key for one in offered)]
        if named:
            record_access(
                session, visit.educator, "write", target="meeting", allowed=allowed, students=named, at=visit.now
            )
        if reader.errors:
            typed_on = FormState({**notes_form(row), **reader.fields}, reader.errors)
            return notes_page(visit, session, row, typed_on, offered=offered, status=422)
    return RedirectResponse(with_names(f"/meetings/{meeting_id}?done=on_agenda", reader), status_code=303)


@router.post("/meetings/{meeting_id}/change")
def post_meeting_change(meeting_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Moves the meeting to another day and takes the ticked students off its agenda."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        allowed = allow_team(visit, session)
        row = own_meeting(visit, session, meeting_id)
        earliest = min(visit.today, row.held_on) - LOOK_BACK
        day = reader.day("held_on", earliest=earliest, latest=visit.today + LOOK_AHEAD, required=True)
        if reader.errors or day is None:
            return change_page(visit, session, row, reader.state, status=422)
        off, who = ticked(visit, session, reader), visit.educator
        try:
            said = MeetingNotes(day, row.people, row.review)
            change_meeting(session, who, row, said, on=reader.given("on"), at=visit.now)
        except StaleRevision:
            return change_page(visit, session, row, FormState({**reader.fields, "on": digest_of(row)}), status=409)
        take_off(session, who, row, off, at=visit.now)
        record_access(session, who, "write", target="meeting changed", allowed=allowed, students=off, at=visit.now)
    return RedirectResponse(with_names(f"/meetings/{meeting_id}?done=meeting", reader), status_code=303)


@router.post("/meetings/{meeting_id}/delete")
def post_meeting_delete(meeting_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Deletes the meeting, by who called it or the principal, once they ticked that they mean it."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        allowed = allow_team(visit, session)
        row = own_meeting(visit, session, meeting_id)
        if not may_delete(visit.educator, row):
            raise HTTPException(404)
        if reader.given("sure") != "yes":
            held = {"held_on": row.held_on.isoformat(), "on": digest_of(row), "names": reader.given("names")}
            wrong = FormState(held, {"sure": CHOOSE_SURE})
            return change_page(visit, session, row, wrong, status=422)
        keys = delete_meeting(session, visit.educator, row, at=visit.now)
        target = "meeting deleted"
        record_access(session, visit.educator, "write", target=target, allowed=allowed, students=keys, at=visit.now)
    return RedirectResponse("/meetings?done=meeting_deleted", status_code=303)


def change_page(visit: Visit, session: Session, row: MeetingRow, form: FormState, *, status: int = 200) -> Response:
    """The page with the form; with 409 what the meeting says now stands above it."""
    names = form.value("names") == "1"
    return visit.page(
        "meeting_change.html",
        status=status,
        agenda=agenda_of(session, visit, row, names=names),
        names=names,
        form=form,
        versions=meeting_versions(visit.language, row) if status == 409 else (),
        may_delete=may_delete(visit.educator, row),
    )
