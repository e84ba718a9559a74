"""A page is the same on SQLite and on PostgreSQL, so that what Chromium makes of it is tried on one of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.app import PAGE_ROUTERS
from serving.route_access import routes_of
from tests.serving.browser import Browser
from tests.serving.conftest import opened
from tests.serving.example_service import ExampleService
from tests.serving.pages.example_entries import write_everything
from tests.serving.pages.test_every_route import filled

READERS = ("s-ines", "s-lena")
READ = sorted(route.path for route in routes_of(PAGE_ROUTERS) if "GET" in (route.methods or ()))
DRAWN = re.compile(r'[0-9a-f]{32,64}|(?<=nonce=")[\w-]{22}(?=")')
"""Ids, tokens and the nonces of scripts, which each service draws for itself."""


def written(folder: Path, *, postgresql: bool) -> Iterator[ExampleService]:
    """A service on that database with all example runs, in which one of everything is written."""
    for service in opened(folder, postgresql=postgresql):
        service.record_example_runs()
        write_everything(service, "harbor")
        yield service


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ExampleService, ExampleService]]:
    """The same service on SQLite and on PostgreSQL."""
    for on_sqlite in written(tmp_path_factory.mktemp("sqlite"), postgresql=False):
        for on_postgresql in written(tmp_path_factory.mktemp("postgresql"), postgresql=True):
            yield on_sqlite, on_postgresql


def pages_of(service: ExampleService, staff_id: str) -> dict[str, tuple[int, str]]:
    """What somebody gets at each address of the pages: the status and the page, without what was drawn for it."""
    browser = Browser(service, "harbor", staff_id)
    answers = {path: browser.get(filled(service, path)) for path in READ}
    return {path: (answer.status_code, DRAWN.sub("…", answer.text)) for path, answer in answers.items()}


def test_every_page_is_the_same_on_both_databases(services: tuple[ExampleService, ExampleService]) -> None:
    on_sqlite, on_postgresql = (
        {(staff_id, path): page for staff_id in READERS for path, page in pages_of(service, staff_id).items()}
        for service in services
    )
    assert len({path for (_, path), (status, _) in on_sqlite.items() if status == 200}) >= len(READ) * 2 // 3
    assert [one for one, page in on_sqlite.items() if on_postgresql[one] != page] == []
