"""Every route of the API, read from the application: which scope it asks for, and that one without any is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends

from serving.access.authorize import Client
from serving.access.open_routes import anyone
from serving.access.scopes import MEANINGS, SCOPES
from serving.api.clients import ClientWithScope
from serving.app import API_ROUTERS, PAGE_ROUTERS
from serving.pages.current_user import CurrentViewer
from serving.route_access import RouteRefused, access_by_route
from tests.serving.browser import ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService

ACCESS = access_by_route(API_ROUTERS)
STUDENT = "k-amara"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service that programs of every kind ask."""
    folder = tmp_path_factory.mktemp("asked")
    copy_prepared(prepared, folder)
    yield from opened(folder)


def address(path: str, student: str = STUDENT) -> str:
    """A route's address: for a student, and for nothing that is there in its other parts."""
    parts = {name for _, name, _, _ in Formatter().parse(path) if name}
    return path.format(**{name: student if name == "student_key" else "nothing" for name in parts})


def test_each_scope_opens_its_own_routes_and_no_other(asked: ExampleService) -> None:
    for held in SCOPES:
        program = ApiClient(asked, "harbor", held)
        for route, access in ACCESS.items():
            method, _, path = route.partition(" ")
            refused = program.ask(method, address(path), {} if method != "GET" else None).status_code == 403
            assert refused == (access not in ("anyone", held)), (route, held)


def test_without_a_key_only_what_is_for_anyone_answers(asked: ExampleService) -> None:
    for route, access in ACCESS.items():
        method, _, path = route.partition(" ")
        answer = ApiClient(asked).ask(method, address(path))
        assert (answer.status_code == 401) == (access != "anyone"), route


def test_every_scope_says_what_it_lets_a_program_do_and_the_document_names_it() -> None:
    assert set(MEANINGS) == set(SCOPES)
    assert {access for access in ACCESS.values() if access != "anyone"} <= set(SCOPES)
    assert set(access_by_route(PAGE_ROUTERS).values()) == {"anyone", "signed in"}


def test_the_document_names_the_scope_of_each_route(asked: ExampleService) -> None:
    paths = ApiClient(asked).ask("GET", "/openapi.json").json()["paths"]
    for route, access in ACCESS.items():
        method, _, path = route.partition(" ")
        said = [scopes for one in paths[path][method.lower()].get("security", []) for scopes in one.values()]
        assert [scopes for scopes in said if scopes] == ([] if access == "anyone" else [[access]] * 2), route


def nothing_declared() -> None:
    """A route that says nothing of whom it answers."""


def two_scopes(
    one: Annotated[Client, Depends(ClientWithScope("scores.read"))],
    other: Annotated[Client, Depends(ClientWithScope("models.read"))],
) -> None:
    """A route that asks for two scopes."""


def people_and_anyone(viewer: CurrentViewer, _open: Annotated[None, Depends(anyone)]) -> None:
    """A route that is for people, and for anyone."""


@pytest.mark.parametrize("route", [nothing_declared, two_scopes, people_and_anyone])
def test_a_route_that_does_not_say_whom_it_answers_is_refused(route: Callable[..., None]) -> None:
    router = APIRouter()
    router.get("/v1/new")(route)
    with pytest.raises(RouteRefused, match="/v1/new: a route says whom it answers"):
        access_by_route((router,))
