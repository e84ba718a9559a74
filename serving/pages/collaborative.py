"""The collaborative: what districts share, over all of them, and each district's own figures beside the others."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from features.collaborative_settings import OFFICE
from features.definitions.catalog import outcomes_of
from models.collaborative.received_files import ReceivedFiles, received_files
from presentation.collaborative_shares import caption
from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.pages.collaborative_view import Reader, collaborative_view
from serving.pages.visit import CurrentVisit, Visit
from serving.wording.locale import capitalize_first

router = APIRouter(include_in_schema=False)


@router.get("/collaborative")
def get_collaborative(visit: CurrentVisit, outcome: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The page of an outcome, from the districts' signed files alone; it opens no row of a student and no warehouse."""
    collaborative = visit.context.settings.collaborative
    with visit.context.read_session() as session:
        allowed = authorize(session, visit.educator, "see_collaborative", OwnDistrict())
    if isinstance(allowed, Denied) or not collaborative.members:
        raise HTTPException(404)
    received = received_files(visit.context.settings)
    chosen = outcome if outcome in received.outcomes else next(iter(received.outcomes), "")
    shown, reader = received.latest(chosen), reader_of(visit)
    return visit.page(
        "collaborative.html",
        name=collaborative.name,
        view=collaborative_view(visit.language, shown.figures, reader),
        caption=caption(visit.language, reader.own),
        choices=outcome_choices(visit, received),
        chosen=chosen,
        refused=received.refused + shown.refused if is_office(visit) else 0,
        members=len(collaborative.members),
    )


def is_office(visit: Visit) -> bool:
    """Whether the visitor is of the collaborative's office, and of no district."""
    return visit.educator.district_id == OFFICE


def reader_of(visit: Visit) -> Reader:
    """Who reads: the office, which may read whom to ask about a code, or people of one district, who read no other."""
    if not is_office(visit):
        return Reader(visit.educator.district_id, {})
    return Reader("", {one.id: one.name for one in visit.context.settings.collaborative.members})


def outcome_choices(visit: Visit, received: ReceivedFiles) -> dict[str, str]:
    """The outcomes that files are about, by name, with what they are about."""
    known = outcomes_of(visit.context.settings)
    return {
        name: capitalize_first(visit.language.translate(known[name].about)) if name in known else name
        for name in received.outcomes
    }
