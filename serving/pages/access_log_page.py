"""The log of who saw what: searched by person or student, and whether its chain holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.access_chain import check_chain
from serving.access.access_log import log_read
from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.pages.current_user import SignedForm
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import AccessRow, StaffRow, StudentRow
from serving.support.staff import staff_names
from serving.wording.access_log import action_words, reason_words, target_words
from serving.wording.locale import Language

router = APIRouter(include_in_schema=False)
MOST_LINES = 200


@dataclass(frozen=True)
class LogLine:
    """A row of the log in words; `students` is how many it names, and `detail` what has no words here."""

    at: datetime
    who: str
    action: str
    target: str
    detail: str
    reason: str
    students: int


@router.get("/access-log")
def get_access_log(visit: CurrentVisit) -> Response:
    """The newest rows."""
    return log_page(visit, "")


@router.post("/access-log")
def post_access_log(visit: CurrentVisit, fields: SignedForm) -> Response:
    """The rows of a person or a student; what is looked for is in no address."""
    return log_page(visit, fields.get("q", "").strip()[:100])


def log_page(visit: Visit, searched: str) -> Response:
    """The page, which can be printed as the answer to who has seen a student's record. Who looks is noted."""
    district_id = visit.educator.district_id
    with visit.context.read_session() as session:
        allowed = authorize(session, visit.educator, "audit_access", OwnDistrict())
        if isinstance(allowed, Denied):
            raise HTTPException(404)
        student = find_student(session, district_id, searched) if searched else None
        rows = log_rows(session, district_id, searched, student)
        lines = log_lines(session, visit, rows)
        chain = check_chain(visit.context.engine, session, district_id)
        asked_of = [student.student_key] if student else []
    log_read(
        visit.context.engine, visit.educator, "audit_access", target="access log", allowed=allowed, students=asked_of,
        at=visit.now,
    )  # fmt: skip
    return visit.page(
        "access_log.html",
        lines=lines,
        chain=chain,
        through=chain.at.astimezone(district_zone(visit)) if chain.at else None,
        searched=searched,
        student=student,
        most=MOST_LINES,
    )


def district_zone(visit: Visit) -> ZoneInfo:
    """The visitor's district's own time."""
    return ZoneInfo(visit.context.settings.district(visit.educator.district_id).timezone)


def find_student(session: Session, district_id: str, searched: str) -> StudentRow | None:
    """The student with this number; None where it is nobody's."""
    found = select(StudentRow).where(StudentRow.district_id == district_id, StudentRow.student_id == searched)
    return session.scalars(found).first()


def log_rows(session: Session, district_id: str, searched: str, student: StudentRow | None) -> list[AccessRow]:
    """Every row that names the student; else the newest, or those by people whose name or address is searched for."""
    rows = select(AccessRow).where(AccessRow.district_id == district_id).order_by(AccessRow.id.desc())
    if student is not None:
        rows = rows.where(cast(AccessRow.students, String).contains(f'"{student.student_key}"', autoescape=True))
    elif searched:
        alike = [one.icontains(searched, autoescape=True) for one in (StaffRow.last_name, StaffRow.email)]
        people = select(StaffRow.staff_id).where(StaffRow.district_id == district_id, or_(*alike))
        rows = rows.where(AccessRow.subject.in_([f"staff:{one}" for one in session.scalars(people)]))
    return list(session.scalars(rows if student is not None else rows.limit(MOST_LINES)))


def log_lines(session: Session, visit: Visit, found: Sequence[AccessRow]) -> list[LogLine]:
    """The rows in words, at the district's own time."""
    district_id = visit.educator.district_id
    zone = district_zone(visit)
    ids = {row.subject: row.subject.partition(":")[2] for row in found if row.subject.startswith("staff:")}
    names = staff_names(session, district_id, list(ids.values()))
    return [log_line(visit.language, row, names.get(ids.get(row.subject, ""), row.subject), zone) for row in found]


def log_line(language: Language, row: AccessRow, who: str, zone: ZoneInfo) -> LogLine:
    """A row of the log in words."""
    target, detail = target_words(language, row.object)
    return LogLine(
        at=row.at.astimezone(zone),
        who=who,
        action=action_words(language, row.action, row.object),
        target=target,
        detail=detail,
        reason=reason_words(language, row.reason),
        students=len(row.students),
    )
