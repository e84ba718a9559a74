"""The tables of what people write about students: contacts, follow-ups, plans, notes, answers. No roster replaces them.

Ids are random and belong to the service: a form carries the id of the row it makes, so that sending it twice makes one.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.cell_types import JsonObject
from serving.store.rows import Row


def of_district() -> ForeignKeyConstraint:
    """What ties a row to its district."""
    return ForeignKeyConstraint(["district_id"], ["districts.district_id"])


def of_student() -> tuple[ForeignKeyConstraint, Index]:
    """What every table of a student's entries has: its district, and a way to find the student's rows."""
    return of_district(), Index(None, "district_id", "student_key")


class ContactRow(Row):
    """A contact: reached, or only tried. `recorded_on` is the local date on which it was written down."""

    __tablename__ = "contacts"
    __table_args__ = of_student()

    district_id: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    kind: Mapped[str]
    party: Mapped[str]
    day: Mapped[date]
    reached: Mapped[bool]
    result: Mapped[str]
    next_step: Mapped[str]
    try_again_on: Mapped[date | None]
    restricted: Mapped[bool]
    staff_id: Mapped[str]
    recorded_on: Mapped[date]
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    revision: Mapped[int]
    withdrawn: Mapped[bool]


class FollowUpRow(Row):
    """Something asked of a person by a day; one at a time is open for a contact."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        *of_student(),
        Index(
            "uq_follow_ups_open_of_a_contact",
            "district_id",
            "contact_id",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    follow_up_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    contact_id: Mapped[str | None]
    asked_of: Mapped[str]
    task: Mapped[str]
    due_on: Mapped[date]
    staff_id: Mapped[str]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str]


class PlanRow(Row):
    """A plan of support: its goal, strategy and champion; `outcome` is empty while it runs."""

    __tablename__ = "plans"
    __table_args__ = of_student()

    district_id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    goal: Mapped[str]
    strategy: Mapped[str]
    champion: Mapped[str]
    start_date: Mapped[date]
    planned_end: Mapped[date]
    sessions_a_week: Mapped[int]
    staff_id: Mapped[str]
    recorded_on: Mapped[date]
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    revision: Mapped[int]
    ended_on: Mapped[date | None]
    outcome: Mapped[str]
    outcome_note: Mapped[str]


class PlanSessionRow(Row):
    """A day of a plan on which a session was held, or planned and not held. A day without a row is not known."""

    __tablename__ = "plan_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["district_id", "plan_id"], ["plans.district_id", "plans.plan_id"], ondelete="CASCADE"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    held: Mapped[bool]
    note: Mapped[str]
    staff_id: Mapped[str]
    created_at: Mapped[datetime]


class NoteRow(Row):
    """A note; a draft is its author's alone, and what is restricted is read on request."""

    __tablename__ = "notes"
    __table_args__ = of_student()

    district_id: Mapped[str] = mapped_column(primary_key=True)
    note_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    body: Mapped[str]
    restricted: Mapped[bool]
    draft: Mapped[bool]
    staff_id: Mapped[str]
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    revision: Mapped[int]


class RevisionRow(Row):
    """What an entry said before it was revised."""

    __tablename__ = "revisions"
    __table_args__ = (of_district(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    entry_kind: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[JsonObject]
    staff_id: Mapped[str]
    revised_on: Mapped[date]
    revised_at: Mapped[datetime]


class FlagAnswerRow(Row):
    """What a person says of a student's place on a list: it fits, not now, or it does not."""

    __tablename__ = "flag_answers"
    __table_args__ = of_student()

    district_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    answer: Mapped[str]
    reason: Mapped[str]
    answered_at: Mapped[datetime]


class DataProblemRow(Row):
    """A record that somebody says is wrong, and the data team's answer."""

    __tablename__ = "data_problems"
    __table_args__ = of_student()

    district_id: Mapped[str] = mapped_column(primary_key=True)
    problem_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str]
    staff_id: Mapped[str]
    created_at: Mapped[datetime]
    due_on: Mapped[date]
    answer: Mapped[str]
    answer_note: Mapped[str]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class SnoozeRow(Row):
    """A student whom a person does not want put forward until a day, and why."""

    __tablename__ = "snoozes"
    __table_args__ = of_student()

    district_id: Mapped[str] = mapped_column(primary_key=True)
    snooze_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    staff_id: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffGrantRow(Row):
    """A permission that a person was given by hand: no record of another system gives it."""

    __tablename__ = "staff_grants"
    __table_args__ = (
        ForeignKeyConstraint(["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"], ondelete="CASCADE"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]


def of_staff() -> ForeignKeyConstraint:
    """What ties a row to a person of the district: it goes with them."""
    return ForeignKeyConstraint(
        ["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"], ondelete="CASCADE"
    )


class RoleAssignmentRow(Row):
    """A role that a person was given by hand, or by the district's `provider` of identities at their last sign-in.

    `school_id` is empty for the whole district.
    """

    __tablename__ = "role_assignments"
    __table_args__ = (of_staff(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]
    provider: Mapped[bool | None]


class RoleChoiceRow(Row):
    """The role that a person with several chose to work in."""

    __tablename__ = "role_choices"
    __table_args__ = (of_staff(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    school_id: Mapped[str]
    chosen_at: Mapped[datetime]
