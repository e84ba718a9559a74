"""A visit of somebody signed in to a page: who, when, in which language, and the students they may open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.support_settings import Support
from serving.access.access_log import log_read, record_access
from serving.access.authorize import Action, Allowed, Denied, Educator, OneStudent, authorize
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import CurrentViewer, Viewer
from serving.pages.language import RequestLanguage
from serving.pages.rendering import render_page
from serving.pages.return_address import DONE
from serving.store.rows import StudentRow
from serving.store.run_queries import listed_runs
from serving.wording.locale import Language
from serving.wording.scores import stale_words


@dataclass(frozen=True)
class Visit:
    """One request of somebody signed in."""

    request: Request
    viewer: Viewer
    context: AppContext
    language: Language

    @property
    def educator(self) -> Educator:
        """Who it is."""
        return self.viewer.educator

    @property
    def today(self) -> date:
        """The district's local date."""
        return self.educator.today

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.context.clock()

    @property
    def support(self) -> Support:
        """How the district follows up."""
        return self.context.settings.district(self.educator.district_id).support

    def list_age(self, session: Session) -> str:
        """That the district's newest list is of some time ago, and when a new one comes; empty where it is not."""
        newest = max((run.data_through for run in listed_runs(session, self.educator.district_id)), default=None)
        return stale_words(self.language, newest, self.today)

    def find_student(self, session: Session, action: Action, student_key: str) -> tuple[StudentRow, Allowed]:
        """The student, and why the viewer may do this; 404 where they may not."""
        allowed = authorize(session, self.educator, action, OneStudent(student_key))
        student = session.get(StudentRow, (self.educator.district_id, student_key))
        if isinstance(allowed, Denied) or student is None:
            raise HTTPException(404)
        return student, allowed

    @contextmanager
    def reading(self, action: Action, student_key: str, *, target: str) -> Iterator[tuple[Session, StudentRow]]:
        """A session that only reads, with the student; the access is noted before the answer leaves."""
        with self.context.read_session() as session:
            student, allowed = self.find_student(session, action, student_key)
            yield session, student
        log_read(
            self.context.engine,
            self.educator,
            action,
            target=target,
            allowed=allowed,
            students=[student_key],
            at=self.now,
        )

    def open_student(self, session: Session, action: Action, student_key: str, *, target: str) -> StudentRow:
        """The student, to write about, with the access noted in the session's transaction; 404 as above."""
        student, allowed = self.find_student(session, action, student_key)
        record_access(
            session, self.educator, action, target=target, allowed=allowed, students=[student_key], at=self.now
        )
        return student

    def may(self, session: Session, action: Action, student_key: str) -> bool:
        """Whether the viewer may take an action on a student: whether its button is shown."""
        return not isinstance(authorize(session, self.educator, action, OneStudent(student_key)), Denied)

    def done_words(self, code: str) -> str:
        """What a form did that led here, in words; empty where none did."""
        return self.language.translate(DONE.get(code, ""))

    def page(self, template: str, *, status: int = 200, enhanced: bool = False, **parts: object) -> Response:
        """A page of a template, for the viewer."""
        return render_page(
            self.request,
            self.context,
            template,
            status=status,
            headers=None,
            enhanced=enhanced,
            who=self.viewer,
            **parts,
        )


def current_visit(request: Request, viewer: CurrentViewer, context: RequestContext, language: RequestLanguage) -> Visit:
    """The visit of a request."""
    return Visit(request, viewer, context, language)


CurrentVisit = Annotated[Visit, Depends(current_visit)]
