"""The caseload page: the viewer's students in the order of the list."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.app_context import RequestContext
from serving.pages.caseload_view import ListFilter, caseload_view
from serving.pages.current_user import CurrentViewer
from serving.pages.language import RequestLanguage
from serving.pages.rendering import render_page
from serving.store.run_queries import current_runs
from serving.wording.locale import msgid

router = APIRouter(include_in_schema=False)
TITLES = {
    "counselor": msgid("Your caseload"),
    "principal": msgid("Students of your school"),
    "district": msgid("Students of your district"),
}


@router.get("/")
def get_start(viewer: CurrentViewer) -> Response:
    """Leads to the caseload."""
    return RedirectResponse("/caseload", status_code=303)


@router.get("/caseload")
def get_caseload(
    request: Request,
    viewer: CurrentViewer,
    context: RequestContext,
    language: RequestLanguage,
    shown: Annotated[ListFilter, Query(alias="show")] = "week",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The list of this week, or everyone; each student shown is named in the access log."""
    educator = viewer.educator
    with context.read_session() as session:
        allowed = authorize(session, educator, "list", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        runs = current_runs(session, educator.district_id)
        view = caseload_view(session, educator, runs, language=language, shown=shown, page=page)
        seen = [line.student_key for line in view.lines]
    if seen:
        log_read(
            context.engine, educator, "list", target="caseload", allowed=allowed, students=seen, at=context.clock()
        )
    title = language.translate(TITLES[educator.role])
    return render_page(request, context, "caseload.html", who=viewer, view=view, title=title)
