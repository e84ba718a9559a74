"""The sheet for a student's family, in the family's language whatever the viewer's is."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_log import log_read
from serving.access.authorize import Denied, OneStudent, authorize
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import CurrentViewer, Viewer
from serving.pages.family_view import FamilyView, family_view
from serving.pages.language import LANGUAGE_NAMES, RequestLanguage
from serving.pages.rendering import render_page
from serving.store.rows import StudentRow
from serving.store.run_queries import current_runs
from serving.wording.locale import LOCALES, Language, load_language, msgid

router = APIRouter(include_in_schema=False)
EACH = "each"
"""The choice of all languages, one sheet each."""
EACH_WORDS = msgid("Both")


@dataclass(frozen=True)
class Choice:
    """A language that the sheet may be in; `lang` is empty where it is several."""

    code: str
    name: str
    lang: str


@dataclass(frozen=True)
class Sheet:
    """The sheet in a language."""

    code: str
    html: Markup


@router.get("/students/{student_key}/family")
def get_family_sheet(
    student_key: str,
    request: Request,
    viewer: CurrentViewer,
    context: RequestContext,
    language: RequestLanguage,
    sheet: str = "",
) -> Response:
    """The sheet for the student's family; 404 where there is no such student among those the viewer can see.

    `sheet` is its language, or `each`; without one it is the viewer's.
    """
    educator = viewer.educator
    chosen = sheet if sheet in (*LOCALES, EACH) else language.code
    with context.read_session() as session:
        allowed = authorize(session, educator, "see", OneStudent(student_key))
        student = session.get(StudentRow, (educator.district_id, student_key))
        if isinstance(allowed, Denied) or student is None:
            raise HTTPException(404)
        sheets = [made_sheet(session, context, viewer, student, code) for code in LOCALES if chosen in (code, EACH)]
        name = f"{student.first_name} {student.last_name}"
    log_read(
        context.engine,
        educator,
        "see",
        target="family sheet",
        allowed=allowed,
        students=[student_key],
        at=context.clock(),
    )
    return render_page(
        request, context, "family.html", who=viewer, sheets=sheets, name=name, student_key=student_key,
        chosen=chosen, choices=sheet_choices(language),
    )  # fmt: skip


def made_sheet(session: Session, context: AppContext, viewer: Viewer, student: StudentRow, code: str) -> Sheet:
    """The sheet of a student in a language."""
    district_id = student.district_id
    support = context.settings.district(district_id).support
    runs, today = current_runs(session, district_id), viewer.educator.today
    view = family_view(session, student, runs, load_language(code), support=support, today=today)
    return Sheet(code, draw_sheet(context, viewer, view, code))


def draw_sheet(context: AppContext, viewer: Viewer, view: FamilyView, code: str) -> Markup:
    """The sheet as HTML; its template sees the view and who prints it, and nothing else."""
    drawn = context.templates[code].get_template("family_sheet.html").render(view=view, who=viewer)
    return Markup(drawn)  # noqa: S704 - escaped by the template


def sheet_choices(language: Language) -> list[Choice]:
    """The languages to choose from, each by its own name, and all of them."""
    return [
        *(Choice(code, LANGUAGE_NAMES[code], code) for code in LOCALES),
        Choice(EACH, language.translate(EACH_WORDS), ""),
    ]
