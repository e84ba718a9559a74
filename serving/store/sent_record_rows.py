"""The table of single records that programs sent, by ids of their own."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.cell_types import JsonObject, JsonRow
from serving.store.rows import Row


class SentRecordRow(Row):
    """A record as a program sent it last. Until `revision` is `settled` it waits to be loaded.

    `content` are its cells as a file of our own shape has them, `loaded` those that a load took last. `errors` has the
    rule that it broke where it was refused.
    """

    __tablename__ = "sent_records"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[JsonObject]
    deleted: Mapped[bool]
    revision: Mapped[int]
    settled: Mapped[int]
    loaded: Mapped[JsonObject | None]
    load_id: Mapped[int | None]
    errors: Mapped[list[JsonRow]]
    subject: Mapped[str]
    sent_at: Mapped[datetime]
