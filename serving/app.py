"""The application, put together from settings. Nothing is global: two may live in one process."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from features.definitions.catalog import outcomes_of
from features.settings import Settings
from serving.access.openid_connect import IdentityProvider
from serving.access.sealed_secrets import SealedSecrets
from serving.access.token_keys import TokenKeys
from serving.access.tokens import TokenIssuer
from serving.api import (
    health,
    imports,
    live_scores,
    model_catalog,
    oauth,
    operations,
    past_runs,
    records,
    score_list,
    scores,
    scoring_runs,
    student_search,
    support,
    webhooks,
)
from serving.api.idempotency import IdempotencyMiddleware
from serving.api.messages import FORMS
from serving.app_context import AppContext
from serving.pages import (
    access_log_page,
    answer,
    board,
    caseload,
    caseload_choice,
    collaborative,
    contact,
    cover,
    data_health,
    equity,
    family,
    learn,
    meeting,
    meeting_change,
    meeting_student,
    models,
    note,
    people,
    plan,
    problem,
    provider_sign_in,
    purge,
    role,
    school,
    second_factor,
    sign_in,
    static_files,
    student,
    week,
)
from serving.pages.current_user import RoleChoiceRequired, SignInRequired
from serving.pages.next_page import CALLBACK, requested_page
from serving.pages.rendering import STATIC, busy_page, error_page, fault_page, load_templates
from serving.route_access import access_by_route, allowed_methods, routes_of
from serving.scoring.release_cache import ReleaseCache
from serving.store.database import database_address, migrate, open_engine
from serving.web.conditional import Compression, EntityTags
from serving.web.hosts import served_hosts
from serving.web.logs import open_log
from serving.web.middleware import RequestMiddleware
from serving.web.nul_characters import NulCharacters
from serving.web.openapi import OnTrackApp
from serving.web.problems import (
    RecordsRefused,
    busy_problem,
    http_problem,
    is_api_path,
    is_json,
    problem_response,
    unreadable_kind,
    validation_problem,
)
from serving.web.query_parameters import refuse_undeclared_queries
from serving.web.rate_limits import RateLimits
from serving.web.request_observer import UNOBSERVED, RequestObserver
from serving.wording.locale import LOCALES

OWN = (health, oauth)
SCORES = (scores, score_list, past_runs, live_scores, student_search, model_catalog)
RECORDS = (imports, operations, scoring_runs, records, support, webhooks)
API_ROUTERS = tuple(part.router for part in (*OWN, *SCORES, *RECORDS))
PAGE_ROUTERS = tuple(
    page.router
    for page in (
        sign_in,
        second_factor,
        provider_sign_in,
        role,
        week,
        caseload,
        student,
        family,
        contact,
        plan,
        note,
        answer,
        problem,
        caseload_choice,
        cover,
        data_health,
        meeting,
        meeting_change,
        meeting_student,
        school,
        board,
        equity,
        collaborative,
        models,
        people,
        purge,
        access_log_page,
        learn,
    )
)
ROUTERS = (*API_ROUTERS, *PAGE_ROUTERS, static_files.router)


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def create_app(
    settings: Settings, clock: Callable[[], datetime] = utc_now, *, observer: RequestObserver = UNOBSERVED
) -> FastAPI:
    """The service of these settings, its database brought up to date; the observer takes note of each request."""
    access = access_by_route(ROUTERS)
    refuse_undeclared_queries(routes_of(API_ROUTERS))
    context = build_context(settings, clock)
    app = OnTrackApp(access)
    app.state.context = context
    app.add_middleware(IdempotencyMiddleware, context=context)
    app.add_middleware(EntityTags)
    app.add_middleware(NulCharacters)
    app.add_middleware(Compression)
    app.add_middleware(
        RequestMiddleware,
        log=context.log,
        fault=partial(answer_fault, context),
        busy=partial(answer_busy, context),
        hosts=served_hosts(settings.service),
        observer=observer,
    )
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)
    app.add_exception_handler(RecordsRefused, answer_refused_records)
    app.add_exception_handler(SignInRequired, redirect_to_sign_in)
    app.add_exception_handler(RoleChoiceRequired, redirect_to_roles)
    app.router.routes.extend(routes_of(ROUTERS))  # `include_router` would make each a second time, at the first request
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def build_context(settings: Settings, clock: Callable[[], datetime]) -> AppContext:
    """The parts that the requests share."""
    engine = open_engine(database_address(settings))
    migrate(engine)
    log = open_log(settings.log_level)
    return AppContext(
        settings=settings,
        engine=engine,
        releases=ReleaseCache(settings, outcomes_of(settings), log),
        tokens=TokenIssuer(settings.service.public_url, TokenKeys(settings.home / "keys" / "tokens")),
        secrets=SealedSecrets(settings.home / "keys"),
        providers=identity_providers(settings),
        limits=RateLimits(settings.service.requests_a_minute),
        templates=load_templates(),
        log=log,
        clock=clock,
    )


def identity_providers(settings: Settings) -> dict[str, IdentityProvider]:
    """The identity providers of the districts that have one."""
    back = f"{settings.service.public_url}{CALLBACK}"
    return {one.id: IdentityProvider(one.id, one.sign_in, back) for one in settings.districts if one.sign_in.issuer}


def answer_http_error(request: Request, error: Exception) -> Response:
    """A problem for a program, a page for a person."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these only
    if is_api_path(request.url.path):
        if error.status_code == 405:
            allowed = ", ".join(sorted(allowed_methods(API_ROUTERS, request.url.path)))
            return problem_response(405, headers={"Allow": allowed} if allowed else error.headers)
        return http_problem(error)
    return error_page(request, request.app.state.context, error.status_code)


