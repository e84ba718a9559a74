"""Every route of the API, read from the application: which scope it asks for, and what it takes in its query."""

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
from serving.route_access import RouteRefused, access_by_route, routes_of
from serving.web.query_parameters import query_names
from tests.serving.browser import ApiClient, Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService

ACCESS = access_by_route(API_ROUTERS)
QUERIES = {
    f"{method} {route.path}": query_names(route) for route in routes_of(API_ROUTERS) for method in route.methods or ()
}
"""What each route takes in its query."""
VALUE = "Zzcanary"
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


def test_each_route_refuses_parameters_that_it_does_not_know_and_names_the_nearest(asked: ExampleService) -> None:
    program = ApiClient(asked, "harbor", *SCOPES)
    for route, known in QUERIES.items():
        method, _, path = route.partition(" ")
        if not path.startswith("/v1"):
            continue
        sent: dict[str, str] | None = {} if method != "GET" else None
        mistyped = {f"{name}t": f"did you mean {name}?" for name in known} or {"limitt": "there are none"}
        answer = program.ask(method, f"{address(path)}?{'&'.join(f'{one}={VALUE}' for one in mistyped)}", sent)
        said = [f"unknown parameter {one}; {hint}" for one, hint in sorted(mistyped.items())]
        assert (answer.status_code, VALUE in answer.text) == (422, False), route
        pairs = zip(sorted(mistyped), said, strict=True)
        errors = [{"pointer": "#", "detail": detail, "parameter": one} for one, detail in pairs]
        assert answer.json()["errors"] == errors, route
        for name in known:
            twice = program.ask(method, f"{address(path)}?{name}={VALUE}&{name}=", sent)
            assert (twice.status_code, VALUE in twice.text) == (422, False), route
            once = {"pointer": f"#/{name}", "detail": "sent more than once; expected once", "parameter": name}
            assert once in twice.json()["errors"], route


def test_what_a_document_promises_of_a_query_is_what_its_route_reads(asked: ExampleService) -> None:
    paths = ApiClient(asked).ask("GET", "/openapi.json").json()["paths"]
    for route, known in QUERIES.items():
        method, _, path = route.partition(" ")
        said = {one["name"] for one in paths[path][method.lower()]["parameters"] if one["in"] == "query"}
        assert said == set(known), route


@pytest.mark.parametrize(("query", "said"), [
    ("limitt=1", "unknown parameter limitt; did you mean limit?"),
    ("Limit=1", "unknown parameter Limit; did you mean limit?"),
    ("zzz=1", "unknown parameter zzz; there are limit, cursor, outcome, school, grade, band, as_of, changed_since"),
    ("Amara+Silva=", "there is a parameter that is not known here; there are limit, cursor, outcome, school, grade,"
     " band, as_of, changed_since"),
    ("limitt", "unknown parameter limitt; did you mean limit?"),
    ("limit=1&", None), ("&", None), ("", None),
])  # fmt: skip
def test_a_mistyped_filter_does_not_answer_with_everything(asked: ExampleService, query: str, said: str | None) -> None:
    answer = ApiClient(asked, "harbor").ask("GET", f"/v1/scores?{query}")
    found = [one["detail"] for one in answer.json().get("errors", [])]
    assert (answer.status_code, found) == ((422, [said]) if said else (200, []))


@pytest.mark.parametrize(("program", "status"), [((), 401), (("harbor", "models.read"), 403)])
def test_who_may_not_ask_is_not_told_what_may_be_asked(
    asked: ExampleService, program: tuple[str, ...], status: int
) -> None:
    answer = ApiClient(asked, *program).ask("GET", "/v1/scores?limitt=1")
    assert (answer.status_code, answer.json()["errors"]) == (status, [])


@pytest.mark.parametrize("path", ["/livez", "/.well-known/jwks.json", "/openapi.json", "/sign-in", "/learn"])
def test_pages_and_what_a_standard_says_to_ignore_pass_over_what_they_do_not_know(
    asked: ExampleService, path: str
) -> None:
    tracked = Browser(asked, "harbor", "s-ines").get(f"{path}?utm_source=mail&utm_source=mail")
    assert tracked.status_code == Browser(asked, "harbor", "s-ines").get(path).status_code < 400
