"""The tables of webhooks: who is told of what, what is told, and how far each delivery is."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.cell_types import JsonRow
from serving.store.rows import Row


class WebhookEndpointRow(Row):
    """An address that is told of events. `secrets` are those that sign, each with when it ends; newest last."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    events: Mapped[list[str]]
    secrets: Mapped[list[JsonRow]]
    subject: Mapped[str]
    created_at: Mapped[datetime]


class WebhookMessageRow(Row):
    """Something that happened, as it is told: `body` has ids and counts only. Its id is made from what happened."""

    __tablename__ = "webhook_messages"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]


class WebhookDeliveryRow(Row):
    """A message on its way to an endpoint: `waiting` until `next_at`, `delivered`, or `dead` after the last attempt."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["district_id", "endpoint_id"],
            ["webhook_endpoints.district_id", "webhook_endpoints.endpoint_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["district_id", "message_id"],
            ["webhook_messages.district_id", "webhook_messages.message_id"],
            ondelete="CASCADE",
        ),
        Index(None, "district_id", "state", "next_at"),
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str]
