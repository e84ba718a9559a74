"""Delivers messages: signed, with the same id each time, again and again over days, until they are dead letters."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from standardwebhooks import Webhook

from serving.access.sealed_secrets import SealedSecrets
from serving.store.database import read_session, write_session
from serving.store.webhook_rows import WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow
from serving.webhooks.endpoints import signing_secrets
from serving.webhooks.guarded_post import SECONDS, AddressRefused, post

WAITS = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
"""How long after each attempt that failed the next one is; after the last there is none."""
AT_ONCE = 8
A_ROUND = 50
GONE = 410
"""An endpoint's answer that says never to come back."""


@dataclass(frozen=True)
class Due:
    """A message to deliver now: its parts, as read from the database."""

    district_id: str
    endpoint_id: str
    message_id: str
    url: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """What an attempt gave: the status of the answer, or why there was none; never what was answered."""

    status: int | None
    error: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint has it; a redirect is no answer."""
        return self.status is not None and 200 <= self.status < 300


def deliver_due(
    engine: Engine,
    district_ids: Sequence[str],
    now: datetime,
    *,
    box: SealedSecrets,
    loopback: bool,
    seconds: float = SECONDS,
) -> int:
    """Delivers what is due, several endpoints at a time; returns how many attempts were made."""
    due = [one for district_id in district_ids for one in due_deliveries(engine, district_id, now, box)]
    by_endpoint: dict[tuple[str, str], list[Due]] = {}
    for one in due:
        by_endpoint.setdefault((one.district_id, one.endpoint_id), []).append(one)
    if not by_endpoint:
        return 0

    def deliver_all(several: list[Due]) -> int:
        for made, one in enumerate(several, 1):
            attempt = try_delivery(one, now, loopback=loopback, seconds=seconds)
            note_attempt(engine, one, attempt, now)
            if not attempt.succeeded:
                return made
        return len(several)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(deliver_all, by_endpoint.values()))


def due_deliveries(engine: Engine, district_id: str, now: datetime, box: SealedSecrets) -> list[Due]:
    """What is due in a district, the oldest first."""
    with read_session(engine, district_id) as session:
        found = (
            select(WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow)
            .join(
                WebhookEndpointRow,
                (WebhookEndpointRow.district_id == WebhookDeliveryRow.district_id)
                & (WebhookEndpointRow.endpoint_id == WebhookDeliveryRow.endpoint_id),
            )
            .join(
                WebhookMessageRow,
                (WebhookMessageRow.district_id == WebhookDeliveryRow.district_id)
                & (WebhookMessageRow.message_id == WebhookDeliveryRow.message_id),
            )
            .where(
                WebhookDeliveryRow.district_id == district_id,
                WebhookDeliveryRow.state == "waiting",
                WebhookDeliveryRow.next_at <= now,
            )
            .order_by(WebhookMessageRow.created_at, WebhookMessageRow.message_id)
            .limit(A_ROUND)
        )
        return [
            Due(
                district_id, endpoint.endpoint_id, message.message_id, endpoint.url, message.body,
                tuple(signing_secrets(endpoint, now, box)),
            )
            for _, endpoint, message in session.execute(found)
        ]  # fmt: skip


def try_delivery(due: Due, now: datetime, *, loopback: bool, seconds: float) -> Attempt:
    """What one post of a message gives; nothing is sent unsigned."""
    if not due.secrets:
        return Attempt(None, "no secret that can be opened: rotate it")
    headers = {"Content-Type": "application/json", "User-Agent": "OnTrack", **signature_headers(due, now)}
    try:
        return Attempt(post(due.url, due.body.encode(), headers, loopback=loopback, seconds=seconds))
    except AddressRefused as refused:
        return Attempt(None, str(refused))
    except (OSError, ValueError) as error:
        return Attempt(None, type(error).__name__)


def signature_headers(due: Due, now: datetime) -> dict[str, str]:
    """The headers by which a receiver knows that a message is ours; one signature for each secret."""
    signatures = (Webhook(secret).sign(due.message_id, now, due.body) for secret in due.secrets)
    return {
        "webhook-id": due.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def note_attempt(engine: Engine, due: Due, attempt: Attempt, now: datetime) -> None:
    """Writes down what an attempt gave, and when the next one is."""
    with write_session(engine, due.district_id) as session:
        row = session.get(WebhookDeliveryRow, (due.district_id, due.endpoint_id, due.message_id))
        if row is None:
            return  # the endpoint was deleted meanwhile
        row.attempts, row.last_at, row.last_status, row.last_error = (
            row.attempts + 1,
            now,
            attempt.status,
            attempt.error,
        )
        if attempt.succeeded:
            row.state = "delivered"
        elif attempt.status == GONE or row.attempts > len(WAITS):
            row.state = "dead"
        else:
            row.next_at = now + WAITS[row.attempts - 1]
