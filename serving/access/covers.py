"""Covers: a counselor sees the caseload of a colleague who is away, until a day, and then no longer by itself."""

from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.access.access_reasons import holds_role
from serving.access.authorize import Educator
from serving.store.caseload_rows import CoverRow
from serving.store.rows import StaffRow
from serving.store.statements import statement


def covered_by(session: Session, district_id: str, staff_id: str, today: date) -> frozenset[str]:
    """The absent colleagues whose caseloads a person sees on a day."""
    return frozenset(session.scalars(*select_covered(district_id, staff_id, today)))


@statement
def select_covered(district_id: str, staff_id: str, today: date) -> Select[str]:
    """The query for them."""
    return select(CoverRow.absent_id).where(
        CoverRow.district_id == district_id,
        CoverRow.staff_id == staff_id,
        CoverRow.start_date <= today,
        CoverRow.end_date >= today,
        CoverRow.ended_at.is_(None),
    )


def may_cover(who: Educator) -> bool:
    """Whether a person takes part in covers: a counselor, or a principal who hands over for those of the school."""
    return who.role in ("counselor", "principal")


def may_hand_over(session: Session, who: Educator) -> dict[str, str]:
    """Whose caseload a person may hand over, by staff id: one's own, and as a principal those of the school."""
    people = counselors_of(session, who)
    return people if who.role == "principal" else {key: name for key, name in people.items() if key == who.staff_id}


def counselors_of(session: Session, who: Educator) -> dict[str, str]:
    """The counselors of a person's school by staff id."""
    found = select(StaffRow).where(
        StaffRow.district_id == who.district_id, StaffRow.school_id == who.school_id, holds_role("counselor")
    )
    rows = session.scalars(found.order_by(StaffRow.last_name, StaffRow.first_name, StaffRow.staff_id))
    return {row.staff_id: f"{row.first_name} {row.last_name}" for row in rows}


def give_cover(
    session: Session,
    who: Educator,
    cover_id: str,
    *,
    absent_id: str,
    staff_id: str,
    days: tuple[date, date],
    at: datetime,
) -> None:
    """Lets a colleague see a caseload from a day to a day; a no-op where the form was sent before."""
    if session.get(CoverRow, (who.district_id, cover_id)) is not None:
        return
    session.add(
        CoverRow(
            district_id=who.district_id,
            cover_id=cover_id,
            absent_id=absent_id,
            staff_id=staff_id,
            start_date=days[0],
            end_date=days[1],
            given_by=who.staff_id,
            created_at=at,
            ended_at=None,
        )
    )
    session.flush()


def covers_shown(session: Session, who: Educator) -> list[CoverRow]:
    """The covers that have not ended and that a person takes part in or may give, the first to end first."""
    given = {who.staff_id, *may_hand_over(session, who)}
    found = select(CoverRow).where(
        CoverRow.district_id == who.district_id, CoverRow.end_date >= who.today, CoverRow.ended_at.is_(None)
    )
    rows = session.scalars(found.order_by(CoverRow.end_date, CoverRow.cover_id))
    return [row for row in rows if row.absent_id in given or row.staff_id == who.staff_id]


def end_cover(session: Session, row: CoverRow, at: datetime) -> None:
    """Ends a cover before its day; a no-op where it has ended."""
    row.ended_at = row.ended_at or at
    session.flush()
