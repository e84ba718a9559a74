"""The caseload page: the viewer's students, filtered, searched and in order; and the same as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, Educator, OwnDistrict, authorize, reason_for
from serving.access.covers import may_cover
from serving.app_context import AppContext, RequestContext
from serving.pages.caseload_choice import saved_queries
from serving.pages.caseload_export import PURPOSES, Purpose, csv_file, export_lines
from serving.pages.caseload_filter import AskedFilter, CaseloadFilter
from serving.pages.caseload_query import CaseloadScope
from serving.pages.caseload_table import DrawBand, RowStyle, TableWords, draw_rows
from serving.pages.caseload_view import CaseloadView, caseload_view
from serving.pages.current_user import CurrentViewer, Viewer, require_same_origin
from serving.pages.language import RequestLanguage
from serving.pages.last_contacts import school_year_began
from serving.pages.rendering import render_page
from serving.pages.return_address import DONE
from serving.pages.saved_views import SavedView, saved_views
from serving.store.run_queries import listed_runs
from serving.support.responsible import team_of
from serving.support.staff import staff_names
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


def scope_of(session: Session, educator: Educator, context: AppContext) -> CaseloadScope:
    """The students of an educator on the district's newest list."""
    runs = listed_runs(session, educator.district_id)
    began = school_year_began(educator.today)
    return CaseloadScope(educator, runs, began, educator.today, context.signals, context.groups)


@router.get("/caseload")
def get_caseload(
    request: Request,
    viewer: CurrentViewer,
    context: RequestContext,
    language: RequestLanguage,
    asked: AskedFilter,
    done: str = "",
) -> Response:
    """The list that a filter asks for; each student shown is named in the access log."""
    return caseload_page(request, context, viewer, language, asked, done=done)


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
    request: Request,
    context: AppContext,
    viewer: Viewer,
    language: Language,
    asked: CaseloadFilter,
    *,
    search: str = "",
    done: str = "",
) -> Response:
    """The page of a filter or a search."""
    educator = viewer.educator
    with context.read_session() as session:
        allowed = authorize(session, educator, "list", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        scope = scope_of(session, educator, context)
        view = caseload_view(session, scope, asked, language=language, search=search)
        seen = [line.student_key for line in view.lines]
        tools = caseload_tools(session, educator, view, language)
    if seen:
        log_read(
            context.engine, educator, "list", target="caseload", allowed=allowed, students=seen, at=context.clock()
        )
    title = language.translate(TITLES[educator.role])
    style = RowStyle(bool(tools.team), asked.show != "week" or view.searched, view.several_grades, view.several_schools)
    band = cast(DrawBand, context.templates[language.code].globals["band"])
    words = TableWords(view.asked, style, language, band)
    return render_page(
        request,
        context,
        "caseload.html",
        enhanced=True,
        who=viewer,
        view=view,
        tools=tools,
        table_rows=draw_rows(view.lines, words),
        done=language.translate(DONE.get(done, "")),
        title=title,
        search=search,
        purposes=PURPOSES,
        may_cover=may_cover(educator),
        stale=stale_words(language, view.data_through, educator.today),
    )


@dataclass(frozen=True)
class CaseloadTools:
    """What the viewer may do with the list: saved views, whom they may put in charge, and whom they cover for.

    `team` is empty for who writes nothing about students.
    """

    views: tuple[SavedView, ...]
    team: Mapping[str, str]
    absent: tuple[str, ...]


def caseload_tools(session: Session, educator: Educator, view: CaseloadView, language: Language) -> CaseloadTools:
    """The tools beside the list."""
    writes = reason_for(educator, "write") is not None
    views = saved_views(saved_queries(session, educator), view.asked, view.choices, language)
    names = staff_names(session, educator.district_id, educator.covers)
    return CaseloadTools(views, team_of(session, educator) if writes else {}, tuple(sorted(names.values())))


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
        scope = scope_of(session, educator, context)
        lines = export_lines(session, scope, asked, language)
    seen, target = [line.student_key for line in lines], f"caseload file: {purpose}"
    log_read(context.engine, educator, "export", target=target, allowed=allowed, students=seen, at=context.clock())
    headers = {"Content-Disposition": f'attachment; filename="caseload-{educator.today}.csv"'}
    return Response(csv_file(language, lines), media_type="text/csv; charset=utf-8", headers=headers)
