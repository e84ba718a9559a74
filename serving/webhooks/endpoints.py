"""Endpoints of webhooks: which address of a district is told of which events, and the secrets that sign."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.access.sealed_secrets import SealedSecrets
from serving.store.webhook_rows import WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow

Event = Literal["run.finished", "score.band_changed", "import.finished", "release.changed"]
EVENTS: tuple[Event, ...] = get_args(Event)
MOST_ENDPOINTS = 20
SECRET_BYTES = 32
PREFIX = "whsec_"


def new_secret() -> str:
    """A new secret, in the form of Standard Webhooks."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def create_endpoint(
    session: Session,
    district_id: str,
    url: str,
    events: Sequence[Event],
    *,
    subject: str,
    at: datetime,
    box: SealedSecrets,
) -> tuple[WebhookEndpointRow, str]:
    """Adds an endpoint, and returns the secret that signs what it is told; it is kept sealed."""
    secret, endpoint_id = new_secret(), f"we-{secrets.token_hex(8)}"
    row = WebhookEndpointRow(
        district_id=district_id,
        endpoint_id=endpoint_id,
        url=url,
        events=sorted(set(events)),
        secrets=[{"secret": box.seal(secret, purpose_of(district_id, endpoint_id)), "ends_at": None}],
        subject=subject,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row, secret


def endpoints_of(session: Session, district_id: str) -> list[WebhookEndpointRow]:
    """The endpoints of a district, the first one first."""
    found = select(WebhookEndpointRow).where(WebhookEndpointRow.district_id == district_id)
    return list(session.scalars(found.order_by(WebhookEndpointRow.created_at, WebhookEndpointRow.endpoint_id)))


def rotate_secret(row: WebhookEndpointRow, *, overlap: timedelta, at: datetime, box: SealedSecrets) -> str:
    """A new secret that signs from now on; those before sign too, for so long."""
    secret, end = new_secret(), (at + overlap).isoformat()
    kept = [{**one, "ends_at": one["ends_at"] or end} for one in row.secrets if signs(one["ends_at"], at)]
    sealed = box.seal(secret, purpose_of(row.district_id, row.endpoint_id))
    row.secrets = [*kept, {"secret": sealed, "ends_at": None}]
    return secret


def signing_secrets(row: WebhookEndpointRow, at: datetime, box: SealedSecrets) -> list[str]:
    """The secrets that sign at a moment, the newest first; none that the key does not open.

    Those of earlier versions are not sealed until a new one takes their place.
    """
    purpose = purpose_of(row.district_id, row.endpoint_id)
    kept = [str(one["secret"]) for one in reversed(row.secrets) if signs(one["ends_at"], at)]
    opened = (one if one.startswith(PREFIX) else box.open(one, purpose) for one in kept)
    return [one for one in opened if one is not None]


def purpose_of(district_id: str, endpoint_id: str) -> str:
    """What an endpoint's secrets are sealed for: copied to another row, they open nothing."""
    return f"webhook|{district_id}|{endpoint_id}"


def signs(ends_at: object, at: datetime) -> bool:
    """Whether a secret that ends then still signs."""
    return ends_at is None or datetime.fromisoformat(str(ends_at)) > at


def replay(session: Session, row: WebhookEndpointRow, since: datetime, at: datetime) -> int:
    """Tells an endpoint again what happened since a moment, whether or not it was delivered; returns how much."""
    found = select(WebhookMessageRow).where(
        WebhookMessageRow.district_id == row.district_id, WebhookMessageRow.created_at >= since
    )
    messages = [one for one in session.scalars(found) if one.type in row.events]
    for message in messages:
        session.merge(new_delivery(row, message.message_id, at))
    session.flush()
    return len(messages)


def new_delivery(row: WebhookEndpointRow, message_id: str, at: datetime) -> WebhookDeliveryRow:
    """A delivery that is due at once."""
    return WebhookDeliveryRow(
        district_id=row.district_id, endpoint_id=row.endpoint_id, message_id=message_id, state="waiting", attempts=0,
        next_at=at, last_at=None, last_status=None, last_error="",
    )  # fmt: skip


def deliveries_of(session: Session, row: WebhookEndpointRow, limit: int) -> list[tuple[WebhookDeliveryRow, str]]:
    """The newest deliveries to an endpoint, each with the type of what is told."""
    found = (
        select(WebhookDeliveryRow, WebhookMessageRow.type)
        .join(
            WebhookMessageRow,
            (WebhookMessageRow.district_id == WebhookDeliveryRow.district_id)
            & (WebhookMessageRow.message_id == WebhookDeliveryRow.message_id),
        )
        .where(WebhookDeliveryRow.district_id == row.district_id, WebhookDeliveryRow.endpoint_id == row.endpoint_id)
        .order_by(WebhookMessageRow.created_at.desc(), WebhookMessageRow.message_id)
        .limit(limit)
    )
    return [(delivery, kind) for delivery, kind in session.execute(found)]
