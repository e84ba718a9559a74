"""The sheet for a student's family."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OneStudent, authorize
from serving.app_context import RequestContext
from serving.pages.current_user import CurrentViewer
from serving.pages.family_view import family_view
from serving.pages.language import RequestLanguage
from serving.pages.rendering import render_page
from serving.store.rows import StudentRow
from serving.store.run_queries import current_runs

router = APIRouter(include_in_schema=False)


@router.get("/students/{student_key}/family")
def get_family_sheet(
    student_key: str, request: Request, viewer: CurrentViewer, context: RequestContext, language: RequestLanguage
) -> Response:
    """The sheet for the student's family; 404 where there is no such student among those the viewer can see."""
    educator = viewer.educator
    with context.read_session() as session:
        allowed = authorize(session, educator, "see", OneStudent(student_key))
        student = session.get(StudentRow, (educator.district_id, student_key))
        if isinstance(allowed, Denied) or student is None:
            raise HTTPException(404)
        runs = current_runs(session, educator.district_id)
        view = family_view(session, student, runs, language, today=educator.today)
    log_read(
        context.engine,
        educator,
        "see",
        target="family sheet",
        allowed=allowed,
        students=[student_key],
        at=context.clock(),
    )
    return render_page(request, context, "family.html", who=viewer, view=view, student_key=student_key)
