"""The page on which a caseload is handed to a colleague for a time."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import record_access
from serving.access.covers import counselors_of, covers_shown, end_cover, give_cover, may_hand_over
from serving.pages.current_user import SignedForm
from serving.pages.form_fields import CHOOSE, FieldReader, FormState, new_entry_id
from serving.pages.meeting import allow_team
from serving.pages.visit import CurrentVisit, Visit
from serving.support.staff import staff_names

router = APIRouter(include_in_schema=False)
LONGEST = timedelta(days=200)


@router.get("/cover")
def get_cover(visit: CurrentVisit, done: str = "") -> Response:
    """Who covers for whom, and the form."""
    with visit.context.read_session() as session:
        allow_team(visit, session)
        form = FormState(
            {"absent": visit.educator.staff_id, "start_date": visit.today.isoformat(), "entry": new_entry_id()}
        )
        return cover_page(visit, session, form, done=done)


@router.post("/cover")
def post_cover(visit: CurrentVisit, fields: SignedForm) -> Response:
    """Hands a caseload over until a day; or the form again."""
    reader = FieldReader(fields)
    with visit.context.write_session() as session:
        allowed = allow_team(visit, session)
        absent = reader.choice("absent", may_hand_over(session, visit.educator))
        colleague = reader.choice("colleague", counselors_of(session, visit.educator))
        if colleague == absent:
            reader.errors["colleague"] = CHOOSE
        start = reader.day("start_date", earliest=visit.today, latest=visit.today + LONGEST, required=True)
        end = reader.day("end_date", earliest=start or visit.today, latest=visit.today + LONGEST, required=True)
        if reader.errors or start is None or end is None:
            return cover_page(visit, session, reader.state, status=422)
        who, entry = visit.educator, reader.entry_id()
        give_cover(session, who, entry, absent_id=absent, staff_id=colleague, days=(start, end), at=visit.now)
        target = f"cover of {absent} by {colleague}, {start} to {end}"
        record_access(session, visit.educator, "write", target=target, allowed=allowed, students=[], at=visit.now)
    return RedirectResponse("/cover?done=cover", status_code=303)


@router.post("/cover/{cover_id}/end")
def post_cover_end(cover_id: str, visit: CurrentVisit, _fields: SignedForm) -> Response:
    """Ends a cover before its day; 404 for one that the viewer neither gives nor takes."""
    with visit.context.write_session() as session:
        allowed = allow_team(visit, session)
        row = next((one for one in covers_shown(session, visit.educator) if one.cover_id == cover_id), None)
        if row is None:
            raise HTTPException(404)
        end_cover(session, row, visit.now)
        target = f"end of cover of {row.absent_id} by {row.staff_id}"
        record_access(session, visit.educator, "write", target=target, allowed=allowed, students=[], at=visit.now)
    return RedirectResponse("/cover?done=cover_ended", status_code=303)


def cover_page(visit: Visit, session: Session, form: FormState, *, done: str = "", status: int = 200) -> Response:
    """The page."""
    rows, absent = covers_shown(session, visit.educator), may_hand_over(session, visit.educator)
    alone = set(absent) if len(absent) == 1 else set()  # who is away does not cover
    people = {key: name for key, name in counselors_of(session, visit.educator).items() if key not in alone}
    names = staff_names(
        session, visit.educator.district_id, [one for row in rows for one in (row.absent_id, row.staff_id)]
    )
    return visit.page(
        "cover.html",
        status=status,
        covers=rows,
        names=names,
        absent=absent,
        colleagues={"": visit.language.translate("Choose"), **people},
        form=form,
        done=visit.done_words(done),
    )
