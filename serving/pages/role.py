"""The page on which somebody with several roles or schools chooses one to work in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.role_assignments import RoleAssignment, choose_role, roles_of
from serving.app_context import RequestContext
from serving.pages.caseload_line import school_names
from serving.pages.current_user import SignedForm, SignedIn, Viewer
from serving.pages.language import RequestLanguage
from serving.pages.next_page import own_path, role_path
from serving.pages.rendering import render_page
from serving.store.district_scope import enter_district
from serving.store.rows import StaffRow
from serving.wording.locale import Language
from serving.wording.scores import ROLES

router = APIRouter(include_in_schema=False)


@router.get("/roles")
def get_roles(
    request: Request,
    viewer: SignedIn,
    context: RequestContext,
    language: RequestLanguage,
    page: Annotated[str, Query(alias="next", max_length=600)] = "",
) -> Response:
    """The roles to choose from; who holds one only is led on."""
    with context.read_session() as session:
        held = roles_of(session, staff_of(session, viewer))
        schools = school_names(session, viewer.educator.district_id)
    if len(held) == 1:
        return RedirectResponse(own_path(page), status_code=303)
    choices = [(one.code, role_words(one, viewer, schools, language), is_present(one, viewer)) for one in held]
    return render_page(request, context, "role.html", who=viewer, choices=choices, page=page)


@router.post("/roles")
def post_role(viewer: SignedIn, context: RequestContext, fields: SignedForm) -> Response:
    """Works in the role from now on; 404 for one that the person does not hold."""
    with context.write_session() as session:
        staff = staff_of(session, viewer)
        chosen = next((one for one in roles_of(session, staff) if one.code == fields.get("role")), None)
        if chosen is None:
            raise HTTPException(404)
        choose_role(session, staff, chosen, context.clock())
    return RedirectResponse(role_path(chosen.role, fields.get("next", "")), status_code=303)


def staff_of(session: Session, viewer: Viewer) -> StaffRow:
    """The viewer in the district's staff; 404 where they have gone."""
    enter_district(session, viewer.educator.district_id)
    staff = session.get(StaffRow, (viewer.educator.district_id, viewer.educator.staff_id))
    if staff is None:
        raise HTTPException(404)
    return staff


def role_words(one: RoleAssignment, viewer: Viewer, schools: dict[str, str], language: Language) -> str:
    """A role and where it is held."""
    where = schools.get(one.school_id, one.school_id) if one.school_id else viewer.district
    return f"{language.translate(ROLES[one.role])}, {where}"


def is_present(one: RoleAssignment, viewer: Viewer) -> bool:
    """Whether it is the role that the viewer works in now."""
    return not viewer.undecided and (one.role, one.school_id) == (viewer.educator.role, viewer.educator.school_id)
