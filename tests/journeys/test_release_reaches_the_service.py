"""A release reaches a running service within five seconds, and nobody who asks meanwhile is turned away."""

import csv
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import httpx
import pytest

from models.bundle.bundle import BundleParts, open_bundle, write_bundle
from models.bundle.manifest import folder_name
from models.bundle.signing import ensure_keys
from models.estimators.published_rule import RuleModel
from tests.journeys.conftest import Installation

WITHIN = 5.0
PAUSE = 0.05
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
            answer = self.ask()
            self.statuses.add(answer.status_code)
            self.served.append((time.monotonic(), str(answer.json().get("release"))))

    def first_of(self, release: str, deadline: float) -> float:
        """When that release answered first, which is waited for until the deadline; infinite where it did not."""
        while time.monotonic() <= deadline:
            found = [at for at, serving in list(self.served) if serving == release]
            if found:
                return found[0]
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


@pytest.fixture
def asking(scored: Installation, address: str) -> Iterator[Asking]:
    """A program that asks for live scores with its own key."""
    key = scored.run_here("keys", "create", "--district", DISTRICT, "steady").strip()
    authorization = {"Authorization": f"Bearer {key}"}
    sent = {"enrollments": [a_ninth_grader(scored)]}
    with httpx.Client(base_url=address, headers=authorization, timeout=30) as client:
        yield Asking(lambda: client.post("/v1/scores", json=sent))


def test_a_release_and_the_way_back_reach_a_running_service(scored: Installation, asking: Asking) -> None:
    asker = threading.Thread(target=asking.run)
    asker.start()
    reached: list[float] = []
    try:
        for command in (["promote", another_rule(scored)], ["rollback"]):
            scored.run_here(command[0], "--district", DISTRICT, *command[1:], "--approved-by", "Ana")
            since = time.monotonic()
            reached.append(asking.first_of(f"{DISTRICT}-{len(reached) + 2:04d}", since + WITHIN + 1) - since)
    finally:
        asking.done.set()
        asker.join(timeout=60)
    assert asking.statuses == {200}
    assert max(reached) <= WITHIN
