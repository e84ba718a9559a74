"""Webhooks over HTTP: who is told of what, new secrets, what was delivered, and all of it again."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from serving.access.authorize import Client
from serving.api.clients import ClientWithScope
from serving.api.operations import enter
from serving.api.webhook_messages import (
    NewWebhook,
    Replayed,
    ReplayRequest,
    RotateRequest,
    Webhook,
    WebhookDeliveries,
    WebhookDelivery,
    Webhooks,
    WebhookWithSecret,
)
from serving.app_context import RequestContext
from serving.store.webhook_rows import WebhookEndpointRow
from serving.web.problems import Mistake, RecordsRefused
from serving.webhooks.endpoints import (
    MOST_ENDPOINTS,
    create_endpoint,
    deliveries_of,
    endpoints_of,
    replay,
    rotate_secret,
)
from serving.webhooks.guarded_post import AddressRefused, refuse_address

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
Manager = Annotated[Client, Depends(ClientWithScope("webhooks.manage"))]
SHOWN = 100


@router.post("", summary="Be told of events", status_code=201)
def post_webhook(asked: NewWebhook, client: Manager, context: RequestContext) -> WebhookWithSecret:
    """Adds an address that is told of events, and gives the secret that signs them, once.

    Messages follow Standard Webhooks: verify `webhook-signature` with the secret, answer 2xx within fifteen seconds,
    and expect a message more than once, with the same `webhook-id`.
    """
    refuse_url(asked.url, loopback=context.settings.service.webhooks_to_loopback)
    with context.write_session() as session:
        enter(session, client, "webhooks.manage")
        if len(endpoints_of(session, client.district_id)) >= MOST_ENDPOINTS:
            raise RecordsRefused([Mistake(pointer="#", detail=f"expected at most {MOST_ENDPOINTS} of a district")])
        row, secret = create_endpoint(
            session,
            client.district_id,
            asked.url,
            asked.events,
            subject=client.name,
            at=context.clock(),
            box=context.secrets,
        )
        return WebhookWithSecret(**present_webhook(row).model_dump(), secret=secret)


def refuse_url(url: str, *, loopback: bool) -> None:
    """RecordsRefused for an address that may not be told. Where its name leads is looked at when it is."""
    try:
        refuse_address(url, loopback=loopback)
    except AddressRefused as refused:
        raise RecordsRefused([Mistake(pointer="#/url", detail=str(refused))]) from None


@router.get("", summary="Who is told of what")
def get_webhooks(client: Manager, context: RequestContext) -> Webhooks:
    """The addresses of the district, without their secrets."""
    with context.read_session() as session:
        enter(session, client, "webhooks.manage")
        return Webhooks(webhooks=[present_webhook(row) for row in endpoints_of(session, client.district_id)])


@router.delete("/{webhook_id}", summary="No longer be told", status_code=204)
def delete_webhook(webhook_id: str, client: Manager, context: RequestContext) -> Response:
    """Removes an address and what was still on its way to it."""
    with context.write_session() as session:
        session.delete(find_webhook(session, client, webhook_id))
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", summary="A new secret")
def post_rotate(webhook_id: str, asked: RotateRequest, client: Manager, context: RequestContext) -> WebhookWithSecret:
    """Gives a new secret, once. Those before sign too for some hours: each message has a signature by each of them."""
    with context.write_session() as session:
        row = find_webhook(session, client, webhook_id)
        overlap = timedelta(hours=asked.overlap_hours)
        secret = rotate_secret(row, overlap=overlap, at=context.clock(), box=context.secrets)
        return WebhookWithSecret(**present_webhook(row).model_dump(), secret=secret)


@router.post("/{webhook_id}/replay", summary="Be told again", status_code=202)
def post_replay(webhook_id: str, asked: ReplayRequest, client: Manager, context: RequestContext) -> Replayed:
    """Tells the address again what happened since a moment, dead letters among it, with the same ids."""
    with context.write_session() as session:
        row = find_webhook(session, client, webhook_id)
        return Replayed(messages=replay(session, row, asked.since, context.clock()))


@router.get("/{webhook_id}/deliveries", summary="What was delivered, and what was not")
def get_deliveries(webhook_id: str, client: Manager, context: RequestContext) -> WebhookDeliveries:
    """The newest hundred, each with its attempts. A `dead` one is not tried again before a replay."""
    with context.read_session() as session:
        row = find_webhook(session, client, webhook_id)
        found = deliveries_of(session, row, SHOWN)
        return WebhookDeliveries(
            deliveries=[
                WebhookDelivery(
                    message_id=one.message_id,
                    event=kind,
                    state=one.state,
                    attempts=one.attempts,
                    next_at=one.next_at if one.state == "waiting" else None,
                    last_at=one.last_at,
                    last_status=one.last_status,
                    last_error=one.last_error,
                )
                for one, kind in found
            ]
        )


def find_webhook(session: Session, client: Client, webhook_id: str) -> WebhookEndpointRow:
    """An endpoint of the client's district; 404 where there is none."""
    enter(session, client, "webhooks.manage")
    row = session.get(WebhookEndpointRow, (client.district_id, webhook_id))
    if row is None:
        raise HTTPException(404)
    return row


def present_webhook(row: WebhookEndpointRow) -> Webhook:
    """An endpoint as the API says it."""
    return Webhook.model_validate(
        {"id": row.endpoint_id, "url": row.url, "events": row.events, "created_at": row.created_at}
    )
