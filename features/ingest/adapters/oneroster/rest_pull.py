"""Pulls a OneRoster API into a folder, as a CSV package that a load reads like any other."""

import csv
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import AbstractContextManager
from pathlib import Path

from features.atomic_files import replace_through, sync_folder
from features.ingest.adapters.oneroster.package import COLUMNS, EACH
from features.ingest.adapters.oneroster.rest_changes import WHOLE, reads_everything, rows_besides, since_of
from features.ingest.adapters.oneroster.rest_rows import (
    ROLE_COLUMNS,
    Collection,
    Json,
    collections_of,
    role_rows,
    row_of,
)
from features.ingest.network.http_client import ClientMaker, JsonClient, NotFound, named
from features.ingest.network.pull_folder import UNDER_WAY, RowWriter, folder_under_way
from features.ingest.network.refusal import SourceRefused
from features.ingest.network.secrets import credentials_in
from features.progress import Progress
from features.settings import District
from features.sources.declaration import Source
from features.sources.oneroster import OneRosterRest

NEXT = re.compile(r"""<([^>]*)>\s*;[^,]*\brel="?next"?""", re.IGNORECASE)
"""The address of the next page in a Link header (RFC 8288)."""

SCOPES = " ".join(
    f"https://purl.imsglobal.org/spec/or/v1p2/scope/{name}.readonly"
    for name in ("roster-core", "roster", "roster-demographics", "gradebook-core", "gradebook")
)
"""What a token of version 1.2 is asked for: to read the roster, demographics and the gradebook."""


def pull_oneroster(
    _district: District,
    source: Source,
    folder: Path,
    *,
    environment: Mapping[str, str],
    progress: Progress,
    turn: Callable[[], AbstractContextManager[None]],
    client_of: ClientMaker = JsonClient,
) -> int:
    """Brings a folder to the state of the API as a package, and returns how many rows it has.

    Killed, the next call goes on with the collections that are not whole yet. Files that a load reads change within
    `turn`. SourceRefused where the API cannot be read: the package of the pull before stays.
    """
    if not isinstance(source, OneRosterRest):
        raise TypeError(source.kind)
    folder_under_way(folder)
    with client_of(source.url, credentials_in(environment, source.key_variable, source.secret_variable)) as client:
        client.token_url, client.scope = source.token_url, SCOPES if source.version == "1.2" else ""
        whole = reads_everything(folder, source)
        rows = {
            one.file: pull_collection(client, source, one, folder, progress, whole=whole)
            for one in collections_of(source)
        }
    with turn():
        publish(folder, source.version)
    if whole:
        (folder / WHOLE).touch()
    return sum(rows.values())


def pull_collection(
    client: JsonClient, source: OneRosterRest, one: Collection, place: Path, progress: Progress, *, whole: bool
) -> int:
    """Writes the rows of a collection, all or none; a collection that the API does not have is left out.

    Where the pull does not read the `whole`, it asks for changed objects, and the others are those of the one before.
    """
    folder = place / UNDER_WAY
    done, part = folder / f"{one.file}.csv", folder / f"{one.file}.part"
    since, changed = "" if whole else since_of(place / done.name), set[str]()
    if done.exists():
        with done.open("rb") as file:
            return sum(1 for _ in file) - 1
    rows = 0
    with (
        part.open("w", encoding="utf-8", newline="") as file,
        (folder / "roles.part").open("w", encoding="utf-8", newline="") as roles_file,
    ):
        writer, roles = csv.writer(file), csv.writer(roles_file)
        writer.writerow([*EACH, *COLUMNS[one.file]])
        roles.writerow(ROLE_COLUMNS)
        try:
            for found in objects(client, source, one, since):
                writer.writerow(row_of(one.file, found, source.absences))
                changed.add(str(found.get("sourcedId")))
                rows += 1
                if one.file == "users":
                    roles.writerows(role_rows(found))
                if rows % 10_000 == 0:
                    progress(f"{one.file}: {rows:,} rows")
        except NotFound:
            return 0
        if since:
            rows += write_besides(writer, place / done.name, changed)
            write_besides(roles, place / "roles.csv", changed if one.file == "users" else frozenset())
    if one.file == "users" and source.version == "1.2":
        os.replace(folder / "roles.part", folder / "roles.csv")
    os.replace(part, done)
    return rows


def write_besides(writer: RowWriter, path: Path, changed: Set[str]) -> int:
    """Writes the rows of the pull before that did not change, and returns how many."""
    rows = 0
    for row in rows_besides(path, changed):
        writer.writerow(row)
        rows += 1
    return rows


def objects(client: JsonClient, source: OneRosterRest, one: Collection, since: str = "") -> Iterator[Json]:
    """Every object of a collection that changed `since`, once; SourceRefused where pages go round in a circle.

    Pages are followed by their `Link`. Without one they are asked for by offset until one is empty: neither a total nor
    a page shorter than asked for says that it is the last.
    """
    url: str | None = address_of(source, one)
    asked = {"filter": f"dateLastModified>='{since}'"} if since else {}
    parameters: Mapping[str, str | int] = {"limit": source.page_size, "offset": 0, **asked}
    seen, offset, by_link = set[str](), 0, False
    while url is not None:
        answer = client.get(url, parameters)
        page = page_of(answer.value, one, url)
        fresh = [found for found in page if str(found.get("sourcedId")) not in seen]
        if page and not fresh:
            raise SourceRefused(f"{named(url)}: its pages go round in a circle; tell those who run the server")
        seen.update(str(found.get("sourcedId")) for found in fresh)
        yield from fresh
        offset += len(page)
        link = NEXT.search(answer.headers.get("link", ""))
        by_link = by_link or link is not None
        if link is not None:
            url, parameters = link.group(1), {}
        elif by_link or not page:
            url = None
        else:
            parameters = {"limit": source.page_size, "offset": offset, **asked}


def address_of(source: OneRosterRest, one: Collection) -> str:
    """The address of a collection."""
    base = source.url.rstrip("/")
    if not one.service:
        return f"{base}/{one.path}"
    return f"{base}/{one.service}/v1p2/{one.path}" if source.version == "1.2" else f"{base}/v1p1/{one.path}"


def page_of(value: object, one: Collection, url: str) -> list[Json]:
    """The objects of a page; SourceRefused where it has not the member that the standard says."""
    found = value.get(one.member) if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SourceRefused(f"{named(url)}: expected an object with a list {one.member}; is `version` the server's?")
    return found


def publish(folder: Path, version: str) -> None:
    """Moves the files of a whole pull to their place; while they move, the package has no manifest and is not read."""
    under_way = folder / UNDER_WAY
    (folder / "manifest.csv").unlink(missing_ok=True)
    sync_folder(folder)
    files = sorted(under_way.glob("*.csv"))
    for path in files:
        os.replace(path, folder / path.name)
    for name in COLUMNS:
        if f"{name}.csv" not in {path.name for path in files}:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    lines = ["propertyName,value", f"oneroster.version,{version}", *(f"file.{path.stem},bulk" for path in files)]
    replace_through(folder / "manifest.csv", ("\n".join(lines) + "\n").encode())
    shutil.rmtree(under_way, ignore_errors=True)