def answer_validation_error(request: Request, error: Exception) -> Response:
    """A problem for a program, a page for a person."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these only
    if is_api_path(request.url.path):
        message = message_of(request)
        return unreadable_kind() if message and not is_json(request) else validation_problem(error, message)
    return error_page(request, request.app.state.context, 422)


def answer_refused_records(request: Request, error: Exception) -> Response:
    """The problem of records that contradict themselves."""
    assert isinstance(error, RecordsRefused)  # noqa: S101 - registered for these only
    return problem_response(422, errors=error.mistakes)


def message_of(request: Request) -> type[BaseModel] | Mapping[str, type[BaseModel]] | None:
    """What the body of a request should be, by the name of its form where there are several; None without a body."""
    route = request.scope.get("route")
    body = route.body_field.field_info.annotation if isinstance(route, APIRoute) and route.body_field else None
    if isinstance(body, type) and issubclass(body, BaseModel):
        return body
    return FORMS if body is not None else None


def answer_fault(context: AppContext, request: Request, incident: str) -> Response:
    """What is said where nothing else could be."""
    if is_api_path(request.url.path):
        return problem_response(500, incident=incident)
    return fault_page(request, context, incident)


def answer_busy(context: AppContext, request: Request) -> Response:
    """What is said where the database was too busy; the same request may be sent again."""
    if is_api_path(request.url.path):
        return busy_problem()
    return busy_page(request, context)


def redirect_to_sign_in(request: Request, error: Exception) -> Response:
    """The way to the sign-in page, which leads on to the page that was asked for."""
    chosen, page = request.query_params.get("lang"), requested_page(request)
    asked = [("lang", chosen)] if chosen in LOCALES else []
    query = urlencode([*asked, ("next", page)] if page else asked)
    return RedirectResponse(f"/sign-in?{query}" if query else "/sign-in", status_code=303)


def redirect_to_roles(request: Request, error: Exception) -> Response:
    """The way to the page of roles, which leads on to the page that was asked for."""
    page = requested_page(request)
    return RedirectResponse(f"/roles?{urlencode({'next': page})}" if page else "/roles", status_code=303)
