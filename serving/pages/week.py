"""My week: the page that people land on."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OwnDistrict, authorize, reason_for
from serving.access.covers import may_cover
from serving.pages.places import first_place
from serving.pages.visit import CurrentVisit
from serving.pages.week_view import week_view
from serving.store.run_queries import listed_runs
from serving.support.staff import staff_names
from serving.wording.scores import stale_words

router = APIRouter(include_in_schema=False)


@router.get("/")
def get_week(visit: CurrentVisit, done: str = "") -> Response:
    """The viewer's week, each student shown named in the access log; who lists none is led to their own pages."""
    if reason_for(visit.educator, "list") is None:
        return RedirectResponse(first_place(visit.educator, visit.context.settings), status_code=303)
    with visit.context.read_session() as session:
        allowed = authorize(session, visit.educator, "list", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        view = week_view(session, visit, listed_runs(session, visit.educator.district_id))
        absent = sorted(staff_names(session, visit.educator.district_id, visit.educator.covers).values())
    if view.students:
        who, engine = visit.educator, visit.context.engine
        log_read(engine, who, "list", target="week", allowed=allowed, students=view.students, at=visit.now)
    stale = stale_words(visit.language, view.data_through, visit.today)
    said, covers = visit.done_words(done), may_cover(visit.educator)
    return visit.page("week.html", enhanced=True, view=view, stale=stale, done=said, may_cover=covers, absent=absent)
