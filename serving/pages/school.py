"""School and district: where students are on track, where they leave it, and how absence and signals move."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.pages.caseload_line import school_names
from serving.pages.school_totals import load_totals
from serving.pages.school_view import school_view
from serving.pages.visit import CurrentVisit, Visit

router = APIRouter(include_in_schema=False)


@router.get("/school")
def get_school(
    visit: CurrentVisit,
    school: Annotated[str, Query(max_length=100)] = "",
    grade: Annotated[str, Query(max_length=2)] = "",
) -> Response:
    """The page of a school or of the district; a principal's is that of their school. It holds totals alone."""
    educator = visit.educator
    with visit.context.read_session() as session:
        if isinstance(authorize(session, educator, "see_totals", OwnDistrict()), Denied):
            raise HTTPException(404)
        chosen, names = school_asked(visit, session, school)
        own = educator.school_id if educator.role == "principal" else None
        totals = load_totals(session, educator.district_id, chosen)
        stale = visit.list_age(session)
        view = school_view(totals, visit.language, names, asked_grade=grade, own=own) if totals else None
    where = names.get(chosen, visit.viewer.district)
    return visit.page(
        "school.html",
        view=view,
        has_list=totals is not None,
        stale=stale,
        where=where,
        school=chosen,
        may_choose=own is None,
        names=names,
    )


def school_asked(visit: Visit, session: Session, school: str) -> tuple[str, dict[str, str]]:
    """The school that is shown, empty for the district, and the names of all: a principal's is always their own."""
    educator = visit.educator
    names = school_names(session, educator.district_id)
    own = educator.school_id if educator.role == "principal" else None
    return own or (school if school in names else ""), names
