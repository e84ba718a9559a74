"""A database that others hold for too long: nobody gets a fault, programs and people are told to come again."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from tests.serving.browser import ApiClient, Browser
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_service import ExampleService

PROBLEM = "application/problem+json"


@pytest.fixture
def impatient(service: ExampleService) -> ExampleService:
    """A service that waits for a lock only shortly."""
    engine = service.context.engine

    def shorten(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 20")
        cursor.close()

    event.listen(engine, "connect", shorten)
    engine.dispose()
    return service


@contextmanager
def held(service: ExampleService) -> Iterator[None]:
    """A time in which another process holds what every answer about a student has to write to."""
    other = sqlite3.connect(str(service.context.engine.url.database))
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@pytest.mark.skipif(ON_POSTGRESQL, reason="what SQLite does with a lock")
def test_a_busy_database_is_a_503_that_says_when_to_come_again(impatient: ExampleService) -> None:
    program, person = ApiClient(impatient, "harbor"), Browser(impatient, "harbor", "s-ines")
    scores, page = "/v1/students/k-amara/scores", "/students/k-amara"
    with held(impatient):
        answer = program.ask("GET", scores)
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
        assert int(answer.headers["retry-after"]) > 0
        assert "Send the same request again" in answer.json()["detail"]
        assert "incident" not in answer.json()
        shown = person.get(page)
        assert (shown.status_code, shown.headers["retry-after"]) == (503, answer.headers["retry-after"])
        assert "Many people are using this right now" in shown.text
    assert program.ask("GET", scores).status_code == 200
    assert person.get(page).status_code == 200


def test_every_operation_of_the_api_that_asks_the_database_says_that_it_may_be_busy(service: ExampleService) -> None:
    paths = service.app.openapi()["paths"]
    for path, operations in paths.items():
        if path.startswith("/v1") or path in ("/oauth/token", "/readyz"):
            for operation in operations.values():
                assert "Retry-After" in operation["responses"]["503"]["headers"], path
