"""The application, put together from settings. Nothing is global: two may live in one process."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from features.definitions.catalog import outcomes_of
from features.settings import Settings
from serving.api import health, scores
from serving.app_context import Service
from serving.pages import caseload, sign_in, student, stylesheet
from serving.pages.current_user import SignInNeeded
from serving.pages.rendering import STATIC, error_page, fault_page, open_templates
from serving.scoring.release_cache import Releases
from serving.store.database import address_of, migrate, open_engine
from serving.web.logs import open_log
from serving.web.middleware import Surroundings
from serving.web.openapi import DESCRIPTION, OnTrack
from serving.web.problems import for_programs, http_problem, problem, validation_problem
from serving.wording.locale import LOCALES


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The service of these settings, its database brought up to date."""
    service = open_service(settings, clock)
    app = OnTrack(
        title="OnTrack", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.state.service = service
    app.add_middleware(Surroundings, log=service.log, fault=partial(answer_fault, service))
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)
    app.add_exception_handler(SignInNeeded, lead_to_sign_in)
    for part in (health, scores, sign_in, caseload, student, stylesheet):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def open_service(settings: Settings, clock: Callable[[], datetime]) -> Service:
    """The parts that the requests share."""
    engine = open_engine(address_of(settings))
    migrate(engine)
    log = open_log(settings.log_level)
    return Service(settings, engine, Releases(settings.home, outcomes_of(settings), log), open_templates(), log, clock)


def answer_http_error(request: Request, error: Exception) -> Response:
    """A problem for a program, a page for a person."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these only
    if for_programs(request.url.path):
        return http_problem(error)
    return error_page(request, request.app.state.service, error.status_code)


def answer_validation_error(request: Request, error: Exception) -> Response:
    """A problem for a program, a page for a person."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these only
    if for_programs(request.url.path):
        return validation_problem(error)
    return error_page(request, request.app.state.service, 422)


def answer_fault(service: Service, request: Request, incident: str) -> Response:
    """What is said where nothing else could be."""
    if for_programs(request.url.path):
        return problem(500, incident=incident)
    return fault_page(request, service, incident)


def lead_to_sign_in(request: Request, error: Exception) -> Response:
    """The way to the sign-in page."""
    chosen = request.query_params.get("lang")
    return RedirectResponse(f"/sign-in?lang={chosen}" if chosen in LOCALES else "/sign-in", status_code=303)
