"""Server and worker killed at random moments while programs send: what was accepted is there afterwards, once.

With a contact that is committed 0.2 s after its answer, planted by hand, thirty kills were enough: it named contacts
that were accepted and gone (decision 93).
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.warehouse.file import open_warehouse
from serving.access.access_chain import find_broken_row
from serving.store.database import read_session
from tests.serving.worker.killed_service import KilledService
from tests.serving.worker.test_worker import wait_until
from tests.sweeps import swept

FULL = swept("kills")
"""A thousand kills (`make kills`), or a few."""
KILLS = int(os.environ.get("ONTRACK_KILLS", "1000")) if FULL else 2
SEED = os.environ.get("ONTRACK_SEED", "0")
"""A thousand in parts: each part its number, so that its moments are others (`make kills KILLS=200 SEED=3`)."""
IMPORTS, LONGEST = (KILLS // 5, 2.0) if FULL else (1, 0.5)
"""How many imports are sent, and the seconds after which one of the two is killed at the latest."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[KilledService]:
    """Both processes, and a district whose students are known."""
    service = KilledService(tmp_path)
    yield service
    service.close()


def test_whatever_was_accepted_before_a_kill_is_there_afterwards_once(service: KilledService) -> None:
    chance = random.Random(f"kills {SEED}")
    threads = service.under_load(IMPORTS)
    for number in range(KILLS):
        time.sleep(chance.uniform(0.1, LONGEST))
        service.kill(("server", "worker")[number % 2] if number < 2 else chance.choice(("server", "worker")))
    wait_until(lambda: bool(service.sent.contacts and service.sent.imports))
    service.ended.set()
    for one in threads:
        one.join()
    print(f"{KILLS} kills, {len(service.sent.contacts)} contacts and {len(service.sent.imports)} imports accepted")  # noqa: T201 - the figures that are written down
    assert service.sent.wrong == []
    there = Counter(service.contacts())
    assert service.sent.contacts <= there.keys()
    assert there.total() == len(there)
    assert [told["state"] for told in map(service.operation, service.sent.imports) if told["state"] != "done"] == []
    assert loads_of(service) == len(loads_told(service))
    with read_session(service.site.context.engine, "north") as session:
        assert find_broken_row(session, "north") is None


def loads_told(service: KilledService) -> set[object]:
    """The loads of all imports, of those too whose answer a kill cut off."""
    return {told["result"]["load_id"] for told in service.imports() if isinstance(told["result"], dict)}


def loads_of(service: KilledService) -> int:
    """How many loads the warehouse has."""
    with open_warehouse(service.site.context.settings.warehouse("north")) as reader:
        return len(reader.current("loads"))
