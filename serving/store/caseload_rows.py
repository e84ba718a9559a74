"""The tables of work on a caseload: saved views, who covers for whom, and who is responsible for a student."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row
from serving.store.support_rows import of_district, of_staff


class SavedViewRow(Row):
    """A filter of the caseload that a person saved: the query of its address, which never holds a name."""

    __tablename__ = "saved_views"
    __table_args__ = (of_staff(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class CoverRow(Row):
    """A counselor who sees an absent colleague's caseload from a day to a day; `ended_at` where it ended before."""

    __tablename__ = "covers"
    __table_args__ = (
        of_district(),
        ForeignKeyConstraint(["district_id", "absent_id"], ["staff.district_id", "staff.staff_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"], ondelete="CASCADE"),
        Index(None, "district_id", "staff_id"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    cover_id: Mapped[str] = mapped_column(primary_key=True)
    absent_id: Mapped[str]
    staff_id: Mapped[str]
    start_date: Mapped[date]
    end_date: Mapped[date]
    given_by: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ResponsibleRow(Row):
    """The one person of the team who is responsible for a student."""

    __tablename__ = "responsible_people"
    __table_args__ = (of_staff(),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str]
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime]
