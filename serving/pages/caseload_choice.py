"""What is done with students ticked on the caseload, and views that people save of it."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import record_access
from serving.access.authorize import Denied, Educator, OwnDistrict, authorize
from serving.pages.caseload_filter import AskedFilter, CaseloadFilter
from serving.pages.current_user import SignedForm
from serving.pages.form_fields import FieldReader
from serving.pages.meeting import allow_team, ticked
from serving.pages.visit import CurrentVisit, Visit
from serving.store.caseload_rows import SavedViewRow
from serving.store.statements import rows_of, statement
from serving.support.meetings import add_to_agenda, next_meeting
from serving.support.responsible import make_responsible, team_of

router = APIRouter(include_in_schema=False)
MOST_VIEWS = 12


@router.post("/caseload/chosen")
def post_chosen(visit: CurrentVisit, fields: SignedForm, asked: AskedFilter) -> Response:
    """Puts the ticked students on the next meeting's agenda, or one person in charge of them."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        allowed, keys = allow_team(visit, session), ticked(visit, session, reader)
        if not keys:
            return back_to(asked, "nobody_ticked")
        record_access(
            session, visit.educator, "write", target="caseload choice", allowed=allowed, students=keys, at=visit.now
        )
        if reader.given("do") == "agenda":
            meeting = next_meeting(session, visit.educator, visit.support.meetings, at=visit.now)
            add_to_agenda(session, meeting, [(key, "chosen") for key in keys])
            return back_to(asked, "agenda")
        person = reader.choice("person", team_of(session, visit.educator))
        if reader.errors:
            return back_to(asked, "nobody_chosen")
        make_responsible(session, visit.educator, keys, person, at=visit.now)
    return back_to(asked, "responsible")


def back_to(asked: CaseloadFilter, done: str) -> Response:
    """The list that the form was on, which says what was done."""
    joined = f"{asked.query}&done={done}" if asked.query else f"done={done}"
    return RedirectResponse(f"/caseload?{joined}", status_code=303)


@router.post("/caseload/views")
def post_view(visit: CurrentVisit, fields: SignedForm, asked: AskedFilter) -> Response:
    """Saves the filter of the address, or takes it from the saved ones."""
    with visit.context.write_session() as session:
        allow_list(visit, session)
        who, query = visit.educator, asked.of_page(1).query
        own = (SavedViewRow.district_id == who.district_id, SavedViewRow.staff_id == who.staff_id)
        if fields.get("do") == "remove":
            session.execute(delete(SavedViewRow).where(*own, SavedViewRow.query == query))
        elif len(saved_queries(session, who)) < MOST_VIEWS:
            row = SavedViewRow(district_id=who.district_id, staff_id=who.staff_id, query=query, created_at=visit.now)
            session.merge(row)
    return RedirectResponse(asked.address, status_code=303)


def allow_list(visit: Visit, session: Session) -> None:
    """404 for who sees no list."""
    if isinstance(authorize(session, visit.educator, "list", OwnDistrict()), Denied):
        raise HTTPException(404)


def saved_queries(session: Session, who: Educator) -> list[str]:
    """The filters that a person saved, in the order in which they did."""
    return [query for (query,) in rows_of(session, select_saved(who))]


@statement
def select_saved(who: Educator) -> Select[str]:
    """The query for them."""
    found = select(SavedViewRow.query).where(
        SavedViewRow.district_id == who.district_id, SavedViewRow.staff_id == who.staff_id
    )
    return found.order_by(SavedViewRow.created_at, SavedViewRow.query)
