"""After any changes, crashes and resumptions, the store of a pull holds what a full pull would bring."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.ingest.adapters.edfi import store as stores
from features.ingest.adapters.edfi.api import discovered_api
from features.ingest.adapters.edfi.pull import EdFiPull
from features.ingest.adapters.edfi.resources import RESOURCES
from features.ingest.adapters.edfi.store import ResourceStore, open_store
from features.ingest.network.http_client import JsonClient
from features.ingest.network.secrets import Credentials
from features.progress import quietly
from tests.features.ingest.adapters.edfi_server import BASE, KEY, SECRET, EdFiServer
from tests.sweeps import tried

READ = (RESOURCES["schools"], RESOURCES["students"], RESOURCES["sessions"])
PAGE = 2


@pytest.fixture(autouse=True, scope="module")
def several_parts() -> Iterator[None]:
    """Latest rows are kept in parts of a few rows, as a large district's are in parts of many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "ROWS_AT_ONCE", 2)
        yield


class Killed(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Step:
    """One thing that happens: to which record, and for a pull, at which of its requests something interrupts it."""

    what: str
    record: int
    at: int = 0


def client_of(server: EdFiServer, credentials: Credentials | None = None) -> JsonClient:
    """A client of the server that never waits."""
    given = credentials or Credentials(KEY, SECRET)
    return JsonClient(BASE, given, transport=httpx.MockTransport(server), sleep=lambda _: None)


def pull(server: EdFiServer, store: ResourceStore) -> None:
    """One run of a pull."""
    EdFiPull(discovered_api(client_of(server), page_size=PAGE, paging=None), store, quietly).run()


def held(store: ResourceStore) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each resource, without how they came."""
    apart = "generation, arrived, place, gone"
    read = {one.name: f"SELECT * EXCLUDE ({apart}) FROM {one.name} ORDER BY ALL" for one in READ}
    return {name: store.connection.execute(query).fetchall() for name, query in read.items()}


def a_store() -> ResourceStore:
    """An empty store."""
    return ResourceStore(duckdb.connect(config={"threads": "1"}), READ)


KILLED_AFTER_A_PAGE = """
import os, signal, sys
from pathlib import Path
from features.ingest.adapters.edfi.resources import RESOURCES
from features.ingest.adapters.edfi.store import open_store

with open_store(Path(sys.argv[1])) as store:
    store.add(RESOURCES["schools"], [("1", {})], store.bookmark())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_page_is_in_the_file_though_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "source" / "store.duckdb"
    killed = subprocess.run([sys.executable, "-c", KILLED_AFTER_A_PAGE, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with open_store(path) as store:
        assert store.rows()["schools"] == 1


def happen(server: EdFiServer, step: Step) -> None:
    """A change of the server's records, if that record is there to be changed."""
    row_id, there = f"r{step.record}", server.records.get("sessions", {})
    if step.what == "put":
        server.put("sessions", {"id": row_id, "sessionName": f"name {server.version}", "beginDate": "2026-08-17"})
    elif step.what == "student":
        server.put("students", {"id": row_id, "studentUniqueId": str(server.version)})
    elif row_id in there and step.what == "delete":
        server.delete("sessions", row_id)
    elif row_id in there:
        server.change_key("sessions", row_id, {"sessionName": f"key {server.version}"}, cascaded=step.what == "cascade")


CHANGES = ("put", "put", "student", "delete", "key", "cascade")
STEPS = st.lists(
    st.builds(Step, st.sampled_from((*CHANGES, "pull", "killed", "meanwhile")), st.integers(0, 6), st.integers(1, 25)),
    max_size=22,
)


def interrupted_pull(server: EdFiServer, store: ResourceStore, step: Step) -> None:
    """A pull that is killed at one of its requests, or meanwhile finds records changed."""
    left = step.at

    def before(of: EdFiServer, _request: httpx.Request) -> None:
        nonlocal left
        left -= 1
        if left == 0 and step.what == "killed":
            raise Killed
        if left == 0:
            for what in CHANGES:
                happen(of, Step(what, step.record))

    server.before = before
    try:
        pull(server, store)
    except Killed:
        pass
    finally:
        server.before = lambda _server, _request: None


def after(server: EdFiServer, steps: Sequence[Step]) -> ResourceStore:
    """The store after the steps and a last pull."""
    store = a_store()
    for record in range(5):
        happen(server, Step("put", record))
    for step in steps:
        if step.what == "pull":
            pull(server, store)
        elif step.what in ("killed", "meanwhile"):
            interrupted_pull(server, store, step)
        else:
            happen(server, step)
    pull(server, store)
    return store


@tried(12, 200)
@given(STEPS, st.sampled_from(("offset", "cursor")), st.sampled_from((1, 2, 500)), st.sampled_from((9, 1_000_000)))
def test_the_store_is_that_of_a_full_pull(steps: list[Step], paging: str, most_rows: int, tokens_last: int) -> None:
    """Whatever happened before, during and between pulls, and however the server gives pages and takes tokens."""
    server = EdFiServer(paging=paging, most_rows=most_rows, tokens_last=tokens_last)
    server.put("schools", {"id": "s", "schoolId": 10})
    store, full = after(server, steps), a_store()
    pull(server, full)
    assert held(store) == held(full)
    assert store.bookmark().watermark == server.version


def test_a_server_that_tracks_no_changes_is_read_whole_each_time() -> None:
    server = EdFiServer(tracks_changes=False, counts=False)
    store = a_store()
    for record in range(5):
        happen(server, Step("put", record))
    pull(server, store)
    happen(server, Step("delete", 3))
    pull(server, store)
    assert [row[0] for row in held(store)["sessions"]] == ["r0", "r1", "r2", "r4"]


def test_a_server_put_back_to_an_earlier_state_is_read_whole_again() -> None:
    """What the store holds of the state that was given up is gone."""
    server, earlier = EdFiServer(), EdFiServer()
    for record in range(5):
        happen(server, Step("put", record))
    happen(earlier, Step("put", 9))
    store = a_store()
    pull(server, store)
    pull(earlier, store)
    assert [row[0] for row in held(store)["sessions"]] == ["r9"]


def test_what_has_not_changed_is_not_read_again() -> None:
    server, store = EdFiServer(), a_store()
    for record in range(50):
        happen(server, Step("student", record))
    pull(server, store)
    server.requests.clear()
    pull(server, store)
    assert server.requests == ["/edfi/", "/edfi/oauth/token", "/edfi/changeQueries/v1/availableChangeVersions"]
