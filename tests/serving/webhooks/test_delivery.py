"""Webhooks: signed by each secret, tried again over days, and never led to where they must not go."""

import ipaddress
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from serving.store.database import read_session, write_session
from serving.store.rows import RunRow, ScoreRow
from serving.store.webhook_rows import WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow
from serving.webhooks.announcements import announce_news
from serving.webhooks.delivery import WAITS, deliver_due
from serving.webhooks.guarded_post import AddressRefused, may_be_reached, post
from tests.serving.api.test_imports import program
from tests.serving.browser import TestClient
from tests.serving.example_service import ExampleService

Received = list[tuple[dict[str, str], bytes]]


class Receiver(BaseHTTPRequestHandler):
    """The other end: its path says how it behaves."""

    received: Received = []  # noqa: RUF012 - one for all requests of a test

    def do_POST(self) -> None:
        """Answers as the path says."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.strip("/")
        if kind in ("good", "redirected"):
            self.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
        if kind == "slow":
            for _ in range(40):
                self.wfile.write(b"HTTP/1.1 2")
                time.sleep(0.1)
            return
        if kind == "huge":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
            return
        status = {"good": 204, "redirected": 204, "redirect": 307, "gone": 410, "endless": 200}.get(kind, 500)
        self.send_response(status)
        if kind == "redirect":
            self.send_header("Location", "/redirected")
        self.end_headers()
        if kind == "endless":
            while True:
                self.wfile.write(b"x" * 65536)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of the other end on this machine."""
    Receiver.received = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # it is hung up on, as it should be
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def manager(service: ExampleService) -> TestClient:
    """A program that may manage webhooks of an installation that allows loopback."""
    return loopback(service)


def loopback(service: ExampleService) -> TestClient:
    """The same."""
    service.clock.wait(minutes=1)  # after the example runs
    context = service.context
    allowed = context.settings.service.model_copy(update={"webhooks_to_loopback": True})
    object.__setattr__(context, "settings", context.settings.model_copy(update={"service": allowed}))
    return program(service, "harbor", "webhooks.manage")


def tell(service: ExampleService, at: datetime) -> int:
    """One round of the worker at a moment; how many attempts it made."""
    engine = service.context.engine
    with write_session(engine, "harbor") as session:
        announce_news(session, service.context.settings, "harbor")
    return deliver_due(engine, ["harbor", "mesa"], at, box=service.context.secrets, loopback=True, seconds=1.0)


def states(service: ExampleService) -> list[tuple[str, int, int | None]]:
    """State, attempts and last status of each delivery."""
    rows = service.rows(WebhookDeliveryRow)
    return sorted((row.state, row.attempts, row.last_status) for row in rows if isinstance(row, WebhookDeliveryRow))


EVENTS = ["run.finished", "score.band_changed"]


def test_a_run_is_told_once_by_ids_only_signed_by_each_secret_and_again_on_request(
    service: ExampleService, manager: TestClient, address: str
) -> None:
    made = manager.post("/v1/webhooks", json={"url": f"{address}/good", "events": EVENTS}).json()
    service.clock.now = now = datetime.now(UTC)
    rotated = manager.post(f"/v1/webhooks/{made['id']}/rotate", json={"overlap_hours": 1}).json()
    (row,) = (row for row in service.rows(WebhookEndpointRow) if isinstance(row, WebhookEndpointRow))
    assert not [one for one in (made, rotated) if one["secret"] in str(row.secrets)]
    record_run(service, now)
    assert (tell(service, now), tell(service, now)) == (2, 0)
    told = {json.loads(body)["type"]: json.loads(body)["data"] for _, body in Receiver.received}
    assert set(told) == set(EVENTS)
    assert set(told["score.band_changed"]) == {"district", "run_id", "outcome", "as_of", "student_keys"}
    assert told["score.band_changed"]["student_keys"] == ["k-bruno"]
    assert not any(name.encode() in body for _, body in Receiver.received for name in ("Amara", "risk", "101"))
    for headers, body in Receiver.received:
        for secret in (made["secret"], rotated["secret"]):
            Webhook(secret).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(rotated["secret"]).verify(body + b" ", headers)
    manager.post(f"/v1/webhooks/{made['id']}/replay", json={"since": now.isoformat()})
    assert tell(service, now + timedelta(hours=2)) == 2
    ids = [headers["webhook-id"] for headers, _ in Receiver.received]
    assert sorted(ids[:2]) == sorted(ids[2:])
    assert " " not in Receiver.received[-1][0]["webhook-signature"]
    shown = manager.get("/v1/webhooks").text + manager.get(f"/v1/webhooks/{made['id']}/deliveries").text
    assert made["secret"] not in shown
    assert rotated["secret"] not in shown


def record_run(service: ExampleService, now: datetime) -> None:
    """A run that is made now and moves a student's band."""
    service.record_next_run("harbor")
    with service.write_session() as session:
        run = session.get_one(RunRow, ("harbor", "run-2026-11-27"))
        run.created_at = now
        session.get_one(ScoreRow, ("harbor", run.run_id, "k-bruno")).band = "many"


