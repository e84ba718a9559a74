"""A server that does what none should: a clear refusal in bounded bytes and time, no secret told, and nothing lost."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import duckdb
import httpx
import pytest

from features.ingest.adapters.edfi.api import discovered_api
from features.ingest.adapters.edfi.pull import EdFiPull
from features.ingest.adapters.edfi.resources import RESOURCES
from features.ingest.adapters.edfi.store import ResourceStore
from features.ingest.network.http_client import JsonClient, Limits
from features.ingest.network.refusal import SourceRefused
from features.ingest.network.secrets import Credentials, credentials_in
from features.progress import quietly
from tests.features.ingest.adapters.edfi_server import BASE, KEY, SECRET, EdFiServer

READ = (RESOURCES["schools"], RESOURCES["students"])
LIMITS = Limits(most_bytes=1 << 20, most_seconds=60, tries=3)
ZELDA = {"id": "z", "studentUniqueId": "1001", "firstName": "Zelda"}
JSON = {"content-type": "application/json"}

Answer = Callable[[EdFiServer, httpx.Request], httpx.Response | None]


@dataclass
class Waits:
    """A clock that goes on by a second at each look, and the waits that were asked for."""

    seconds: float = 0.0
    asked: list[float] = field(default_factory=list)

    def clock(self) -> float:
        """A second later than before."""
        self.seconds += 1
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Notes a wait."""
        self.asked.append(seconds)


def a_server() -> EdFiServer:
    """A server with two students."""
    server = EdFiServer()
    server.put("schools", {"id": "s", "schoolId": 10})
    server.put("students", ZELDA)
    server.put("students", {**ZELDA, "id": "x", "studentUniqueId": "1002"})
    return server


def pull(server: EdFiServer, store: ResourceStore, waits: Waits | None = None, paging: str | None = None) -> None:
    """One run of a pull."""
    waits = waits or Waits()
    client = JsonClient(
        BASE, Credentials(KEY, SECRET), LIMITS, sleep=waits.sleep, clock=waits.clock,
        transport=httpx.MockTransport(server),
    )  # fmt: skip
    server.paging = paging or server.paging
    EdFiPull(discovered_api(client, page_size=2, paging=None), store, quietly).run()


def students(store: ResourceStore) -> list[str]:
    """The ids of the students in a store."""
    return [row_id for (row_id,) in store.connection.execute("SELECT id FROM students ORDER BY id").fetchall()]


def at_students(answer: Callable[[], httpx.Response]) -> Answer:
    """A fault of the server's pages of students."""
    return lambda _, request: answer() if request.url.path.endswith("/students") else None


def endless() -> Iterator[bytes]:
    """Ten gibibytes of a page."""
    for _ in range(10 << 14):
        yield b" " * (1 << 16)


def slow() -> Iterator[bytes]:
    """A page that comes byte by byte."""
    while True:
        yield b" "


def same_page() -> httpx.Response:
    """A page that is the same wherever it stands."""
    return httpx.Response(200, json=[ZELDA, {**ZELDA, "id": "x"}])


def a_page() -> httpx.Response:
    """A page for people."""
    return httpx.Response(200, text="<p>Zelda", headers={"content-type": "text/html"})


def streamed(parts: Iterator[bytes]) -> httpx.Response:
    """An answer that comes in parts."""
    return httpx.Response(200, stream=Stream(parts), headers=JSON)


def counting(rows: str) -> httpx.Response:
    """A page without rows, of so many."""
    return httpx.Response(200, json=[], headers={"total-count": rows})


FAULTS: dict[str, tuple[Callable[[], httpx.Response], str]] = {
    "JSON that is cut off": (lambda: httpx.Response(200, text='[{"id": "z', headers=JSON), "no whole JSON, 3 times"),
    "JSON nested without end": (lambda: httpx.Response(200, text="[" * 200_000, headers=JSON), "no whole JSON"),
    "a page of HTML": (a_page, "expected application/json"),
    "a redirect": (lambda: httpx.Response(302, headers={"location": "https://elsewhere.example/"}), "answered 302"),
    "a page without end": (lambda: streamed(endless()), "more than 1 MiB"),
    "a page that is slow": (lambda: streamed(slow()), "longer than 60 seconds, 3 times"),
    "the same page for ever": (same_page, "the same page again"),
    "no list": (lambda: httpx.Response(200, json={"students": []}), "expected a list of resources"),
    "no ids": (lambda: httpx.Response(200, json=[{"studentUniqueId": "Zelda"}]), "expected an `id` in each resource"),
    "a count beyond all measure": (lambda: counting("9" * 12), "counts 999,999,999,999 rows"),
    "a count without rows": (lambda: counting("900"), "that it does not give"),
    "always busy": (lambda: httpx.Response(503), "answered 503, 3 times; the next run goes on from here"),
}  # fmt: skip


