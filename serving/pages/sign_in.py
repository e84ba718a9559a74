"""Signing in and out."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from features.settings import District
from serving.access.accounts import Credentials, Stage, count_attempt, end_session, find_person, open_session
from serving.access.open_routes import anyone
from serving.access.second_factor import needed_stage, start_enrollment
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import cookie_name, find_viewer, require_same_origin, session_token, set_session_cookie
from serving.pages.language import COOKIE, request_language
from serving.pages.next_page import own_path, start_path
from serving.pages.rendering import render_page
from serving.pages.wait_words import wait_words
from serving.wording.locale import msgid

router = APIRouter(include_in_schema=False, dependencies=[Depends(anyone)])
WRONG_CREDENTIALS = msgid("That did not work. Check the district, the e-mail address and the password.")

FormText = Annotated[str, Form(max_length=300)]
NextPage = Annotated[str, Form(alias="next", max_length=600)]


@dataclass(frozen=True)
class SignInForm:
    """What the form shows again: district and address as typed, the page to lead on to, and what was wrong."""

    district: str = ""
    email: str = ""
    page: str = ""
    wrong: str = ""


@router.get("/sign-in")
def get_sign_in(
    request: Request, context: RequestContext, page: Annotated[str, Query(alias="next", max_length=600)] = ""
) -> Response:
    """The form; who is signed in already is led on."""
    if find_viewer(request, context):
        return RedirectResponse(own_path(page), status_code=303)
    return sign_in_page(request, context, SignInForm(page=page))


@router.post("/sign-in", dependencies=[Depends(require_same_origin)])
def post_sign_in(
    request: Request,
    context: RequestContext,
    district: FormText,
    email: FormText,
    password: FormText,
    page: NextPage = "",
) -> Response:
    """A new session, in place of one there may be; or the form again, the same for known and unknown people."""
    credentials, now = Credentials(district, email, password), context.clock()
    form, words = SignInForm(district, email, page), request_language(request)
    with context.write_session() as session:
        wait = count_attempt(session, credentials.account, now)
    if wait is not None:
        headers = {"Retry-After": str(wait)}
        return sign_in_page(request, context, replace(form, wrong=wait_words(words, wait)), status=429, headers=headers)
    with context.write_session() as session:
        opened = open_with_password(session, context, credentials, page)
        if opened is not None:
            end_session(session, session_token(request), now)
    if opened is None:
        return sign_in_page(request, context, replace(form, wrong=words.translate(WRONG_CREDENTIALS)), status=401)
    token, stage, start = opened
    later = f"/sign-in/code?{urlencode({'next': page})}" if page else "/sign-in/code"
    response = RedirectResponse(later if stage else start, status_code=303)
    set_session_cookie(request, response, token)
    return response


def open_with_password(
    session: Session, context: AppContext, credentials: Credentials, page: str
) -> tuple[str, Stage | None, str] | None:
    """A new session, what it waits for and where it leads; None for a wrong person or password, or none are taken."""
    staff = find_person(session, credentials)
    if staff is None or not takes_passwords(context, credentials.district_id):
        return None
    stage = needed_stage(session, staff, context.settings.service.second_factor)
    if stage == "enrollment":
        start_enrollment(session, staff, context.secrets, context.clock())
    token = open_session(session, staff.district_id, staff.staff_id, context.clock(), stage)
    return token, stage, start_path(session, staff, page)


def takes_passwords(context: AppContext, district_id: str) -> bool:
    """Whether a district lets people sign in with passwords of OnTrack's own."""
    own = any(one.id == district_id and one.sign_in.passwords for one in context.settings.districts)
    return own or district_id in context.settings.guests


@router.post("/sign-out", dependencies=[Depends(require_same_origin)])
def post_sign_out(request: Request, context: RequestContext) -> Response:
    """Ends the session on the server, and clears what the browser kept, all but the language."""
    with context.write_session() as session:
        end_session(session, session_token(request), context.clock())
    chosen = f"?lang={request_language(request).code}" if COOKIE in request.cookies else ""
    response = RedirectResponse(f"/sign-in{chosen}", status_code=303)
    response.delete_cookie(cookie_name(request), path="/")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def sign_in_page(
    request: Request,
    context: AppContext,
    form: SignInForm,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """The sign-in page; the password alone has to be typed again."""
    districts = context.settings.districts
    return render_page(
        request,
        context,
        "sign_in.html",
        status=status,
        headers=headers,
        districts={**{one.id: one.name for one in districts if one.sign_in.passwords}, **context.settings.guests},
        elsewhere=[provider_link(one, form.page) for one in districts if one.sign_in.issuer],
        form=form,
    )


def provider_link(district: District, page: str) -> tuple[str, str, str]:
    """The way to a district's identity provider: its address, the provider's name, the district's name."""
    query = urlencode({"district": district.id} | ({"next": page} if page else {}))
    return f"/sign-in/provider?{query}", district.sign_in.shown_name, district.name
