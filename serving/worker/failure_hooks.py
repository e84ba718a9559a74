"""Tells a webhook and mail addresses that a night failed: ids and codes, and no sentence that could hold a value.

The webhook is signed as Standard Webhooks asks, with the secret in ONTRACK_WEBHOOK_SECRET. A mail server's account is
in ONTRACK_MAIL_USER and ONTRACK_MAIL_PASSWORD.
"""

import base64
import hashlib
import hmac
import json
import os
import smtplib
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.message import EmailMessage

from features.nightly_settings import Nightly
from serving.worker.night_results import STOPS, NightResult

SECONDS = 20
"""Given to each."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - how such secrets begin


def tell_failure(nightly: Nightly, night: NightResult, now: datetime) -> Iterator[str]:
    """Tells everybody who is declared; what could not be told, by the kind of its error."""
    facts = failure_facts(night)
    for name, wanted, tell in (
        ("webhook", bool(nightly.webhook), call_webhook),
        ("mail", bool(nightly.mail_to), send_mail),
    ):
        try:
            if wanted:
                tell(nightly, facts, now)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            yield f"{name} not told: {type(error).__name__}"


def failure_facts(night: NightResult) -> dict[str, str]:
    """What is told: which night of which district, what became of it, and at which step."""
    troubled = [step["step"] for step in night["steps"] if step["outcome"] in {*STOPS, "breach"}]
    named = {name: str(night[name]) for name in ("district", "night_id", "night", "outcome")}
    return {**named, "step": troubled[0] if troubled else ""}


def call_webhook(nightly: Nightly, facts: Mapping[str, str], now: datetime) -> None:
    """Posts the facts; an error where the answer is not a success."""
    body = json.dumps({"type": f"night.{facts['outcome']}", "timestamp": now.isoformat(), "data": dict(facts)}).encode()
    headers = {"Content-Type": "application/json", **signature_headers(facts["night_id"], body, now, os.environ)}
    request = urllib.request.Request(nightly.webhook, body, headers)  # noqa: S310 - settings take https only
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
        pass


def signature_headers(message_id: str, body: bytes, now: datetime, environment: Mapping[str, str]) -> dict[str, str]:
    """The headers by which a receiver knows that a message is ours; no signature without a secret."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(now.timestamp()))}
    secret = environment.get("ONTRACK_WEBHOOK_SECRET", "")
    if not secret:
        return headers
    signed = b".".join([message_id.encode(), headers["webhook-timestamp"].encode(), body])
    digest = hmac.new(base64.b64decode(secret.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256).digest()
    return {**headers, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def send_mail(nightly: Nightly, facts: Mapping[str, str], now: datetime) -> None:
    """Sends the facts, over TLS where the server offers it."""
    message = EmailMessage()
    message["Subject"] = f"OnTrack: night {facts['outcome']} in {facts['district']}"
    message["From"], message["To"] = nightly.mail_from, ", ".join(nightly.mail_to)
    lines = [f"{name}: {value}" for name, value in {**facts, "at": now.isoformat(timespec="seconds")}.items()]
    message.set_content("\n".join([*lines, "", f"More: ontrack runs --district {facts['district']}"]))
    host, _, port = nightly.mail_server.partition(":")
    user, password = os.environ.get("ONTRACK_MAIL_USER", ""), os.environ.get("ONTRACK_MAIL_PASSWORD", "")
    with smtplib.SMTP(host, int(port or 25), timeout=SECONDS) as server:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls()
        if user:
            server.login(user, password)
        server.send_message(message)
