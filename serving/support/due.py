"""What is due for an educator: follow-ups, contacts to try again, plans that run, and students snoozed."""

from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from features.support_settings import Support
from serving.access.authorize import Educator
from serving.store.statements import statement
from serving.store.support_rows import ContactRow, FollowUpRow, PlanRow, SnoozeRow
from serving.support.own_students import own_keys

WEEK = timedelta(days=7)


def tried_contacts(session: Session, educator: Educator) -> list[ContactRow]:
    """The newest contact of each student where it was only tried, the first to try again first."""
    return list(session.scalars(*select_tried(educator)))


@statement
def select_tried(educator: Educator) -> Select[ContactRow]:
    """The query for them."""
    later = select(func.max(ContactRow.created_at)).where(
        ContactRow.district_id == educator.district_id, ~ContactRow.withdrawn
    )
    newest = later.with_only_columns(ContactRow.student_key, func.max(ContactRow.created_at).label("newest"))
    of_student = newest.group_by(ContactRow.student_key).subquery()
    found = (
        select(ContactRow)
        .join(
            of_student,
            (of_student.c.student_key == ContactRow.student_key) & (of_student.c.newest == ContactRow.created_at),
        )
        .where(
            ContactRow.district_id == educator.district_id,
            ContactRow.student_key.in_(own_keys(educator)),
            ~ContactRow.reached,
            ~ContactRow.withdrawn,
        )
    )
    return found.order_by(ContactRow.try_again_on, ContactRow.contact_id)


def asked_of(session: Session, educator: Educator) -> list[FollowUpRow]:
    """What the educator is asked to do within a week, the first due first."""
    return list(session.scalars(*select_asked(educator, educator.today + WEEK)))


@statement
def select_asked(educator: Educator, last: date) -> Select[FollowUpRow]:
    """What the educator is asked to do by a day."""
    found = open_of_own_students(educator)
    return found.where(FollowUpRow.asked_of == educator.staff_id, FollowUpRow.due_on <= last)


def risen_follow_ups(session: Session, educator: Educator, support: Support) -> list[FollowUpRow]:
    """What others were asked to do in a principal's school, and nobody did for a declared time."""
    if educator.role != "principal":
        return []
    return list(session.scalars(*select_risen(educator, educator.today - timedelta(days=support.silence_days))))


@statement
def select_risen(educator: Educator, silent: date) -> Select[FollowUpRow]:
    """What others were asked to do by a day."""
    found = open_of_own_students(educator)
    return found.where(FollowUpRow.asked_of != educator.staff_id, FollowUpRow.due_on <= silent)


def open_of_own_students(educator: Educator) -> Select[FollowUpRow]:
    """The open follow-ups of the educator's students."""
    return (
        select(FollowUpRow)
        .where(
            FollowUpRow.district_id == educator.district_id,
            FollowUpRow.resolved_at.is_(None),
            FollowUpRow.student_key.in_(own_keys(educator)),
        )
        .order_by(FollowUpRow.due_on, FollowUpRow.follow_up_id)
    )


def active_plans(session: Session, educator: Educator) -> dict[str, PlanRow]:
    """The plans that run for the educator's students, by student; of several, the one that ends first."""
    return {row.student_key: row for row in session.scalars(*select_running(educator))}


@statement
def select_running(educator: Educator) -> Select[PlanRow]:
    """The plans that run for the educator's students, those that end last first."""
    found = select(PlanRow).where(
        PlanRow.district_id == educator.district_id,
        PlanRow.student_key.in_(own_keys(educator)),
        PlanRow.ended_on.is_(None),
    )
    return found.order_by(PlanRow.planned_end.desc(), PlanRow.plan_id)


def is_due(plan: PlanRow, educator: Educator) -> bool:
    """Whether a plan is to be ended or gone on with, and the educator is to say which."""
    return plan.planned_end <= educator.today and educator.staff_id in {plan.champion, plan.staff_id}


def current_snoozes(session: Session, educator: Educator) -> list[SnoozeRow]:
    """The educator's own snoozes that hold today."""
    return list(session.scalars(*select_snoozes(educator)))


@statement
def select_snoozes(educator: Educator) -> Select[SnoozeRow]:
    """The query for them."""
    found = select(SnoozeRow).where(
        SnoozeRow.district_id == educator.district_id,
        SnoozeRow.staff_id == educator.staff_id,
        SnoozeRow.until > educator.today,
        SnoozeRow.ended_at.is_(None),
        SnoozeRow.student_key.in_(own_keys(educator)),
    )
    return found.order_by(SnoozeRow.until, SnoozeRow.snooze_id)
