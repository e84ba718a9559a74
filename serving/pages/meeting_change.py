"""The pages that change a meeting: its notes, its day and its agenda, or that there is one at all."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import record_access
from serving.pages.current_user import SignedForm
from serving.pages.entry_versions import meeting_versions
from serving.pages.form_fields import CHOOSE_SURE, FieldReader, FormState
from serving.pages.meeting import LOOK_AHEAD, LOOK_BACK, allow_team, notes_page, own_meeting, reading_team, ticked
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
from serving.support.revisions import StaleRevision

router = APIRouter(include_in_schema=False)


@router.get("/meetings/{meeting_id}/change")
def get_meeting_change(meeting_id: str, visit: CurrentVisit) -> Response:
    """The day and the agenda in a form, and the way to delete the meeting."""
    with reading_team(visit, "meeting") as (session, students):
        row = own_meeting(visit, session, meeting_id)
        students += agenda_of(session, visit, row, names=True).students
        form = FormState({"held_on": row.held_on.isoformat(), "on": digest_of(row)})
        return change_page(visit, session, row, form)


@router.post("/meetings/{meeting_id}")
def post_meeting_notes(meeting_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Keeps who was there, and what the team does better next time; 409 with both versions where a colleague wrote."""
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
    return RedirectResponse(f"/meetings/{meeting_id}?done=meeting", status_code=303)


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
    return RedirectResponse(f"/meetings/{meeting_id}?done=meeting", status_code=303)


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
            wrong = FormState({"held_on": row.held_on.isoformat(), "on": digest_of(row)}, {"sure": CHOOSE_SURE})
            return change_page(visit, session, row, wrong, status=422)
        keys = delete_meeting(session, visit.educator, row, at=visit.now)
        target = "meeting deleted"
        record_access(session, visit.educator, "write", target=target, allowed=allowed, students=keys, at=visit.now)
    return RedirectResponse("/meetings?done=meeting_deleted", status_code=303)


def change_page(visit: Visit, session: Session, row: MeetingRow, form: FormState, *, status: int = 200) -> Response:
    """The page with the form; with 409 what the meeting says now stands above it."""
    return visit.page(
        "meeting_change.html",
        status=status,
        agenda=agenda_of(session, visit, row, names=True),
        form=form,
        versions=meeting_versions(visit.language, row) if status == 409 else (),
        may_delete=may_delete(visit.educator, row),
    )
