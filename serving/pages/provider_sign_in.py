"""Signing in at a district's identity provider: the way there, and the way back."""

import hmac
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from serving.access.accounts import end_session, open_session
from serving.access.linked_people import VouchedFor, find_linked_person
from serving.access.open_routes import anyone
from serving.access.openid_connect import IdentityProvider, ProviderFailed, ProviderRequest
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import session_token, set_session_cookie
from serving.pages.next_page import CALLBACK, start_path
from serving.pages.rendering import render_page

router = APIRouter(include_in_schema=False, dependencies=[Depends(anyone)])
WITHIN = timedelta(minutes=10)
"""How long somebody may take at the provider."""
PURPOSE = "sign-in at a provider"
Given = Annotated[str, Query(max_length=4096)]


@router.get("/sign-in/provider")
def get_provider(
    request: Request,
    context: RequestContext,
    district: Annotated[str, Query(max_length=100)],
    page: Annotated[str, Query(alias="next", max_length=600)] = "",
) -> Response:
    """The way to the provider; what proves the way back is kept, sealed, in the browser. 404 without a provider."""
    provider = context.providers.get(district)
    if provider is None:
        raise HTTPException(404)
    asked = ProviderRequest.new(district, page, context.clock())
    try:
        response = RedirectResponse(provider.authorization_address(asked, context.clock()), status_code=303)
    except ProviderFailed as failed:
        return failed_page(request, context, failed)
    https = request.url.scheme == "https"
    kept = context.secrets.seal(asked.text(), PURPOSE)
    # lax: the way back comes from the provider's site
    response.set_cookie(cookie_of(request), kept, max_age=600, httponly=True, samesite="lax", secure=https, path="/")
    return response


@router.get(CALLBACK)
def get_callback(
    request: Request, context: RequestContext, code: Given = "", state: Given = "", iss: Given = "", error: Given = ""
) -> Response:
    """An open session for the person whom the provider vouches for; else the sign-in page, which says it failed."""
    now = context.clock()
    try:
        asked = kept_request(request, context, state, now)
        provider = provider_of(context, asked)
        if error or not code or (iss and iss != provider.settings.issuer):
            raise ProviderFailed("refused_there" if error else "answer_incomplete")
        who = VouchedFor(asked.district_id, provider.settings, provider.claims(code, asked, now))
        with context.write_session() as session:
            staff = find_linked_person(session, who, now)
            token = open_session(session, staff.district_id, staff.staff_id, now)
            end_session(session, session_token(request), now)
            start = start_path(session, staff, asked.page)
    except ProviderFailed as failed:
        return failed_page(request, context, failed)
    # a redirect would count as the provider's, and a strict cookie would not go with it
    response = render_page(request, context, "signed_in.html", page=start)
    set_session_cookie(request, response, token)
    response.delete_cookie(cookie_of(request), path="/")
    return response


def kept_request(request: Request, context: AppContext, state: str, now: datetime) -> ProviderRequest:
    """What the browser kept while its owner was at the provider; ProviderFailed where this is no answer to it."""
    opened = context.secrets.open(request.cookies.get(cookie_of(request), ""), PURPOSE)
    if opened is None:
        raise ProviderFailed("not_asked_for")
    asked = ProviderRequest.read(opened)
    if not hmac.compare_digest(asked.state.encode(), state.encode()):
        raise ProviderFailed("state")
    if now.timestamp() > asked.at + WITHIN.total_seconds():
        raise ProviderFailed("too_late")
    return asked


def provider_of(context: AppContext, asked: ProviderRequest) -> IdentityProvider:
    """The provider that somebody was sent to; ProviderFailed where the district has none any more."""
    provider = context.providers.get(asked.district_id)
    if provider is None:
        raise ProviderFailed("no_provider")
    return provider


def failed_page(request: Request, context: AppContext, failed: ProviderFailed) -> Response:
    """Says that it did not work; why is in the log, without a person's values."""
    context.log.warning("sign_in_failed", error=str(failed))
    response = render_page(request, context, "sign_in_failed.html", status=401)
    response.delete_cookie(cookie_of(request), path="/")
    return response


def cookie_of(request: Request) -> str:
    """The name of the cookie; over https one that only this host can set."""
    return "__Host-ontrack-provider" if request.url.scheme == "https" else "ontrack_provider"
