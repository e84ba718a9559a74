"""The tables of team meetings: a meeting, and the students on its agenda with what was decided."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row
from serving.store.support_rows import of_district


class MeetingRow(Row):
    """A team's meeting on a day; `school_id` is that of who called it, and empty for the whole district."""

    __tablename__ = "meetings"
    __table_args__ = (of_district(), Index(None, "district_id", "held_on"))

    district_id: Mapped[str] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(primary_key=True)
    held_on: Mapped[date]
    school_id: Mapped[str]
    people: Mapped[str]
    review: Mapped[str]
    staff_id: Mapped[str]
    created_at: Mapped[datetime]


class MeetingItemRow(Row):
    """A student on a meeting's agenda; `decided_at` is empty until the team talked about them."""

    __tablename__ = "meeting_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["district_id", "meeting_id"], ["meetings.district_id", "meetings.meeting_id"], ondelete="CASCADE"
        ),
        Index(None, "district_id", "student_key"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    why: Mapped[str]
    meaning: Mapped[str]
    decision: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date | None]
    follow_up_id: Mapped[str | None]
    staff_id: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    revision: Mapped[int]
