"""What of a district stays undone: operations that nobody takes up, and webhooks that were given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.store.operation_rows import OperationRow
from serving.store.webhook_rows import WebhookDeliveryRow

LATE = timedelta(hours=1)
"""How long an operation may be under way before it is said."""
SHOWN = timedelta(days=7)
"""How long a dead letter is said."""


@dataclass(frozen=True)
class Backlog:
    """Counts: operations that are under way for too long, messages that became dead letters lately, all under way."""

    late_operations: int
    dead_letters: int
    open_operations: int


def backlog_of(session: Session, district_id: str, now: datetime) -> Backlog:
    """The backlog of a district, whose rows the session sees."""
    under_way = select(func.count()).where(OperationRow.district_id == district_id, OperationRow.ended_at.is_(None))
    late = under_way.where(OperationRow.created_at < now - LATE)
    dead = select(func.count()).where(
        WebhookDeliveryRow.district_id == district_id,
        WebhookDeliveryRow.state == "dead",
        WebhookDeliveryRow.last_at > now - SHOWN,
    )
    return Backlog(session.scalar(late) or 0, session.scalar(dead) or 0, session.scalar(under_way) or 0)
