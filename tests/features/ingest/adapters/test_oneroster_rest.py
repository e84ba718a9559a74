"""A OneRoster API is pulled as a package: pages by Link or offset, roles, references, and servers that do it wrong."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pandas as pd
import pytest
from typer.testing import CliRunner

from features.ingest.adapters.oneroster.rest_pull import pull_oneroster
from features.ingest.adapters.oneroster.rest_rows import COLLECTIONS
from features.ingest.network.http_client import JsonClient
from features.ingest.network.refusal import SourceRefused
from features.ingest.network.secrets import Credentials
from features.progress import quietly
from features.settings import District
from features.sources.oneroster import OneRosterRest
from ontrack import app
from tests.features.ingest.adapters.loopback import on_loopback
from tests.features.ingest.adapters.packages import conversion_of, converted

BASE = "http://127.0.0.1:9/ims/oneroster"
SECRET = "s3cret-of-the-client"
ENVIRONMENT = {"ONEROSTER_KEY": "the-key", "ONEROSTER_SECRET": SECRET}
Object = dict[str, object]
HELD: dict[str, list[Object]] = {
    "orgs": [{"sourcedId": "10", "name": "North", "type": "school"}],
    "academicSessions": [
        {"sourcedId": "y", "title": "26", "type": "schoolYear", "startDate": "2025-08-18", "endDate": "2026-06-10",
         "schoolYear": 2026},
    ],
    "classes": [
        {"sourcedId": "hr", "title": "HR", "grades": ["09"], "classType": "homeroom", "school": {"sourcedId": "10"},
         "terms": [{"sourcedId": "y", "type": "academicSession"}]},
    ],
    "users": [
        {"sourcedId": str(one), "givenName": "Ada", "familyName": "One", "enabledUser": True, "grades": ["09"],
         "userIds": [{"type": "stateId", "identifier": f"7{one}"}],
         "roles": [{"roleType": "primary", "role": "student", "org": {"sourcedId": "10"}}]}
        for one in range(1, 8)
    ],
    "enrollments": [
        {"sourcedId": f"e{one}", "role": "student", "beginDate": "2025-08-18", "user": {"sourcedId": str(one)},
         "class": {"sourcedId": "hr"}, "school": {"sourcedId": "10"}}
        for one in range(1, 8)
    ],
    "demographics": [{"sourcedId": "1", "sex": "female", "birthDate": "2011-02-03", "asian": True}],
    "categories": [{"sourcedId": "c", "title": "Final"}],
    "lineItems": [], "results": [],
}  # fmt: skip
"""What the server holds; it has no courses."""


class Server:
    """A OneRoster 1.2 server in this process, which may do one thing wrong."""

    def __init__(self, *, most: int = 3, links: bool = False, wrong: str = "") -> None:
        self.most, self.links, self.wrong = most, links, wrong
        self.requests: list[httpx.Request] = []
        self.held = {name: [dict(one) for one in rows] for name, rows in HELD.items()}
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path.endswith("/token"):
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 60})
        if self.wrong == "token" and request.headers["authorization"] == "Bearer t1" and len(self.requests) > 4:
            return httpx.Response(401)
        return self.page(request, request.url.path.rpartition("/")[2])

    def page(self, request: httpx.Request, name: str) -> httpx.Response:
        """A page of a collection."""
        since = request.url.params.get("filter", "dateLastModified>=''").split("'")[1]
        held = [one for one in self.held.get(name, ()) if str(one.get("dateLastModified", "")) >= since]
        if name not in HELD:
            return httpx.Response(404)
        if name == "users" and self.wrong in WRONG:
            return WRONG[self.wrong](request)
        first = int(request.url.params.get("offset", 0)) if self.wrong != "circle" else 0
        step = self.most - 1 if self.wrong == "duplicates" else self.most
        part = held[max(0, first - (self.wrong == "duplicates" and 0 < first < len(held))) :][: self.most]
        more = first + step < len(held)
        link = f'<{BASE}/rostering/v1p2/{name}?offset={first + self.most}>; rel="next"'
        return httpx.Response(200, json={name: part}, headers={"Link": link} if self.links and more else {})


WRONG: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "html": lambda _: httpx.Response(200, html="<p>Sign in</p>"),
    "cut": lambda _: httpx.Response(200, content=b'{"users": [', headers={"Content-Type": "application/json"}),
    "redirect": lambda _: httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
    "member": lambda _: httpx.Response(200, json={"people": []}),
    "other place": lambda _: httpx.Response(
        200, json={"users": HELD["users"][:1]}, headers={"Link": '<https://elsewhere.example/users>; rel="next"'}
    ),
}
"""Answers that are none."""


@contextmanager
def at_once() -> Iterator[None]:
    """A turn that is taken at once."""
    yield


def source(**said: object) -> OneRosterRest:
    """The source with the server's address."""
    return OneRosterRest.model_validate({"url": BASE, "token_url": "http://127.0.0.1:9/token", "page_size": 50} | said)


def pulled(server: Server, folder: Path, **said: object) -> int:
    """The rows that a pull brings from a server into a folder."""

    def client_of(base: str, credentials: Credentials) -> JsonClient:
        return JsonClient(base, credentials, sleep=lambda _: None, transport=httpx.MockTransport(server))

    district = District(id="harbor", name="Harbor")
    return pull_oneroster(
        district, source(**said), folder, environment=ENVIRONMENT, progress=quietly, turn=at_once, client_of=client_of
    )