@pytest.mark.parametrize("kind", ["error", "redirect", "slow", "huge", "gone"])
def test_an_end_that_behaves_badly_is_tried_again_over_days_and_then_a_dead_letter(
    service: ExampleService, manager: TestClient, address: str, kind: str
) -> None:
    service.clock.now = now = datetime.now(UTC)
    manager.post("/v1/webhooks", json={"url": f"{address}/{kind}", "events": ["run.finished"]})
    record_run(service, now)
    began = time.monotonic()
    assert tell(service, now) == 1
    assert time.monotonic() - began < 3
    status = {"error": 500, "redirect": 307, "gone": 410}.get(kind)
    assert states(service) == [("dead" if kind == "gone" else "waiting", 1, status)]
    assert Receiver.received == []
    if kind != "error":
        return
    for wait in WAITS:
        assert tell(service, now + wait - timedelta(seconds=1)) == 0
        now += wait
        assert tell(service, now) == 1
    assert states(service) == [("dead", 1 + len(WAITS), 500)]
    assert sum(WAITS, timedelta()) > timedelta(days=3)


def test_an_endless_answer_is_not_read_to_its_end(address: str) -> None:
    assert post(f"{address}/endless", b"{}", {}, loopback=True, seconds=5.0) == 200


# x: may be reached
ADDRESSES = """
    8.8.8.8 x
    2606:4700:4700::1111 x
    10.1.2.3 .
    172.16.0.1 .
    192.168.1.1 .
    169.254.169.254 .
    100.64.0.1 .
    127.0.0.1 .
    0.0.0.0 .
    224.0.0.1 .
    ::1 .
    fe80::1 .
    fd00::1 .
    ::ffff:10.0.0.1 .
    64:ff9b::a00:1 .
    2002:a00:1:: .
"""


def test_only_addresses_of_the_public_network_may_be_reached() -> None:
    for line in ADDRESSES.strip().splitlines():
        address, may = line.split()
        assert may_be_reached(ipaddress.ip_address(address), loopback=False) == (may == "x"), address
    assert not may_be_reached(ipaddress.ip_address("10.1.2.3"), loopback=True)


def test_where_a_name_leads_is_looked_at_when_it_is_told_and_no_other_answer_counts(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """The name is public when the address is given; then its server answers with this machine."""
    port = int(address.rpartition(":")[2])
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked = []

    def resolve(host: str, _port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        both = [(next(answers), port), ("127.0.0.1", port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", where) for where in both]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    for _ in range(2):
        with pytest.raises(AddressRefused, match="not of the public network"):
            post(f"https://sis.example.org:{port}/good", b"{}", {}, loopback=False)
    assert (asked, Receiver.received) == (["sis.example.org"] * 2, [])


@pytest.mark.parametrize(
    "url", ["http://sis.example.org/", "https://me:secret@sis.example.org/", "ftp://sis.example.org/", "https:///x"]
)
def test_an_address_that_is_not_https_or_names_an_account_is_refused(read_service: ExampleService, url: str) -> None:
    sis = program(read_service, "harbor", "webhooks.manage")
    answer = sis.post("/v1/webhooks", json={"url": url, "events": ["run.finished"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/url")
    assert "secret" not in answer.text


def test_a_district_s_webhooks_are_its_own(service: ExampleService, manager: TestClient) -> None:
    made = manager.post("/v1/webhooks", json={"url": "https://sis.example.org/x", "events": ["run.finished"]}).json()
    other = program(service, "mesa", "webhooks.manage")
    assert other.get("/v1/webhooks").json() == {"webhooks": []}
    assert other.delete(f"/v1/webhooks/{made['id']}").status_code == 404
    record_run(service, service.clock.now)
    tell(service, service.clock.now - timedelta(days=9))
    assert manager.delete(f"/v1/webhooks/{made['id']}").status_code == 204
    assert (states(service), manager.get("/v1/webhooks").json()) == ([], {"webhooks": []})
    with read_session(service.engine) as session:
        assert len(session.scalars(select(WebhookMessageRow)).all()) == 1


def test_without_the_key_of_its_secret_nothing_is_sent_and_a_secret_of_an_earlier_version_signs(
    service: ExampleService, manager: TestClient, address: str
) -> None:
    made = manager.post("/v1/webhooks", json={"url": f"{address}/good", "events": EVENTS}).json()
    service.clock.now = now = datetime.now(UTC)
    record_run(service, now)
    kept, service.context.secrets.known = service.context.secrets.known, b"k" * 32
    assert tell(service, now) == 1
    assert Receiver.received == []
    (told, *_) = manager.get(f"/v1/webhooks/{made['id']}/deliveries").json()["deliveries"]
    assert "rotate" in told["last_error"] or told["attempts"] == 0
    service.context.secrets.known = kept
    with service.write_session() as session:
        row = session.get_one(WebhookEndpointRow, ("harbor", made["id"]))
        row.secrets = [{"secret": made["secret"], "ends_at": None}]
    assert tell(service, now + timedelta(minutes=1)) == 2
    for headers, body in Receiver.received:
        Webhook(made["secret"]).verify(body, headers)
