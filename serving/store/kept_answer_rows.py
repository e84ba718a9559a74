"""Answers that are kept for a while, so that a request sent twice has one effect and gets one answer."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row


class KeptAnswerRow(Row):
    """What a program was answered under one of its keys; without `sealed`, it is still being worked out.

    The key is with the program only: here are a digest of it, and the answer as only the key opens it.
    """

    __tablename__ = "kept_answers"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "expires_at"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    program: Mapped[str] = mapped_column(primary_key=True)
    key_digest: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[str]
    request_digest: Mapped[str]
    sealed: Mapped[str]
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
