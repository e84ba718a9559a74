"""Team meetings: called with an agenda, gone through student by student, and told over a time."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from serving.access.authorize import Educator, visible_students
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.rows import StudentRow
from serving.store.support_rows import FollowUpRow
from serving.support.follow_ups import FollowUp
from serving.support.own_students import own_keys
from serving.support.revisions import StaleRevision
from serving.support.week import Week

MOST_STUDENTS = 40
"""The most students on one agenda."""


@dataclass(frozen=True)
class Decision:
    """What a team makes of a student's records and decides; a follow-up is asked for where there are owner and day."""

    meaning: str
    decision: str
    owner: str
    due_on: date | None


def call_meeting(
    session: Session, author: Educator, meeting_id: str, held_on: date, *, people: str = "", at: datetime
) -> MeetingRow:
    """The meeting of that id; a new one where the form was not sent before."""
    row = session.get(MeetingRow, (author.district_id, meeting_id))
    if row is None:
        row = MeetingRow(
            district_id=author.district_id,
            meeting_id=meeting_id,
            held_on=held_on,
            school_id=author.school_id or "",
            people=people,
            review="",
            staff_id=author.staff_id,
            created_at=at,
        )
        session.add(row)
        session.flush()
    return row


def add_to_agenda(session: Session, meeting: MeetingRow, students: Iterable[tuple[str, str]]) -> None:
    """Puts students at the end of an agenda, each with why; those who are on it stay where they are."""
    there = {row.student_key for row in items_of(session, meeting)}
    last = len(there)
    for key, why in students:
        if key not in there and len(there) < MOST_STUDENTS:
            there.add(key)
            last += 1
            session.add(empty_item(meeting, key, why, last))
    session.flush()


def empty_item(meeting: MeetingRow, student_key: str, why: str, position: int) -> MeetingItemRow:
    """A student on an agenda of whom nothing was said yet."""
    return MeetingItemRow(
        district_id=meeting.district_id,
        meeting_id=meeting.meeting_id,
        student_key=student_key,
        position=position,
        why=why,
        meaning="",
        decision="",
        owner="",
        due_on=None,
        follow_up_id=None,
        staff_id=None,
        decided_at=None,
        revision=1,
    )


def suggested(week: Week) -> list[tuple[str, str]]:
    """Whom My week suggests for an agenda, each with why: plans to decide on, listed and not met, then new ones."""
    found = [
        *((row.student_key, "plan_due") for row in week.plans_due),
        *((one.key, "unmet") for one in (*week.most_signals, *week.unmet)),
        *((one.key, "listed") for one in week.put_forward),
    ]
    first = dict(reversed(found))
    return [(key, first[key]) for key in dict.fromkeys(key for key, _ in found)]


def meetings_of(session: Session, educator: Educator) -> list[MeetingRow]:
    """The meetings that the educator called or that are of their school, latest first."""
    own = [MeetingRow.staff_id == educator.staff_id]
    if educator.school_id:
        own.append(MeetingRow.school_id == educator.school_id)
    found = select(MeetingRow).where(MeetingRow.district_id == educator.district_id, or_(*own))
    return list(session.scalars(found.order_by(MeetingRow.held_on.desc(), MeetingRow.created_at.desc())))


def find_meeting(session: Session, educator: Educator, meeting_id: str) -> MeetingRow | None:
    """A meeting that the educator called or that is of their school; None for another."""
    row = session.get(MeetingRow, (educator.district_id, meeting_id))
    if row is None:
        return None
    own = row.staff_id == educator.staff_id or (row.school_id and row.school_id == educator.school_id)
    return row if own else None


def next_meeting(session: Session, educator: Educator, days: Sequence[date], *, at: datetime) -> MeetingRow:
    """The educator's next meeting; where none is called, one is, on the next of the district's days or today."""
    coming = [row for row in meetings_of(session, educator) if row.held_on >= educator.today]
    if coming:
        return coming[-1]
    day = min((one for one in days if one >= educator.today), default=educator.today)
    return call_meeting(session, educator, secrets.token_hex(16), day, at=at)


