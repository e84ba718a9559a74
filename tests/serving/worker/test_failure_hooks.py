"""A night that failed is told to a webhook and by mail: which night, and never a sentence of it."""

import base64
import hashlib
import hmac
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pydantic import ValidationError

from features.nightly_settings import Nightly
from serving.worker.failure_hooks import tell_failure
from serving.worker.night_results import NightResult, step_result
from tests.serving.example_service import NOW

SECRET = base64.b64encode(b"a secret of tests").decode()
NIGHT = NightResult(
    district="harbor",
    night_id="harbor-night-2026-11-20-a1b2c3",
    night="2026-11-20",
    outcome="refused",
    steps=[step_result("pull", "3 files"), step_result("ingest", "students.csv: Zelda Quimby twice", "refused")],
)
TOLD = {
    "district": "harbor",
    "night_id": "harbor-night-2026-11-20-a1b2c3",
    "night": "2026-11-20",
    "outcome": "refused",
    "step": "ingest",
}


class Receiver(BaseHTTPRequestHandler):
    """A webhook that keeps what it is told."""

    told: list[tuple[dict[str, str], bytes]]
    answers = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.answers)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its base class calls it so
        """Says nothing."""


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    """A server's port while it answers."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver() -> type[Receiver]:
    """A receiver that was told nothing yet."""
    return type("Fresh", (Receiver,), {"told": []})


def test_a_webhook_is_told_signed_and_by_ids_alone(receiver: type[Receiver], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONTRACK_WEBHOOK_SECRET", f"whsec_{SECRET}")
    with serving(HTTPServer(("127.0.0.1", 0), receiver)) as port:
        assert list(tell_failure(Nightly(webhook=f"http://127.0.0.1:{port}/"), NIGHT, NOW)) == []
    ((headers, body),) = receiver.told
    assert json.loads(body) == {"type": "night.refused", "timestamp": NOW.isoformat(), "data": TOLD}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"a secret of tests", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_what_cannot_be_told_is_said_by_its_kind(receiver: type[Receiver]) -> None:
    receiver.answers = 500
    with serving(HTTPServer(("127.0.0.1", 0), receiver)) as port:
        hooks = Nightly(
            webhook=f"http://127.0.0.1:{port}/", mail_to=("a@b.c",), mail_from="d@e.f", mail_server="127.0.0.1:1"
        )
        said = list(tell_failure(hooks, NIGHT, NOW))
    assert said == ["webhook not told: HTTPError", "mail not told: ConnectionRefusedError"]


class MailServer(socketserver.StreamRequestHandler):
    """A mail server that takes one mail."""

    def __init__(
        self, lines: list[str], request: socket.socket, address: tuple[str, int], server: socketserver.BaseServer
    ) -> None:
        self.lines = lines
        super().__init__(request, address, server)

    def handle(self) -> None:
        """Speaks as much SMTP as one mail needs."""
        self.wfile.write(b"220 tests\r\n")
        in_mail = False
        for line in self.rfile:
            text = line.decode().rstrip("\r\n")
            self.lines.append(text)
            if in_mail and text != ".":
                continue
            in_mail = text.upper() == "DATA"
            self.wfile.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(text.upper(), b"250 ok\r\n"))
            if text.upper() == "QUIT":
                return


def test_a_mail_says_which_night_and_how_to_see_more() -> None:
    lines: list[str] = []
    with serving(socketserver.TCPServer(("127.0.0.1", 0), partial(MailServer, lines))) as port:
        hooks = Nightly(mail_to=("a@b.c", "g@h.i"), mail_from="d@e.f", mail_server=f"127.0.0.1:{port}")
        assert list(tell_failure(hooks, NIGHT, NOW)) == []
    assert "Subject: OnTrack: night refused in harbor" in lines
    assert {"step: ingest", "More: ontrack runs --district harbor"} <= set(lines)
    assert not any("Zelda" in line for line in lines)


@pytest.mark.parametrize("wrong", [{"webhook": "http://example.org/"}, {"mail_to": ["a@b.c"]}, {"hour": 24}])
def test_hooks_that_could_not_work_or_be_overheard_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Nightly.model_validate(wrong)
