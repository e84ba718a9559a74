"""Pulls an Ed-Fi API into a folder: its store, hidden, and the marts that follow from it."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from features.atomic_files import replace_through, sync_folder
from features.ingest.adapters.edfi.api import discovered_api
from features.ingest.adapters.edfi.edfi_adapters import PULLED, words_of
from features.ingest.adapters.edfi.mart_export import export_marts
from features.ingest.adapters.edfi.pull import EdFiPull
from features.ingest.adapters.edfi.store import open_store
from features.ingest.network.http_client import ClientMaker, JsonClient
from features.ingest.network.secrets import credentials_in
from features.progress import Progress
from features.settings import District
from features.sources.declaration import Source
from features.sources.marts import EdFiApi

STORE = Path(".store") / "resources.duckdb"
"""Where the store lies in the folder of a pull: a load does not see hidden files."""


def pull_edfi(
    district: District,
    source: Source,
    folder: Path,
    *,
    environment: Mapping[str, str],
    progress: Progress,
    turn: Callable[[], AbstractContextManager[None]],
    client_of: ClientMaker = JsonClient,
) -> int:
    """Brings a folder to the state of the API and returns how many resources it holds; killed, the next call goes on.

    Files that a load reads change within `turn`. SourceRefused where the API cannot be read: what was pulled before
    stays, and is loaded as it is.
    """
    if not isinstance(source, EdFiApi):
        raise TypeError(source.kind)
    credentials = credentials_in(environment, source.key_variable, source.secret_variable)
    with client_of(source.url, credentials) as client:
        api = discovered_api(client, page_size=source.page_size, paging=source.paging)
        with open_store(folder / STORE) as store:
            EdFiPull(api, store, progress).run()
            rows = store.rows()
            export_marts(store, new_folder(folder / STORE.parent / "marts"), words_of(district, source))
        with turn():
            publish(folder, rows)
    return sum(rows.values())


def new_folder(folder: Path) -> Path:
    """An empty folder in the place of one that a killed pull left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def publish(folder: Path, rows: Mapping[str, int]) -> None:
    """Moves the new marts beside the store. Until all of them are there, the folder says that no pull is finished."""
    (folder / PULLED).unlink(missing_ok=True)
    sync_folder(folder)
    for path in sorted((folder / STORE.parent / "marts").iterdir()):
        os.replace(path, folder / path.name)
    replace_through(folder / PULLED, json.dumps(dict(rows)).encode())
