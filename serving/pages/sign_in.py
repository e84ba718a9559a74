"""Signing in and out."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from serving.access.accounts import Credentials, count_attempt, end_session, sign_in
from serving.access.open_routes import anyone
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import cookie_name, find_viewer, require_same_origin, session_token, set_session_cookie
from serving.pages.language import COOKIE, request_language
from serving.pages.next_page import own_path
from serving.pages.rendering import render_page
from serving.wording.locale import Language, msgid

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
        wait = count_attempt(session, credentials, now)
    if wait is not None:
        headers = {"Retry-After": str(wait)}
        return sign_in_page(request, context, replace(form, wrong=wait_words(words, wait)), status=429, headers=headers)
    with context.write_session() as session:
        token = sign_in(session, credentials, now)
        if token is not None:
            end_session(session, session_token(request), now)
    if token is None:
        return sign_in_page(request, context, replace(form, wrong=words.translate(WRONG_CREDENTIALS)), status=401)
    response = RedirectResponse(own_path(page), status_code=303)
    set_session_cookie(request, response, token)
    return response


def wait_words(language: Language, seconds: int) -> str:
    """How long to wait before the next attempt, in whole minutes."""
    return language.translate_plural(
        "This account was tried too often. Wait a minute, then try again.",
        "This account was tried too often. Wait {number} minutes, then try again.",
        -(-seconds // 60),
    )


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
    return render_page(request, context, "sign_in.html", status=status, headers=headers, districts=districts, form=form)
