"""What was agreed on, as a family's sheet says it: the goal of a plan that runs, and what was asked for with them.

Left out is what only the school talked about, and every word of a restricted contact.
"""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.store.rows import StudentRow
from serving.store.support_rows import ContactRow, FollowUpRow, PlanRow
from serving.support.staff import staff_names
from serving.wording.locale import Language

WITH_THE_FAMILY = ("student", "family")
"""The parties of a contact whose next step was talked about with the student or the family."""
MOST_AGREED = 4
"""The most lines, so that a sheet stays one page."""


def agreed_lines(session: Session, student: StudentRow, language: Language) -> tuple[str, ...]:
    """The goals of plans that run, then open next steps, the first due first."""
    plans, steps = session.scalars(select_plans(student)).all(), session.scalars(select_steps(student)).all()
    names = staff_names(session, student.district_id, [row.asked_of for row in steps])
    goals = [
        language.translate("Goal: {goal}. Until {day}.", goal=ended(row.goal), day=language.day(row.planned_end))
        for row in plans
    ]
    next_steps = [
        language.translate(
            "Next step: {task}. By {day}, {name}.",
            task=ended(row.task),
            day=language.day(row.due_on),
            name=names.get(row.asked_of) or language.translate("the school"),
        )
        for row in steps
    ]
    return (*goals, *next_steps)[:MOST_AGREED]


def ended(words: str) -> str:
    """What somebody wrote, without the point at its end: the sentence has its own."""
    return words.strip().rstrip(".")


def select_plans(student: StudentRow) -> Select[PlanRow]:
    """The query for plans that run."""
    found = select(PlanRow).where(
        PlanRow.district_id == student.district_id,
        PlanRow.student_key == student.student_key,
        PlanRow.ended_on.is_(None),
    )
    return found.order_by(PlanRow.start_date, PlanRow.plan_id)


def select_steps(student: StudentRow) -> Select[FollowUpRow]:
    """The query for open next steps of contacts with the family that everybody at school may read."""
    found = select(FollowUpRow).join(
        ContactRow,
        (ContactRow.district_id == FollowUpRow.district_id) & (ContactRow.contact_id == FollowUpRow.contact_id),
    )
    found = found.where(
        FollowUpRow.district_id == student.district_id,
        FollowUpRow.student_key == student.student_key,
        FollowUpRow.resolved_at.is_(None),
        FollowUpRow.task != "",
        ContactRow.restricted.is_(False),
        ContactRow.withdrawn.is_(False),
        ContactRow.reached.is_(True),
        ContactRow.party.in_(WITH_THE_FAMILY),
    )
    return found.order_by(FollowUpRow.due_on, FollowUpRow.follow_up_id)
