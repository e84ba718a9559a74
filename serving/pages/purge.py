"""Purge by policy: what is kept for how long, what would go now, and the certificates of what went."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import record_access
from serving.access.authorize import Allowed, Denied, OwnDistrict, authorize
from serving.pages.current_user import SignedForm
from serving.pages.visit import CurrentVisit, Visit
from serving.store.purge_rows import PurgeRow
from serving.support.purge import Purger, certificates, due_rows, holds, policy_of, purge
from serving.wording.locale import Language
from serving.wording.purge import TABLES

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class CountLine:
    """How many rows of a table."""

    what: str
    table: str
    rows: int


def allow_purge(visit: Visit, session: Session) -> Allowed:
    """Why the viewer may purge; 404 where they may not."""
    allowed = authorize(session, visit.educator, "purge", OwnDistrict())
    if isinstance(allowed, Denied):
        raise HTTPException(404)
    return allowed


def count_lines(language: Language, rows: dict[str, int]) -> tuple[CountLine, ...]:
    """Counts by table in words; tables of which nothing goes are left out."""
    return tuple(
        CountLine(language.translate(TABLES.get(name, "")) or name, name, count)
        for name, count in rows.items()
        if count
    )


@router.get("/purge")
def get_purge(visit: CurrentVisit, done: str = "") -> Response:
    """The policy, what it no longer keeps, and the certificates."""
    return purge_page(visit, done=done)


def purge_page(visit: Visit, *, done: str = "", unsure: bool = False, status: int = 200) -> Response:
    """The page; `unsure` where the box was not ticked."""
    district_id, policy = visit.educator.district_id, policy_of(visit.support, visit.today)
    with visit.context.read_session() as session:
        allow_purge(visit, session)
        due = due_rows(session, district_id, policy)
        made = certificates(session, district_id)
    return visit.page(
        "purge.html",
        status=status,
        policy=policy,
        support=visit.support,
        due=count_lines(visit.language, due),
        made=list(reversed(made)),
        holds=holds(made),
        unsure=unsure,
        done=visit.done_words(done),
    )


@router.post("/purge")
def post_purge(visit: CurrentVisit, fields: SignedForm) -> Response:
    """Purges what the policy no longer keeps, once the box is ticked, and leads to the certificate."""
    district_id, who = visit.educator.district_id, visit.educator
    with visit.context.write_session() as session:
        allowed = allow_purge(visit, session)
        if fields.get("sure") == "yes":
            purger = Purger(who.name, visit.viewer.name)
            row = purge(session, district_id, visit.support, purger, at=visit.now, today=visit.today)
            if row is None:
                return RedirectResponse("/purge?done=nothing_due", status_code=303)
            target = f"purge: {row.purge_id}"
            record_access(session, who, "purge", target=target, allowed=allowed, students=[], at=visit.now)
            return RedirectResponse(f"/purge/{row.purge_id}", status_code=303)
    return purge_page(visit, unsure=True, status=422)


@router.get("/purge/{purge_id}")
def get_certificate(purge_id: str, visit: CurrentVisit) -> Response:
    """A certificate, to print."""
    with visit.context.read_session() as session:
        allow_purge(visit, session)
        row = session.get(PurgeRow, (visit.educator.district_id, purge_id))
        if row is None:
            raise HTTPException(404)
        counts = {name: count for name, count in row.rows.items() if isinstance(count, int)}
        lines = count_lines(visit.language, counts)
    return visit.page("purge_certificate.html", row=row, lines=lines)
