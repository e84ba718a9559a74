"""The caseload page: the viewer's students, filtered, searched and in order; and the same as a file."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.app_context import AppContext, RequestContext
from serving.pages.caseload_export import PURPOSES, Purpose, csv_file, export_lines
from serving.pages.caseload_filter import AskedFilter, CaseloadFilter
from serving.pages.caseload_query import CaseloadScope
from serving.pages.caseload_view import caseload_view
from serving.pages.current_user import CurrentViewer, Viewer, require_same_origin
from serving.pages.language import RequestLanguage
from serving.pages.last_contacts import school_year_began
from serving.pages.rendering import render_page
from serving.store.run_queries import current_runs
from serving.wording.locale import Language, msgid
from serving.wording.scores import stale_words

router = APIRouter(include_in_schema=False)
TITLES = {
    "counselor": msgid("Your caseload"),
    "principal": msgid("Students of your school"),
    "district": msgid("Students of your district"),
    "data_team": msgid("Students of your district"),
}
SearchWords = Annotated[str, Form(alias="q", max_length=100)]


@router.get("/caseload")
def get_caseload(
    request: Request, viewer: CurrentViewer, context: RequestContext, language: RequestLanguage, asked: AskedFilter
) -> Response:
    """The list that a filter asks for; each student shown is named in the access log."""
    return caseload_page(request, context, viewer, language, asked)


@router.post("/caseload", dependencies=[Depends(require_same_origin)])
def post_caseload(
    request: Request,
    viewer: CurrentViewer,
    context: RequestContext,
    language: RequestLanguage,
    asked: AskedFilter,
    search: SearchWords = "",
) -> Response:
    """The students whom a search finds. What is searched for is in no address and no log."""
    return caseload_page(request, context, viewer, language, asked, search=search.strip())


def caseload_page(
    request: Request, context: AppContext, viewer: Viewer, language: Language, asked: CaseloadFilter, search: str = ""
) -> Response:
    """The page of a filter or a search."""
    educator = viewer.educator
    with context.read_session() as session:
        allowed = authorize(session, educator, "list", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        scope = CaseloadScope(educator, current_runs(session, educator.district_id), school_year_began(educator.today))
        view = caseload_view(session, scope, asked, language=language, search=search)
        seen = [line.student_key for line in view.lines]
    if seen:
        log_read(
            context.engine, educator, "list", target="caseload", allowed=allowed, students=seen, at=context.clock()
        )
    title = language.translate(TITLES[educator.role])
    return render_page(
        request,
        context,
        "caseload.html",
        who=viewer,
        view=view,
        title=title,
        search=search,
        purposes=PURPOSES,
        stale=stale_words(language, view.data_through, educator.today),
    )


@router.post("/caseload.csv", dependencies=[Depends(require_same_origin)])
def post_caseload_file(
    viewer: CurrentViewer,
    context: RequestContext,
    language: RequestLanguage,
    asked: AskedFilter,
    purpose: Annotated[Purpose, Form()],
) -> Response:
    """The list of a filter as a file, all pages of it; the access log has the purpose and every student in it."""
    educator = viewer.educator
    with context.read_session() as session:
        allowed = authorize(session, educator, "export", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        scope = CaseloadScope(educator, current_runs(session, educator.district_id), school_year_began(educator.today))
        lines = export_lines(session, scope, asked, language)
    seen, target = [line.student_key for line in lines], f"caseload file: {purpose}"
    log_read(context.engine, educator, "export", target=target, allowed=allowed, students=seen, at=context.clock())
    headers = {"Content-Disposition": f'attachment; filename="caseload-{educator.today}.csv"'}
    return Response(csv_file(language, lines), media_type="text/csv; charset=utf-8", headers=headers)
