"""The example of a webhook's receiver in Node takes what OnTrack's worker sends, by npm's own `standardwebhooks`."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from serving.webhooks.delivery import WAITS
from tests.docs.pages import ROOT
from tests.serving.browser import TestClient
from tests.serving.example_service import ExampleService
from tests.serving.webhooks.test_delivery import EVENTS, loopback, record_run, states, tell

Receiver = tuple[str, subprocess.Popen[str]]
EXAMPLE = ROOT / "docs/examples/node"


@pytest.fixture
def manager(service: ExampleService) -> TestClient:
    """A program that may manage webhooks of an installation that allows loopback."""
    return loopback(service)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The file in which the receiver looks for secrets."""
    file = tmp_path / "secrets.txt"
    file.write_text("", encoding="utf-8")
    return file


@pytest.fixture
def receiver(secrets: Path) -> Iterator[Receiver]:
    """The address of the receiver, and its process."""
    if shutil.which("node") is None or not (EXAMPLE / "node_modules/standardwebhooks").is_dir():
        if os.environ.get("ONTRACK_REQUIRE_NODE"):
            pytest.fail("no Node here, or not what docs/examples/node needs: sh scripts/receiver")
        pytest.skip("no Node here, or not what docs/examples/node needs: sh scripts/receiver")
    line = ["node", "receiver.js", "0", str(secrets)]
    with subprocess.Popen(line, cwd=EXAMPLE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().split()[-1]}", process
        process.terminate()


def test_the_receiver_takes_signed_messages_once_through_a_rotation_and_nothing_else(
    service: ExampleService, manager: TestClient, receiver: Receiver, secrets: Path
) -> None:
    address, process = receiver
    made = manager.post("/v1/webhooks", json={"url": f"{address}/ontrack", "events": EVENTS}).json()
    service.clock.now = now = datetime.now(UTC)
    manager.post(f"/v1/webhooks/{made['id']}/rotate", json={"overlap_hours": 1})
    record_run(service, now)
    secrets.write_text("whsec_" + "a" * 32 + "\n", encoding="utf-8")
    assert tell(service, now) == 1  # the other one waits for an end that takes the first
    assert states(service)[-1] == ("waiting", 1, 400)  # signed by a secret that the receiver does not have
    secrets.write_text(made["secret"] + "\n", encoding="utf-8")
    for moment in (now + WAITS[0], now + 2 * WAITS[0]):
        assert tell(service, moment) == 2
        assert [(state, status) for state, _, status in states(service)] == [("delivered", 204)] * 2
        manager.post(f"/v1/webhooks/{made['id']}/replay", json={"since": now.isoformat()})
    assert httpx.post(address, json={"type": "run.finished"}).status_code == 400
    process.terminate()
    said = process.communicate()[0].splitlines()
    assert sorted(json.loads(one)["type"] for one in said) == sorted(EVENTS)  # each once
