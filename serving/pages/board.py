"""One page for the board, to print: on track and off it year on year, whom the lists miss, and who got help."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.pages.board_view import board_view
from serving.pages.equity import outcome_choices, schools_told
from serving.pages.equity_view import equity_view
from serving.pages.live_view import HelpView, help_view, live_summary
from serving.pages.school import school_asked
from serving.pages.school_totals import load_totals
from serving.pages.visit import CurrentVisit, Visit

router = APIRouter(include_in_schema=False)
MOST_OUTCOMES, MOST_TABLES = 3, 2
"""What fits on one sheet of paper."""


@dataclass(frozen=True)
class MissedPart:
    """Of an outcome, in which year, for which groups the list is worst; `help` is who got help, where that is told."""

    about: str
    year: str
    worst: tuple[str, ...]
    help: HelpView | None


@router.get("/school/board")
def get_board(visit: CurrentVisit) -> Response:
    """The page of the district; a principal's is that of their school. It holds totals alone."""
    with visit.context.read_session() as session:
        for action in ("see_totals", "see_audit"):
            if isinstance(authorize(session, visit.educator, action, OwnDistrict()), Denied):
                raise HTTPException(404)
        chosen, names = school_asked(visit, session, "")
        totals = load_totals(session, visit.educator.district_id, chosen)
        view = board_view(totals, visit.language) if totals else None
        parts = missed_parts(visit, session)
        stale = visit.list_age(session)
    where = names.get(chosen, visit.viewer.district)
    return visit.page("board.html", view=view, parts=parts, stale=stale, where=where, most=MOST_TABLES)


def missed_parts(visit: Visit, session: Session) -> list[MissedPart]:
    """What Equity leads with, of the first outcomes that were audited."""
    found, schools, district_id = list[MissedPart](), schools_told(visit, session), visit.educator.district_id
    for name, about in outcome_choices(visit).items():
        release = visit.context.releases.current(district_id, name)
        view = equity_view(release.bundle, visit.language, schools) if release else None
        if view is None or not view.worst or len(found) == MOST_OUTCOMES:
            continue
        live = live_summary(visit, name)
        help_given = help_view(visit.language, live, schools) if live else None
        found.append(MissedPart(about, view.year, view.worst, help_given))
    return found