class Stream(httpx.SyncByteStream):
    """A body that comes in parts."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.given = parts, 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            self.given += len(part)
            assert self.given < 3 << 20, "more was read than is allowed"
            yield part


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_and_what_was_pulled_before_stays(fault: str) -> None:
    """The next run, when the server is well again, brings the rest."""
    answer, said = FAULTS[fault]
    server, store = a_server(), ResourceStore(duckdb.connect(config={"threads": "1"}), READ)
    pull(server, store)
    server.put("students", {**ZELDA, "id": "y", "studentUniqueId": "1003"})
    server.before = at_students(answer)
    with pytest.raises(SourceRefused, match=said) as refused:
        pull(server, store)
    assert not any(word in str(refused.value) for word in ("Zelda", KEY, SECRET, "token0"))
    assert {"x", "z"} <= set(students(store))
    server.before = lambda _server, _request: None
    pull(server, store)
    assert students(store) == ["x", "y", "z"]


def test_a_page_token_that_comes_again_is_refused() -> None:
    server, store = a_server(), ResourceStore(duckdb.connect(config={"threads": "1"}), READ)
    server.before = at_students(lambda: httpx.Response(200, json=[ZELDA], headers={"next-page-token": "same"}))
    with pytest.raises(SourceRefused, match="students: the server gave a page token twice"):
        pull(server, store, paging="cursor")


def test_an_id_that_comes_twice_is_one_row() -> None:
    server, store = a_server(), ResourceStore(duckdb.connect(config={"threads": "1"}), READ)
    server.before = at_students(lambda: httpx.Response(200, json=[ZELDA, ZELDA], headers={"total-count": "2"}))
    pull(server, store)
    assert students(store) == ["z"]


def test_a_token_that_runs_out_between_two_pages_is_renewed() -> None:
    server, store = a_server(), ResourceStore(duckdb.connect(config={"threads": "1"}), READ)
    server.tokens_last = 2
    pull(server, store)
    assert students(store) == ["x", "z"]
    assert server.requests.count("/edfi/oauth/token") > 2


def test_a_busy_server_is_waited_for_as_long_as_it_asks_and_longer_each_time() -> None:
    """No wait is longer than the limit, whatever the server asks."""
    answers = iter([("7", 429), ("", 502), ("", 0), ("99999", 429), ("", 503)])
    server, store, waits = a_server(), ResourceStore(duckdb.connect(config={"threads": "1"}), READ), Waits()

    def busy(_server: EdFiServer, request: httpx.Request) -> httpx.Response | None:
        after, status = next(answers, ("", 0)) if "/ed-fi/" in request.url.path else ("", 0)
        return httpx.Response(status, headers={"retry-after": after} if after else {}) if status else None

    server.before = busy
    pull(server, store, waits)
    assert waits.asked == [7, 2, 60, 2]
    assert students(store) == ["x", "z"]


def test_a_token_goes_to_no_other_place() -> None:
    """A root document that leads elsewhere, and an address where others could read along, are refused."""
    server, store = a_server(), ResourceStore(duckdb.connect(config={"threads": "1"}), READ)
    urls = {"oauth": "https://elsewhere.example/token", "dataManagementApi": f"{BASE}data/v3/"}
    server.before = lambda _, asked: httpx.Response(200, json={"urls": urls}) if asked.url.path == "/edfi/" else None
    with pytest.raises(SourceRefused, match=r"elsewhere\.example/token: the server names an address"):
        pull(server, store)
    with pytest.raises(SourceRefused, match="begins with https://"):
        JsonClient("http://ods.example/", Credentials(KEY, SECRET))


def test_secrets_come_from_the_environment_and_are_in_no_text() -> None:
    credentials = credentials_in({"EDFI_KEY": KEY, "EDFI_SECRET": SECRET}, "EDFI_KEY", "EDFI_SECRET")
    client = JsonClient(BASE, credentials, token="abc")
    assert not any(word in repr(client) for word in (KEY, SECRET, "abc"))
    with pytest.raises(SourceRefused, match="set EDFI_SECRET in the environment"):
        credentials_in({"EDFI_KEY": KEY}, "EDFI_KEY", "EDFI_SECRET")


def test_wrong_credentials_are_refused_without_them() -> None:
    server = a_server()
    client = JsonClient(BASE, Credentials(KEY, "Zelda"), transport=httpx.MockTransport(server))
    api = discovered_api(client, page_size=2, paging=None)
    with pytest.raises(SourceRefused, match="does not take the key and secret") as refused:
        api.change_versions()
    assert "Zelda" not in json.dumps(str(refused.value))