@pytest.mark.parametrize(
    "server",
    [Server(), Server(links=True), Server(most=100), Server(wrong="duplicates"), Server(wrong="token")],
    ids=["a smaller page than asked for", "links", "one page", "rows twice", "a token that runs out"],
)
def test_every_object_is_pulled_once_however_pages_come(server: Server, tmp_path: Path) -> None:
    assert pulled(server, tmp_path) == sum(map(len, HELD.values()))
    users = pd.read_csv(tmp_path / "users.csv", dtype=str)
    assert list(users["sourcedId"]) == [str(one["sourcedId"]) for one in HELD["users"]]
    assert users["userIds"][0] == "{stateId:71}"
    asked = next(one for one in server.requests if one.url.path.endswith("/token"))
    assert b"roster-demographics.readonly" in asked.content
    assert not (tmp_path / "courses.csv").exists()
    assert SECRET not in "".join(path.read_text() for path in tmp_path.iterdir())


def test_between_whole_pulls_only_what_was_modified_is_asked_for(tmp_path: Path) -> None:
    """The rows are then those of a whole pull; a collection that does not tell when is read whole."""
    server = Server(most=100)
    for name in ("users", "enrollments"):
        for one in server.held[name]:
            one["dateLastModified"] = "2026-01-05T08:00:00.000Z"
    pulled(server, tmp_path / "kept", whole_days=7)
    later = {"dateLastModified": "2026-01-09T08:00:00.000Z"}
    server.held["users"][2].update(later, givenName="Zoe", roles=[])
    server.held["enrollments"][0].update(later, status="tobedeleted")
    server.held["users"].append({"sourcedId": "9", "givenName": "New", **later})
    for days, asked in ((7, {"users", "enrollments"}), (0, set[str]())):
        server.requests.clear()
        pulled(server, tmp_path / ("kept" if days else "whole"), whole_days=days)
        filtered = {one.url.path.rpartition("/")[2] for one in server.requests if "filter" in one.url.params}
        assert filtered == asked
    for name in ("users", "roles", "enrollments", "orgs"):
        kept, whole = ((tmp_path / place / f"{name}.csv").read_text().splitlines() for place in ("kept", "whole"))
        assert sorted(kept) == sorted(whole)


def test_a_pulled_package_is_read_like_any_other(tmp_path: Path) -> None:
    pulled(Server(), tmp_path / "in")
    conversion = conversion_of(tmp_path / "in", tmp_path / "work", source(state_id="stateId"))
    found = converted(conversion)
    assert sorted(found["students"]["state_id"]) == [f"7{one}" for one in range(1, 8)]
    assert set(found["enrollments"]["entry_date"]) == {"2025-08-18"}
    assert set(found["enrollments"]["file"]) == {"enrollments.csv"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("html", "expected application/json"),
        ("cut", "no whole JSON"),
        ("redirect", "answered 302"),
        ("member", "a list users"),
        ("other place", "outside of"),
        ("circle", "round in a circle"),
    ],
)
def test_a_server_that_does_it_wrong_is_told_and_the_package_before_stays(
    tmp_path: Path, wrong: str, said: str
) -> None:
    pulled(Server(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(SourceRefused, match=said) as refused:
        pulled(Server(wrong=wrong), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert SECRET not in str(refused.value) + json.dumps(before, default=str)


def test_a_pull_that_was_broken_off_goes_on_with_what_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused):
        pulled(Server(wrong="html"), tmp_path)
    again = Server()
    assert pulled(again, tmp_path) == sum(map(len, HELD.values()))
    asked = {one.url.path.rpartition("/")[2] for one in again.requests}
    assert not asked & {"orgs", "academicSessions", "classes"}
    assert asked > {one.file for one in COLLECTIONS} - {"orgs", "academicSessions", "classes"}


def test_secrets_come_from_the_environment_alone(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="set ONEROSTER_KEY and ONEROSTER_SECRET"):
        pull_oneroster(
            District(id="h", name="H"), source(), tmp_path, environment={}, progress=quietly, turn=at_once
        )  # fmt: skip


def test_the_command_pulls_over_a_socket_through_an_answer_cut_off_and_a_token_that_runs_out(tmp_path: Path) -> None:
    server = Server(wrong="token")
    with on_loopback(server, cut_once="/orgs") as address:
        lines = [
            "[[districts]]", 'id = "harbor"', 'name = "Harbor"', f'records = "{tmp_path / "records"}"',
            "[[districts.sources]]", 'kind = "oneroster-rest"', 'folder = "oneroster"', f'url = "{address}"',
            f'token_url = "{address}/token"', "page_size = 3",
        ]  # fmt: skip
        (tmp_path / "ontrack.toml").write_text("\n".join(lines), encoding="utf-8")
        words = ["--config", str(tmp_path / "ontrack.toml"), "pull", "--district", "harbor"]
        told = CliRunner().invoke(app, words, env=ENVIRONMENT)
    assert (told.exit_code, server.tokens) == (0, 2), told.output
    assert str(sum(map(len, HELD.values()))) in told.output
    assert (tmp_path / "records" / "oneroster" / "manifest.csv").exists()
    assert SECRET not in told.output