def items_of(session: Session, meeting: MeetingRow) -> list[MeetingItemRow]:
    """The students of an agenda, in its order."""
    found = select(MeetingItemRow).where(
        MeetingItemRow.district_id == meeting.district_id, MeetingItemRow.meeting_id == meeting.meeting_id
    )
    return list(session.scalars(found.order_by(MeetingItemRow.position, MeetingItemRow.student_key)))


def visible_of(session: Session, educator: Educator, keys: Iterable[str]) -> dict[str, StudentRow]:
    """Those of some students whom the educator sees, by key."""
    found = visible_students(educator).where(StudentRow.student_key.in_(list(keys)))
    return {row.student_key: row for row in session.scalars(found)}


def decide(
    session: Session, author: Educator, row: MeetingItemRow, said: Decision, *, revision: int, at: datetime
) -> None:
    """Keeps what the team decided, and asks its owner to do it; StaleRevision where somebody wrote in between."""
    if row.revision != revision:
        raise StaleRevision
    row.meaning, row.decision, row.owner, row.due_on = said.meaning, said.decision, said.owner, said.due_on
    row.staff_id, row.decided_at, row.revision = author.staff_id, at, row.revision + 1
    ask_owner(session, author, row, at)
    session.flush()


def ask_owner(session: Session, author: Educator, row: MeetingItemRow, at: datetime) -> None:
    """One follow-up for what was decided: asked anew, changed while it is open, or resolved where nothing is due."""
    asked = session.get(FollowUpRow, (row.district_id, row.follow_up_id)) if row.follow_up_id else None
    is_open = asked is not None and asked.resolved_at is None
    if row.due_on is None or not row.decision:
        if asked is not None and is_open:
            asked.resolved_at, asked.resolved_by = at, author.staff_id
        return
    task = FollowUp(row.decision, row.owner, row.due_on)
    if asked is not None and is_open:
        asked.task, asked.asked_of, asked.due_on = task.task, task.asked_of, task.due_on
    else:
        row.follow_up_id = add_follow_up(session, author, row.student_key, task, at)


def add_follow_up(session: Session, author: Educator, student_key: str, task: FollowUp, at: datetime) -> str:
    """Asks somebody to do something for a student that no contact asked for; its id."""
    follow_up_id = secrets.token_hex(16)
    session.add(
        FollowUpRow(
            district_id=author.district_id,
            follow_up_id=follow_up_id,
            student_key=student_key,
            contact_id=None,
            asked_of=task.asked_of,
            task=task.task,
            due_on=task.due_on,
            staff_id=author.staff_id,
            created_at=at,
            resolved_at=None,
            resolved_by=None,
            resolution="",
        )
    )
    return follow_up_id


def talked_about(
    session: Session, educator: Educator, since: date, until: date
) -> list[tuple[MeetingRow, MeetingItemRow, FollowUpRow | None]]:
    """Every student of the educator who was talked about between two days, with what was asked for; by day."""
    found = (
        select(MeetingRow, MeetingItemRow, FollowUpRow)
        .join(
            MeetingItemRow,
            (MeetingItemRow.district_id == MeetingRow.district_id)
            & (MeetingItemRow.meeting_id == MeetingRow.meeting_id),
        )
        .outerjoin(
            FollowUpRow,
            (FollowUpRow.district_id == MeetingItemRow.district_id)
            & (FollowUpRow.follow_up_id == MeetingItemRow.follow_up_id),
        )
        .where(
            MeetingRow.district_id == educator.district_id,
            MeetingRow.held_on.between(since, until),
            MeetingItemRow.decided_at.is_not(None),
            MeetingItemRow.student_key.in_(own_keys(educator)),
        )
        .order_by(MeetingRow.held_on, MeetingRow.created_at, MeetingItemRow.position)
    )
    return [(meeting, item, asked) for meeting, item, asked in session.execute(found)]
