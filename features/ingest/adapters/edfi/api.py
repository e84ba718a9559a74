"""An Ed-Fi API: its addresses as it says them, its pages, and the change versions that it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from features.ingest.adapters.edfi.bodies import Body
from features.ingest.network.http_client import JsonClient, NotFound, Parameters, named
from features.ingest.network.refusal import SourceRefused

Paging = Literal["offset", "cursor"]

MOST_ROWS = 500_000_000
"""Rows of one resource beyond which a server's count is not believed."""


@dataclass(frozen=True)
class Page:
    """The bodies of one page, and where the reading stands after it; empty where it cannot go on from there."""

    bodies: Sequence[Body]
    position: str


@dataclass(frozen=True)
class ChangeVersions:
    """The oldest and the newest change that a server can still tell."""

    oldest: int
    newest: int


@dataclass(frozen=True)
class EdFiApi:
    """One API. Pages by offset are read from the last to the first: rows that leave meanwhile shift none unread."""

    client: JsonClient
    data_url: str
    changes_url: str
    version: str
    page_size: int = 500
    paging: Paging = "offset"

    def change_versions(self) -> ChangeVersions | None:
        """Its change versions; None where it does not track changes."""
        try:
            value = self.client.get(f"{self.changes_url}availableChangeVersions").value
        except NotFound:
            return None
        oldest, newest = (member_of(value, name) for name in ("oldestChangeVersion", "newestChangeVersion"))
        if not isinstance(oldest, int) or not isinstance(newest, int):
            raise SourceRefused(f"{named(self.changes_url)}: expected oldestChangeVersion and newestChangeVersion")
        return ChangeVersions(oldest, newest)

    def pages(self, path: str, window: Parameters, position: str) -> Iterator[Page]:
        """The pages of a resource, its `deletes` or its `keyChanges`; `position` is where an earlier reading stood."""
        if self.paging == "cursor":
            return self.by_cursor(path, window)
        kind, _, at = position.partition(":")
        if kind == "from" or "/" in path:  # what was deleted or given another key stays in its place
            return self.forwards(path, window, int(at or 0))
        end = int(at) if kind == "end" else self.count(path, window)
        return self.forwards(path, window, 0) if end is None else self.backwards(path, window, end)

    def url(self, path: str) -> str:
        """The address of a resource."""
        return f"{self.data_url}ed-fi/{path}"

    def by_cursor(self, path: str, window: Parameters) -> Iterator[Page]:
        """Pages by the tokens that the server gives; SourceRefused where it gives one again."""
        seen: set[str] = set()
        token = ""
        while True:
            asked: dict[str, str | int] = {**window, "pageSize": self.page_size}
            answer = self.client.get(self.url(path), {**asked, "pageToken": token} if token else asked)
            yield Page(bodies_in(answer.value, path), "")
            token = answer.headers.get("next-page-token", "")
            if not token:
                return
            if token in seen:
                raise SourceRefused(f"{path}: the server gave a page token twice; its pages have no end")
            seen.add(token)

    def count(self, path: str, window: Parameters) -> int | None:
        """How many rows there are; None where the server does not say."""
        asked: dict[str, str | int] = {**window, "offset": 0, "limit": 1, "totalCount": "true"}
        total = self.client.get(self.url(path), asked).headers.get("total-count", "")
        if not total.isdecimal():
            return None
        if int(total) > MOST_ROWS:
            raise SourceRefused(f"{path}: the server counts {int(total):,} rows; expected at most {MOST_ROWS:,}")
        return int(total)

    def backwards(self, path: str, window: Parameters, end: int) -> Iterator[Page]:
        """The rows before a place, from the last page to the first.

        Fewer than asked for are not taken: either rows have left, and the end is nearer, or the server gives pages that
        are smaller, and smaller ones are asked for. Rows behind those would else be read in the other direction.
        """
        size = self.page_size
        while end > 0:
            start = max(0, end - size)
            asked: dict[str, str | int] = {**window, "offset": start, "limit": end - start}
            bodies = bodies_in(self.client.get(self.url(path), asked).value, path)
            if len(bodies) >= end - start:
                yield Page(bodies, f"end:{start}")
                end = start
                continue
            total = self.count(path, window)
            if total is not None and total < end:
                end = total
            elif bodies:
                size = len(bodies)
            else:
                raise SourceRefused(f"{path}: the server counts rows that it does not give")

    def forwards(self, path: str, window: Parameters, offset: int) -> Iterator[Page]:
        """Pages from a place to the first empty one; SourceRefused where a page comes twice in a row."""
        before: list[Body] = []
        while offset <= MOST_ROWS:
            asked = {"offset": offset, "limit": self.page_size}
            bodies = bodies_in(self.client.get(self.url(path), {**window, **asked}).value, path)
            if not bodies:
                return
            if bodies == before:
                raise SourceRefused(f"{path}: the server gives the same page again; its pages have no end")
            before, offset = bodies, offset + len(bodies)
            yield Page(bodies, f"from:{offset}")


def bodies_in(value: object, path: str) -> list[Body]:
    """The bodies of a page; SourceRefused where it is no list of them."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise SourceRefused(f"{path}: expected a list of resources")
    return value


def id_of(body: Body, path: str) -> str:
    """The id of a body; SourceRefused where it has none."""
    found = body.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= 200:
        raise SourceRefused(f"{path}: expected an `id` in each resource")
    return found


def member_of(value: object, name: str) -> object:
    """A member of a JSON object; None of anything else."""
    return value.get(name) if isinstance(value, dict) else None


def discovered_api(client: JsonClient, *, page_size: int, paging: Paging | None) -> EdFiApi:
    """The API that the root document at the client's base describes; SourceRefused where it is no Ed-Fi API."""
    root = client.get(client.base, with_token=False).value
    urls = member_of(root, "urls")
    data, token, changes = (member_of(urls, name) for name in ("dataManagementApi", "oauth", "changeQueries"))
    if not isinstance(data, str) or not isinstance(token, str):
        raise SourceRefused(f"{named(client.base)}: expected the root document of an Ed-Fi API, with its urls")
    client.token_url = token
    version = str(member_of(root, "version") or "")
    given = changes if isinstance(changes, str) else f"{client.base.rstrip('/')}/changeQueries/v1/"
    return EdFiApi(client, slashed(data), slashed(given), version, page_size, paging or paging_of(version))


def slashed(url: str) -> str:
    """An address with a slash at its end."""
    return url if url.endswith("/") else f"{url}/"


def paging_of(version: str) -> Paging:
    """How a version of the software gives pages: by cursor from 7.3 on."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    number = (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)
    return "cursor" if number >= (7, 3) else "offset"
