"""What the API takes and gives about webhooks."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from serving.api.messages import Message, Moment
from serving.webhooks.endpoints import Event


class NewWebhook(Message):
    """An address to be told of events."""

    url: Annotated[str, Field(min_length=9, max_length=2000, pattern=r"^[!-~]*$")] = Field(
        description="https, on the public network; redirects are not followed"
    )
    events: list[Event] = Field(min_length=1, max_length=20, description="what to be told of")


class Webhook(Message):
    """An address that is told of events."""

    id: str
    url: str
    events: list[Event]
    created_at: datetime


class WebhookWithSecret(Webhook):
    """The same with the secret that signs from now on, which is never given again."""

    secret: str = Field(description="as the libraries of Standard Webhooks take it: whsec_…")


class Webhooks(Message):
    """The addresses of the district."""

    webhooks: list[Webhook]


class RotateRequest(Message):
    """How long the secrets before go on signing."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=720)] = 24


class ReplayRequest(Message):
    """From when on to be told again."""

    since: Moment = Field(description="a moment with its zone, such as 2026-11-20T00:00:00Z")


class Replayed(Message):
    """How much is told again."""

    messages: int


class WebhookDelivery(Message):
    """A message on its way to an address."""

    message_id: str = Field(description="the header webhook-id")
    event: str
    state: str = Field(description="waiting, delivered or dead")
    attempts: int
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None = Field(description="the status of the last answer; null where there was none")
    last_error: str = Field(description="why there was no answer")


class WebhookDeliveries(Message):
    """What was told to an address, the newest first."""

    deliveries: list[WebhookDelivery]
