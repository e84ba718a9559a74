"""Purge by a district's policy: what people wrote, and lists, of years no longer kept; with a certificate.

What stays: facts of contacts and plans in the warehouse (student, kind, day), flags, and the access log.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from features.support_settings import Support
from serving.store.caseload_rows import CoverRow
from serving.store.district_scope import enter_district
from serving.store.list_rows import ListCountRow, ListPlaceRow
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.purge_rows import PurgeRow
from serving.store.rows import CalendarRow, Row, RunRow, ScoreRow
from serving.store.run_retention import school_year_begin
from serving.store.support_rows import (
    ContactRow,
    DataProblemRow,
    FlagAnswerRow,
    FollowUpRow,
    NoteRow,
    PlanRow,
    PlanSessionRow,
    RevisionRow,
    SnoozeRow,
)
from serving.store.total_rows import SchoolRangeRow, SchoolTotalRow

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class PurgePolicy:
    """The first days that are kept, of what people wrote and of lists; None where all is kept."""

    written_before: date | None
    lists_before: date | None

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever purged."""
        return self.written_before is None and self.lists_before is None


@dataclass(frozen=True)
class Purger:
    """Who purges: the account or the command line, and the name on the certificate."""

    by: str
    name: str


def policy_of(support: Support, today: date) -> PurgePolicy:
    """The policy of a district on a day."""
    return PurgePolicy(first_kept(support.written_years, today), first_kept(support.list_years, today))


def first_kept(years: int, today: date) -> date | None:
    """The first day that is kept: the begin of this school year, so many full years before; None for all."""
    begin = school_year_begin(today)
    return begin.replace(year=begin.year - years) if years else None


def parts(district_id: str, policy: PurgePolicy) -> Iterator[tuple[type[Row], Condition]]:
    """The tables of which something goes, each with which rows; those that hang on others before them."""
    if policy.written_before is not None:
        yield from written_parts(district_id, policy.written_before)
    if policy.lists_before is not None:
        yield from list_parts(district_id, policy.lists_before)


def written_parts(district_id: str, before: date) -> Iterator[tuple[type[Row], Condition]]:
    """What people wrote before a day; a plan goes by its last day."""
    midnight = datetime.combine(before, time(), tzinfo=UTC)
    ended = func.coalesce(PlanRow.ended_on, PlanRow.planned_end) < before
    plans = select(PlanRow.plan_id).where(PlanRow.district_id == district_id, ended)
    held = select(MeetingRow.meeting_id).where(MeetingRow.district_id == district_id, MeetingRow.held_on < before)
    yield PlanSessionRow, PlanSessionRow.plan_id.in_(plans)
    yield PlanRow, ended
    yield ContactRow, ContactRow.day < before
    yield NoteRow, NoteRow.revised_at < midnight
    yield FollowUpRow, FollowUpRow.due_on < before
    yield FlagAnswerRow, FlagAnswerRow.answered_at < midnight
    yield DataProblemRow, DataProblemRow.due_on < before
    yield SnoozeRow, SnoozeRow.until < before
    yield MeetingItemRow, MeetingItemRow.meeting_id.in_(held)
    yield MeetingRow, MeetingRow.held_on < before
    yield RevisionRow, RevisionRow.revised_on < before
    yield CoverRow, CoverRow.end_date < before


def list_parts(district_id: str, before: date) -> Iterator[tuple[type[Row], Condition]]:
    """Lists made as of days before a day, with their scores, calendars and totals."""
    own = RunRow.district_id == district_id
    gone = select(RunRow.run_id).where(own, RunRow.as_of < before)
    kept = select(RunRow.list_id).where(own, RunRow.as_of >= before)
    yield ScoreRow, ScoreRow.run_id.in_(gone)
    yield CalendarRow, CalendarRow.run_id.in_(gone)
    yield ListCountRow, ListCountRow.list_id.not_in(kept)
    yield ListPlaceRow, ListPlaceRow.list_id.not_in(kept)
    yield SchoolTotalRow, SchoolTotalRow.list_id.not_in(kept)
    yield SchoolRangeRow, SchoolRangeRow.list_id.not_in(kept)
    yield RunRow, RunRow.as_of < before


def due_rows(session: Session, district_id: str, policy: PurgePolicy) -> dict[str, int]:
    """How many rows of each table the policy no longer keeps."""
    enter_district(session, district_id)
    return {
        table.__tablename__: session.scalar(
            select(func.count()).select_from(table).where(*own_rows(table, district_id, which))
        )
        or 0
        for table, which in parts(district_id, policy)
    }


def own_rows(table: type[Row], district_id: str, which: Condition) -> tuple[Condition, Condition]:
    """The conditions of the district's own rows."""
    return table.__table__.c["district_id"] == district_id, which


def purge(
    session: Session, district_id: str, support: Support, purger: Purger, *, at: datetime, today: date
) -> PurgeRow | None:
    """Removes what the policy no longer keeps, and adds a certificate of it; None where nothing is due."""
    policy = policy_of(support, today)
    rows = {name: count for name, count in due_rows(session, district_id, policy).items() if count}
    if not rows:
        return None
    keys = hashlib.sha256()
    for table, which in parts(district_id, policy):
        own = own_rows(table, district_id, which)
        names = list(table.__table__.primary_key)
        for key in sorted(map(str, session.execute(select(*names).where(*own)))):
            keys.update(f"{table.__tablename__} {key}\n".encode())
    for table, which in parts(district_id, policy):
        session.execute(
            delete(table).where(*own_rows(table, district_id, which)).execution_options(synchronize_session=False)
        )
    return certify(session, district_id, support, purger, policy, rows, keys.hexdigest(), at=at)


def certify(
    session: Session,
    district_id: str,
    support: Support,
    purger: Purger,
    policy: PurgePolicy,
    rows: dict[str, int],
    keys_digest: str,
    *,
    at: datetime,
) -> PurgeRow:
    """The certificate of a purge, after the one before."""
    before = next(reversed(certificates(session, district_id)), None)
    row = PurgeRow(
        district_id=district_id,
        purge_id=secrets.token_hex(16),
        number=before.number + 1 if before else 1,
        at=at,
        by=purger.by,
        name=purger.name,
        written_before=policy.written_before,
        lists_before=policy.lists_before,
        policy={"written_years": support.written_years, "list_years": support.list_years},
        rows=dict(rows),
        keys_digest=keys_digest,
        previous_digest=before.digest if before else "",
    )
    row.digest = digest_of(row)
    session.add(row)
    session.flush()
    return row


CERTIFIED = ("district_id", "purge_id", "number", "by", "name", "policy", "rows", "keys_digest", "previous_digest")


def digest_of(row: PurgeRow) -> str:
    """The sha256 of everything that a certificate says."""
    said = {name: getattr(row, name) for name in CERTIFIED}
    days = {name: str(getattr(row, name)) for name in ("written_before", "lists_before")}
    return hashlib.sha256(json.dumps({**said, **days, "at": row.at.isoformat()}, sort_keys=True).encode()).hexdigest()


def certificates(session: Session, district_id: str) -> list[PurgeRow]:
    """The district's certificates, oldest first."""
    enter_district(session, district_id)
    return list(session.scalars(select(PurgeRow).where(PurgeRow.district_id == district_id).order_by(PurgeRow.number)))


def holds(rows: Sequence[PurgeRow]) -> bool:
    """Whether every certificate says what it said, and follows the one before."""
    before = ["", *(row.digest for row in rows)]
    return all(
        row.digest == digest_of(row) and row.previous_digest == previous
        for row, previous in zip(rows, before, strict=False)
    )
