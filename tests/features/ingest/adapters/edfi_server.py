"""An Ed-Fi API in memory, with tokens, pages and change versions, as a program of HTTP."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx

BASE = "http://127.0.0.1/edfi/"
KEY, SECRET = "client", "between us"

Body = Mapping[str, object]


@dataclass
class Record:
    """One resource: its body, the version of its latest change, and its place among all, which it keeps."""

    body: dict[str, object]
    version: int
    place: int


@dataclass
class EdFiServer:
    """The server: records in the order in which they came, and what was deleted and given another key.

    `tokens_last` is for how many requests a token holds. `before` may answer a request in the server's place, or change
    records before it does.
    """

    paging: str = "offset"
    tracks_changes: bool = True
    counts: bool = True
    most_rows: int = 500
    tokens_last: int = 1_000_000
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    deleted: dict[str, list[Body]] = field(default_factory=dict)
    keys: dict[str, list[Body]] = field(default_factory=dict)
    version: int = 0
    requests: list[str] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)
    before: Callable[["EdFiServer", httpx.Request], httpx.Response | None] = lambda _server, _request: None

    def put(self, resource: str, body: Body) -> None:
        """Inserts or changes a resource, by its id."""
        self.version += 1
        held = self.records.setdefault(resource, {})
        before = held.get(str(body["id"]))
        held[str(body["id"])] = Record(dict(body), self.version, before.place if before else self.version)

    def delete(self, resource: str, row_id: str) -> None:
        """Deletes a resource."""
        self.version += 1
        del self.records[resource][row_id]
        self.deleted.setdefault(resource, []).append({"id": row_id, "changeVersion": self.version, "keyValues": {}})

    def change_key(self, resource: str, row_id: str, new: Body, *, cascaded: bool) -> None:
        """Gives a resource another key; a `cascaded` change of a reference leaves its own change version as it was."""
        self.version += 1
        record = self.records[resource][row_id]
        record.body |= new
        record.version = record.version if cascaded else self.version
        told = {"id": row_id, "changeVersion": self.version, "oldKeyValues": {}, "newKeyValues": dict(new)}
        self.keys.setdefault(resource, []).append(told)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""
        self.requests.append(request.url.path)
        answer = self.before(self, request)
        if answer is not None:
            return answer
        path = request.url.path.removeprefix("/edfi/")
        if path == "":
            return httpx.Response(200, json=self.root(str(request.url)))
        if path == "oauth/token":
            return self.token(request)
        if not self.knows(request):
            return httpx.Response(401)
        if path == "changeQueries/v1/availableChangeVersions" and self.tracks_changes:
            return httpx.Response(200, json={"oldestChangeVersion": 0, "newestChangeVersion": self.version})
        return self.resource(path.removeprefix("data/v3/ed-fi/"), dict(parse_qsl(urlsplit(str(request.url)).query)))

    def root(self, base: str) -> Body:
        """The root document at an address."""
        urls = {"oauth": f"{base}oauth/token", "dataManagementApi": f"{base}data/v3/"}
        return {"version": "7.3" if self.paging == "cursor" else "6.2", "urls": urls}

    def token(self, request: httpx.Request) -> httpx.Response:
        """A new token for the right credentials, in the header or in the form, as the standard lets clients choose."""
        basic = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        form = dict(parse_qsl(request.content.decode()))
        if request.headers.get("authorization") != basic and (
            (form.get("client_id"), form.get("client_secret")) != (KEY, SECRET)
        ):
            return httpx.Response(401)
        name = f"token{len(self.uses)}"
        self.uses[name] = 0
        return httpx.Response(200, json={"access_token": name, "expires_in": 1800, "token_type": "bearer"})

    def knows(self, request: httpx.Request) -> bool:
        """Whether the token of a request still holds."""
        name = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.uses[name] = self.uses.get(name, self.tokens_last) + 1
        return self.uses[name] <= self.tokens_last

    def resource(self, path: str, asked: Mapping[str, str]) -> httpx.Response:
        """A page of a resource, of its deletes or of its key changes."""
        name, _, of = path.partition("/")
        if of and not self.tracks_changes:
            return httpx.Response(404)
        least, most = int(asked.get("minChangeVersion", 0)), int(asked.get("maxChangeVersion", 10**9))
        rows: list[tuple[int, Body]]
        if of:
            told = (self.keys if of == "keyChanges" else self.deleted).get(name, [])
            rows = [(version, row) for row in told if least <= (version := int(str(row["changeVersion"]))) <= most]
        else:
            held = self.records.get(name, {}).values()
            rows = [(record.place, record.body) for record in held if least <= record.version <= most]
        return self.page(rows, asked)

    def page(self, rows: list[tuple[int, Body]], asked: Mapping[str, str]) -> httpx.Response:
        """One page of rows with their places: a page token is the place after which the next page begins."""
        headers = {"content-type": "application/json; charset=utf-8"}
        if "pageSize" in asked and self.paging == "cursor":
            some = [row for row in rows if row[0] > int(asked.get("pageToken", "0"))][: int(asked["pageSize"])]
            headers |= {"Next-Page-Token": str(some[-1][0])} if some else {}
        else:
            start, limit = int(asked.get("offset", 0)), min(int(asked.get("limit", 25)), self.most_rows)
            headers |= {"Total-Count": str(len(rows))} if "totalCount" in asked and self.counts else {}
            some = rows[start : start + limit]
        return httpx.Response(200, content=json.dumps([body for _, body in some]), headers=headers)
