"""Tables of totals of schools, of audits that were read, and of releases that two people decide.

Of totals, what may not be told is not in the table.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row

WHOLE_DISTRICT, OTHER_SCHOOLS = "", "~"
"""What stands for a school in a total of the district, and in one of the schools that may not be told apart."""


class SchoolTotalRow(Row):
    """Of the students of a grade those of whom a measure holds, as a list's run counted them, after suppression.

    `school_id` is empty for the whole district, and `~` for the schools that may not be told apart. `period` is a term
    or a month (`2026-10`), empty for now; `subject` is empty for all core courses and for measures without one.
    """

    __tablename__ = "school_totals"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    school_year: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    grade: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(primary_key=True)
    period_end: Mapped[date | None]
    n: Mapped[int]
    yes: Mapped[int]


class SchoolRangeRow(Row):
    """What is usual at a school: the middle half of a grade's students in a measure, up to the end of a period.

    `low` and `high` are in hundredths, over `n` students. `school_id` is empty for the whole district.
    """

    __tablename__ = "school_ranges"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    grade: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    low: Mapped[int]
    high: Mapped[int]


class AuditSignOffRow(Row):
    """Somebody of the district has read an audit: of which bundle, when, and what they say of it. Never changed."""

    __tablename__ = "audit_sign_offs"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    sign_off_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    bundle_digest: Mapped[str]
    staff_id: Mapped[str]
    name: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]


class ReleaseProposalRow(Row):
    """A release that one person of the data team proposed, and what a second one decided; `decision` is empty before.

    `action` is `promote`, of the bundle with the digest, or `rollback`.
    """

    __tablename__ = "release_proposals"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    proposal_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    action: Mapped[str]
    bundle_digest: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_name: Mapped[str]
    proposed_at: Mapped[datetime]
    decision: Mapped[str]
    decided_by: Mapped[str | None]
    decided_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    release_id: Mapped[str | None]
