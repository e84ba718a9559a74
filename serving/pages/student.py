"""One student's page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OneStudent, authorize
from serving.app_context import RequestContext
from serving.pages.caseload_filter import AskedFilter
from serving.pages.current_user import CurrentViewer
from serving.pages.language import RequestLanguage
from serving.pages.rendering import render_page
from serving.pages.student_view import student_view
from serving.store.rows import StudentRow
from serving.store.run_queries import current_runs
from serving.wording.scores import LIMITS

router = APIRouter(include_in_schema=False)


@router.get("/students/{student_key}")
def get_student(
    student_key: str,
    request: Request,
    viewer: CurrentViewer,
    context: RequestContext,
    language: RequestLanguage,
    asked: AskedFilter,
) -> Response:
    """The student's page; 404 where there is no such student among those the viewer can see.

    The address has the filter of the list that led here, to lead back to it.
    """
    educator = viewer.educator
    with context.read_session() as session:
        allowed = authorize(session, educator, "see", OneStudent(student_key))
        student = session.get(StudentRow, (educator.district_id, student_key))
        if isinstance(allowed, Denied) or student is None:
            raise HTTPException(404)
        runs = current_runs(session, educator.district_id)
        view = student_view(session, student, runs, language, today=educator.today)
    log_read(
        context.engine, educator, "see", target="student", allowed=allowed, students=[student_key], at=context.clock()
    )
    limits = tuple(map(language.translate, LIMITS))
    return render_page(
        request,
        context,
        "student.html",
        who=viewer,
        view=view,
        limits=limits,
        back=asked.address,
        student_key=student_key,
    )
