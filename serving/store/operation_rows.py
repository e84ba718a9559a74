"""The tables of operations: long work that a program asked for, and rows that an import left in quarantine."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.cell_types import JsonObject, JsonRow, PackedRows
from serving.store.rows import Row


class OperationRow(Row):
    """Work that a program asked for. `request` and `result` hold ids, codes and counts; `errors` has a row per finding.

    `subject` is who asked, as in the access log. What is `waiting` is taken up by the worker, in order.
    """

    __tablename__ = "operations"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "state"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    operation_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    subject: Mapped[str]
    request: Mapped[JsonObject]
    progress: Mapped[str]
    result: Mapped[JsonObject | None]
    errors: Mapped[list[JsonRow]]
    cancel_asked: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ImportQuarantineRow(Row):
    """A thousand rows that wait in quarantine after an import, as the warehouse keeps them; `part` counts from 0."""

    __tablename__ = "import_quarantine"
    __table_args__ = (
        ForeignKeyConstraint(
            ["district_id", "operation_id"], ["operations.district_id", "operations.operation_id"], ondelete="CASCADE"
        ),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    operation_id: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[list[JsonRow]] = mapped_column(PackedRows)
