"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from serving.access.accounts import Credentials, end_session, note_attempt, sign_in
from serving.app_context import Service
from serving.pages.current_user import AskedService, cookie_name, find_viewer, own_form, set_session, token_of
from serving.pages.language import COOKIE, asked_language
from serving.pages.rendering import show
from serving.wording.locale import msgid

router = APIRouter(include_in_schema=False)
WRONG = msgid("That did not work. Check the district, the e-mail address and the password.")

Typed = Annotated[str, Form(max_length=300)]


@router.get("/sign-in")
def get_sign_in(request: Request, service: AskedService) -> Response:
    """The form; who is signed in already is led on."""
    if find_viewer(request, service):
        return RedirectResponse("/caseload", status_code=303)
    return form(request, service)


@router.post("/sign-in", dependencies=[Depends(own_form)])
def post_sign_in(request: Request, service: AskedService, district: Typed, email: Typed, password: Typed) -> Response:
    """A new session, in place of one there may be; or the form again, the same for known and unknown people."""
    credentials, now = Credentials(district, email, password), service.clock()
    with service.writing() as session:
        wait = note_attempt(session, credentials, now)
    if wait is not None:
        wrong = asked_language(request).counted(
            "This account was tried too often. Wait a minute, then try again.",
            "This account was tried too often. Wait {number} minutes, then try again.",
            -(-wait // 60),
        )
        return form(request, service, wrong, status=429, district=district, headers={"Retry-After": str(wait)})
    with service.writing() as session:
        token = sign_in(session, credentials, now)
        if token is not None:
            end_session(session, token_of(request), now)
    if token is None:
        return form(request, service, asked_language(request).says(WRONG), status=401, district=district)
    response = RedirectResponse("/caseload", status_code=303)
    set_session(request, response, token)
    return response


@router.post("/sign-out", dependencies=[Depends(own_form)])
def post_sign_out(request: Request, service: AskedService) -> Response:
    """Ends the session on the server, and clears what the browser kept, all but the language."""
    with service.writing() as session:
        end_session(session, token_of(request), service.clock())
    chosen = f"?lang={asked_language(request).code}" if COOKIE in request.cookies else ""
    response = RedirectResponse(f"/sign-in{chosen}", status_code=303)
    response.delete_cookie(cookie_name(request), path="/")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def form(
    request: Request,
    service: Service,
    wrong: str = "",
    *,
    status: int = 200,
    district: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """The sign-in page."""
    return show(
        request,
        service,
        "sign_in.html",
        status=status,
        headers=headers,
        districts=service.settings.districts,
        chosen=district,
        wrong=wrong,
    )
