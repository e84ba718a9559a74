"""The second step of signing in with a password: a code of an authenticator app, which is set up here first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from serving.access.accounts import count_attempt, end_session, forget_attempts, open_session
from serving.access.open_routes import anyone
from serving.access.second_factor import (
    PendingSignIn,
    app_address,
    confirm_enrollment,
    find_pending,
    secret_of,
    take_code,
)
from serving.app_context import AppContext, RequestContext
from serving.pages.current_user import require_same_origin, session_token, set_session_cookie
from serving.pages.language import request_language
from serving.pages.next_page import own_path, start_path
from serving.pages.qr_code import qr_code
from serving.pages.rendering import render_page
from serving.pages.wait_words import wait_words
from serving.wording.locale import msgid

router = APIRouter(include_in_schema=False, dependencies=[Depends(anyone)])
WRONG_CODE = msgid("That code did not work. Wait for the next one in your app, then try again.")
QR_TITLE = msgid("QR code that holds the key")
NextPage = Annotated[str, Form(alias="next", max_length=600)]


@router.get("/sign-in/code")
def get_code(
    request: Request, context: RequestContext, page: Annotated[str, Query(alias="next", max_length=600)] = ""
) -> Response:
    """The form for the code, with what sets up an app where there is none yet; the start where nobody is half-way."""
    with context.read_session() as session:
        pending = find_pending(session, session_token(request), context.clock())
        if pending is None:
            return RedirectResponse("/sign-in", status_code=303)
        return code_page(request, context, session, pending, page=page)


@router.post("/sign-in/code", dependencies=[Depends(require_same_origin)])
def post_code(
    request: Request,
    context: RequestContext,
    code: Annotated[str, Form(max_length=60)],
    page: NextPage = "",
) -> Response:
    """An open session in place of the half-open one; or the form again."""
    now, token = context.clock(), session_token(request)
    with context.write_session() as session:
        pending = find_pending(session, token, now)
        if pending is None:
            return RedirectResponse("/sign-in", status_code=303)
        wait = count_attempt(session, pending.account, now)
    with context.write_session() as session:
        pending = find_pending(session, token, now)
        if pending is None:
            return RedirectResponse("/sign-in", status_code=303)
        if wait is not None:
            words = wait_words(request_language(request), wait)
            return code_page(request, context, session, pending, page=page, wrong=words, wait=wait)
        if not take_code(session, pending, code, context.secrets, now):
            wrong = request_language(request).translate(WRONG_CODE)
            return code_page(request, context, session, pending, page=page, wrong=wrong)
        opened, codes = complete(session, pending, token, context)
        start = start_path(session, pending.staff, page)
    response = codes_page(request, context, codes, start) if codes else RedirectResponse(start, status_code=303)
    set_session_cookie(request, response, opened)
    return response


def complete(session: Session, pending: PendingSignIn, token: str, context: AppContext) -> tuple[str, list[str]]:
    """The token of an open session, and new recovery codes where an app was set up."""
    now, staff = context.clock(), pending.staff
    codes = confirm_enrollment(session, staff, now) if pending.stage == "enrollment" else []
    forget_attempts(session, pending.account)
    end_session(session, token, now)
    return open_session(session, staff.district_id, staff.staff_id, now), codes


def code_page(
    request: Request,
    context: AppContext,
    session: Session,
    pending: PendingSignIn,
    *,
    page: str,
    wrong: str = "",
    wait: int | None = None,
) -> Response:
    """The form; where an app is to be set up, with its secret as a QR code, in groups of four, and as an address."""
    secret = secret_of(session, pending, context.secrets) if pending.stage == "enrollment" else ""
    address = app_address(secret, pending.staff.email or pending.staff.staff_id) if secret else ""
    title = request_language(request).translate(QR_TITLE)
    return render_page(
        request,
        context,
        "second_factor.html",
        status=429 if wait is not None else 401 if wrong else 200,
        headers={"Retry-After": str(wait)} if wait is not None else None,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        address=address,
        qr=qr_code(address, title) if address else "",
        page=page,
        wrong=wrong,
    )


def codes_page(request: Request, context: AppContext, codes: list[str], page: str) -> Response:
    """The recovery codes, shown this once."""
    return render_page(request, context, "recovery_codes.html", codes=codes, page=own_path(page))
