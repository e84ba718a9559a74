"""A service of two processes takes up a release within five seconds and stops when asked, and no request is lost."""

import csv
import json
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx

from models.bundle.bundle import BundleParts, open_bundle, write_bundle
from models.bundle.manifest import folder_name
from models.bundle.signing import ensure_keys
from models.estimators.published_rule import RuleModel
from tests.journeys.conftest import Installation, served

WITHIN = 5.0
PAUSE = 0.05
BEGUN = 6
"""Requests that are under way when the service is asked to stop: more than it has processes."""
ROW = 20
"""Answers in a row after which no process has another release: of two, one would be silent by chance once in 2^20."""
UNTIL = 60.0
"""Seconds after which what did not come is not waited for any more."""
DISTRICT = "mesa"
SENT = ("school_id", "track", "school_year", "grade_level", "entry_date")


@dataclass
class Asking:
    """Asks for what serves, again and again, until told to stop."""

    ask: Callable[[], httpx.Response]
    statuses: set[int] = field(default_factory=set)
    served: list[tuple[float, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Asks until `done`, some twenty times a second."""
        while not self.done.wait(PAUSE):
            began = time.monotonic()
            answer = self.ask()
            self.statuses.add(answer.status_code)
            self.served.append((began, str(answer.json().get("release"))))

    def last_without(self, release: str, deadline: float) -> float:
        """When a request began that another release answered, the last before `ROW` of this one; infinite without them.

        Each request is a connection of its own, which either process may take.
        """
        while time.monotonic() <= deadline:
            served = list(self.served)
            if len(served) > ROW and {serving for _, serving in served[-ROW:]} == {release}:
                return max((at for at, serving in served if serving != release), default=0.0)
            time.sleep(PAUSE)
        return float("inf")


def another_rule(scored: Installation) -> str:
    """The folder of a bundle like the one that serves, with another card."""
    keys = ensure_keys(scored.home / "keys")
    serving = json.loads(next(scored.home.glob(f"releases/{DISTRICT}/*/*/current.json")).read_bytes())["digest"]
    bundle = open_bundle(scored.home / "bundles" / folder_name(serving), keys.public_key)
    assert isinstance(bundle.scorer, RuleModel)
    parts = BundleParts(
        kind="rule", model=None, rule=replace(bundle.scorer, overall=0.5), dictionary=bundle.dictionary,
        metrics=bundle.metrics, card=bundle.card, gate=bundle.gate, name=bundle.name, grade_band=bundle.grade_band,
        feature_set=bundle.feature_set,
    )  # fmt: skip
    return str(write_bundle(scored.home / "bundles", parts, keys, {"trained_by": "tess"}).path)


def a_ninth_grader(scored: Installation) -> dict[str, object]:
    """What a program would send of one student's enrollment."""
    with (scored.home / "records" / DISTRICT / "enrollments.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["grade_level"] == "9" and not row["exit_date"]]
    sent: dict[str, object] = {name: max(rows, key=lambda row: row["school_year"])[name] for name in SENT}
    return {**sent, "school_year": int(str(sent["school_year"])), "grade_level": 9}


def a_key(scored: Installation) -> str:
    """The key of a program."""
    return scored.run_here("keys", "create", "--district", DISTRICT, "steady").strip()


class BegunRequest:
    """A request for a live score whose body comes later; it is begun when the service asks for the body."""

    def __init__(self, address: str, key: str, body: bytes) -> None:
        place = urlsplit(address)
        self.line = socket.create_connection((place.hostname, place.port), timeout=300)
        self.body = body
        head = (
            "POST /v1/scores HTTP/1.1", f"Host: {place.netloc}", f"Authorization: Bearer {key}",
            "Content-Type: application/json", f"Content-Length: {len(body)}", "Expect: 100-continue",
        )  # fmt: skip
        self.line.sendall("\r\n".join((*head, "", "")).encode())
        assert self.line.recv(1000).startswith(b"HTTP/1.1 100 ")

    def end(self) -> bytes:
        """The first line of the answer, once the body is sent; nothing where the service was gone."""
        with self.line, self.line.makefile("rb") as answer:
            self.line.sendall(self.body)
            while (first := answer.readline()) == b"\r\n":
                pass
            return first.strip()


def wait_until_refused(address: str) -> None:
    """Returns once nobody listens: a new request is told so at once, and does not wait for who will not answer."""
    while True:
        try:
            httpx.get(f"{address}/livez", timeout=300)
        except httpx.ConnectError:
            return
        except httpx.ReadError:
            continue  # taken while the last one closed


def test_a_release_the_way_back_and_the_stop_lose_no_request(scored: Installation) -> None:
    key, sent = a_key(scored), {"enrollments": [a_ninth_grader(scored)]}
    headers = {"Authorization": f"Bearer {key}", "Connection": "close"}
    with served(scored, workers=2) as (process, address), httpx.Client(headers=headers, timeout=300) as client:
        asking = Asking(lambda: client.post(f"{address}/v1/scores", json=sent))
        reached = released_and_taken_back(scored, asking)
        begun = [BegunRequest(address, key, json.dumps(sent).encode()) for _ in range(BEGUN)]
        process.send_signal(signal.SIGTERM)
        wait_until_refused(address)
        assert [one.end() for one in begun] == [b"HTTP/1.1 200 OK"] * BEGUN
        assert process.wait(timeout=300) == 0
    assert asking.statuses == {200}
    assert max(reached) <= WITHIN


def released_and_taken_back(scored: Installation, asking: Asking) -> list[float]:
    """Promotes another rule and rolls it back under requests; the seconds after which no process had the former one."""
    asker = threading.Thread(target=asking.run)
    asker.start()
    reached = list[float]()
    try:
        for command in (["promote", another_rule(scored)], ["rollback"]):
            scored.run_here(command[0], "--district", DISTRICT, *command[1:], "--approved-by", "Ana")
            since = time.monotonic()
            reached.append(asking.last_without(f"{DISTRICT}-{len(reached) + 2:04d}", since + UNTIL) - since)
    finally:
        asking.done.set()
        asker.join(timeout=300)
    return reached
