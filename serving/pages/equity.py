"""Equity: for whom the list is right, whom it misses, and who of the district has read it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.definitions.served_outcomes import served_outcomes
from serving.access.authorize import Denied, OwnDistrict, authorize, reason_for
from serving.pages.caseload_line import school_names
from serving.pages.current_user import SignedForm
from serving.pages.equity_view import equity_view
from serving.pages.form_fields import FieldReader, new_entry_id
from serving.pages.live_view import help_view, live_summary
from serving.pages.school_view import ANOTHER_SCHOOL
from serving.pages.visit import CurrentVisit, Visit
from serving.store.total_rows import AuditSignOffRow
from serving.wording.locale import capitalize_first
from serving.wording.outcomes import told_apart

router = APIRouter(include_in_schema=False)
Outcome = Annotated[str, Query(max_length=100)]


@router.get("/equity")
def get_equity(visit: CurrentVisit, outcome: Outcome = "", done: str = "") -> Response:
    """The page of an outcome's list; it holds totals alone."""
    with visit.context.read_session() as session:
        if isinstance(authorize(session, visit.educator, "see_audit", OwnDistrict()), Denied):
            raise HTTPException(404)
        schools = schools_told(visit, session)
        choices = outcome_choices(visit)
        chosen = outcome if outcome in choices else next(iter(choices))
        release = visit.context.releases.current(visit.educator.district_id, chosen)
        view = equity_view(release.bundle, visit.language, schools) if release else None
        signed, stale = sign_offs(session, visit, chosen), visit.list_age(session)
    live = live_summary(visit, chosen)
    may_sign = view is not None and reason_for(visit.educator, "sign_audit") is not None
    return visit.page(
        "equity.html",
        view=view,
        never_judged=release is not None and (release.bundle.gate or {}).get("verdict") == "no_model",
        help=help_view(visit.language, live, schools) if live else None,
        chosen=chosen,
        choices=choices,
        signed=signed,
        may_sign=may_sign,
        entry=new_entry_id(),
        stale=stale,
        done=visit.done_words(done),
    )


def schools_told(visit: Visit, session: Session) -> dict[str, str]:
    """The names of schools by id; to a principal each but their own is another school, as on School and district."""
    educator = visit.educator
    names = school_names(session, educator.district_id)
    if educator.role != "principal":
        return names
    other = visit.language.translate(ANOTHER_SCHOOL)
    return {one: name if one == educator.school_id else other for one, name in names.items()}


@router.post("/equity/sign-off")
def post_sign_off(visit: CurrentVisit, fields: SignedForm) -> Response:
    """Keeps that somebody of the district has read the audit; nothing is ever changed or removed."""
    reader, district_id = FieldReader(fields), visit.educator.district_id
    with visit.context.write_session() as session:
        if isinstance(authorize(session, visit.educator, "sign_audit", OwnDistrict()), Denied):
            raise HTTPException(404)
        outcome, note = reader.given("outcome"), reader.text("note", most=500)
        release = visit.context.releases.current(district_id, outcome)
        if release is None or reader.given("digest") != release.bundle.digest or reader.errors:
            raise HTTPException(422)
        key = (district_id, reader.entry_id())
        if session.get(AuditSignOffRow, key) is None:
            session.add(
                sign_off_row(visit, key, outcome=outcome, digest=release.bundle.digest, note=note, at=visit.now)
            )
    return RedirectResponse(f"/equity?outcome={outcome}&done=signed_off", status_code=303)


def sign_off_row(
    visit: Visit, key: tuple[str, str], *, outcome: str, digest: str, note: str, at: datetime
) -> AuditSignOffRow:
    """A sign-off by the visitor, under their name of today."""
    return AuditSignOffRow(
        district_id=key[0],
        sign_off_id=key[1],
        outcome=outcome,
        bundle_digest=digest,
        staff_id=visit.educator.staff_id,
        name=visit.viewer.name,
        note=note,
        at=at,
    )


def outcome_choices(visit: Visit) -> dict[str, str]:
    """The outcomes that the district serves, by name, with what they are about; no two are said alike."""
    served = served_outcomes(visit.context.settings, visit.educator.district_id)
    said = {
        one.outcome.name: capitalize_first(visit.language.translate(one.outcome.about) or one.outcome.name)
        for one in served
    }
    return told_apart(visit.language, said)


def sign_offs(session: Session, visit: Visit, outcome: str) -> list[AuditSignOffRow]:
    """Who signed off what of an outcome, the latest first."""
    found = select(AuditSignOffRow).where(
        AuditSignOffRow.district_id == visit.educator.district_id, AuditSignOffRow.outcome == outcome
    )
    return list(session.scalars(found.order_by(AuditSignOffRow.at.desc(), AuditSignOffRow.sign_off_id)))
