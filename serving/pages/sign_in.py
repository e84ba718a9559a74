"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from serving.access.accounts import Credentials, count_attempt, end_session, sign_in
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import cookie_name, find_viewer, require_same_origin, session_token, set_session_cookie
from serving.pages.language import COOKIE, request_language
from serving.pages.rendering import render_page
from serving.wording.locale import msgid

router = APIRouter(include_in_schema=False)
WRONG_CREDENTIALS = msgid("That did not work. Check the district, the e-mail address and the password.")

FormText = Annotated[str, Form(max_length=300)]


@router.get("/sign-in")
def get_sign_in(request: Request, context: RequestContext) -> Response:
    """The form; who is signed in already is led on."""
    if find_viewer(request, context):
        return RedirectResponse("/caseload", status_code=303)
    return sign_in_form(request, context)


@router.post("/sign-in", dependencies=[Depends(require_same_origin)])
def post_sign_in(
    request: Request, context: RequestContext, district: FormText, email: FormText, password: FormText
) -> Response:
    """A new session, in place of one there may be; or the form again, the same for known and unknown people."""
    credentials, now = Credentials(district, email, password), context.clock()
    with context.write_session() as session:
        wait = count_attempt(session, credentials, now)
    if wait is not None:
        wrong = request_language(request).translate_plural(
            "This account was tried too often. Wait a minute, then try again.",
            "This account was tried too often. Wait {number} minutes, then try again.",
            -(-wait // 60),
        )
        return sign_in_form(request, context, wrong, status=429, district=district, headers={"Retry-After": str(wait)})
    with context.write_session() as session:
        token = sign_in(session, credentials, now)
        if token is not None:
            end_session(session, session_token(request), now)
    if token is None:
        return sign_in_form(
            request, context, request_language(request).translate(WRONG_CREDENTIALS), status=401, district=district
        )
    response = RedirectResponse("/caseload", status_code=303)
    set_session_cookie(request, response, token)
    return response


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


def sign_in_form(
    request: Request,
    context: AppContext,
    wrong: str = "",
    *,
    status: int = 200,
    district: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """The sign-in page."""
    return render_page(
        request,
        context,
        "sign_in.html",
        status=status,
        headers=headers,
        districts=context.settings.districts,
        chosen=district,
        wrong=wrong,
    )
