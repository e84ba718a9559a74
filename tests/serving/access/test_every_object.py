"""The full product: what programs of each district and school × every operation of the document × every object answer.

Two districts in which every id is the same, and two schools in each. Nothing that is not a program's own is ever in
an answer, and what is hidden is no different from what is not there.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import httpx
import pytest

from serving.access.scopes import SCOPES
from serving.app import API_ROUTERS
from serving.route_access import access_by_route
from tests.serving.access.test_every_api_route import address
from tests.serving.browser import ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.district_rows import rows_of
from tests.serving.example_service import DISTRICTS, STUDENTS, ExampleService, person

SCHOOLS: tuple[tuple[str, ...], ...] = ((), ("north",), ("south",))
ABSENT = "k-nobody"
VARYING = ("x-request-id", "ratelimit", "date")
BODIES: Mapping[str, object] = {
    "POST /v1/scores": {
        "enrollments": [
            {"school_id": "north", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17"}
        ]
    },
}
"""Bodies that operations take; the others are asked with an empty object."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service with both districts."""
    folder = tmp_path_factory.mktemp("both")
    copy_prepared(prepared, folder)
    yield from opened(folder)


def operations(service: ExampleService) -> list[tuple[str, str]]:
    """Every operation of the document that needs a scope, as method and path."""
    document = cast("dict[str, dict[str, object]]", service.app.openapi()["paths"])
    declared = access_by_route(API_ROUTERS)
    assert {f"{method.upper()} {path}" for path, found in document.items() for method in found} == set(declared)
    return [(method, path) for method, _, path in (one.partition(" ") for one in declared) if path.startswith("/v1")]


def foreign(district_id: str, schools: tuple[str, ...]) -> list[str]:
    """Words that a program may never read: names of the other district, and of schools that are not its own."""
    other = next(one for one in DISTRICTS if one != district_id)
    words = [" ".join(person(other, harbor, mesa)) for harbor, mesa, *_ in STUDENTS]
    for harbor, mesa, _, school, *_ in STUDENTS:
        if schools and school not in schools:
            words.append(" ".join(person(district_id, harbor, mesa)))
    return [DISTRICTS[other], *(name.split()[1] for name in words if "<" not in name)]


def hidden_keys(schools: tuple[str, ...]) -> set[str]:
    """The students whom a program of these schools does not see."""
    return {key for _, _, key, school, *_ in STUDENTS if schools and school not in schools}


def ask(program: ApiClient, method: str, path: str, student: str) -> httpx.Response:
    """What an operation answers about a student."""
    body = None if method == "GET" else BODIES.get(f"{method} {path}", {})
    return program.ask(method, address(path, student), body)


def said_without_ids(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """Everything that an answer says but what is different each time."""
    return answer.status_code, answer.text, {k: v for k, v in answer.headers.items() if k not in VARYING}


def leaks(program: ApiClient, method: str, path: str, who: tuple[str, tuple[str, ...]]) -> list[str]:
    """What an operation tells a program that it must not."""
    found: list[str] = []
    hidden, about = hidden_keys(who[1]), "{student_key}" in path
    absent = said_without_ids(ask(program, method, path, ABSENT)) if about else None
    for _, _, key, *_ in STUDENTS if about else STUDENTS[:1]:
        answer = ask(program, method, path, key)
        found += [word for word in (*foreign(*who), *(hidden - {key})) if word in answer.text]
        if about and key in hidden and said_without_ids(answer) != absent:
            found.append(f"{key} is not as if there were nobody")
        if about and method == "GET" and key not in hidden and answer.status_code == 404:
            found.append(f"{key} is hidden from its own program")
    return found


def test_no_operation_tells_a_program_what_is_not_its_own_or_changes_it(both: ExampleService) -> None:
    for district_id, other in zip(DISTRICTS, reversed(DISTRICTS), strict=True):
        before = rows_of(both, other)
        for schools in SCHOOLS:
            program = ApiClient(both, district_id, *SCOPES, schools=schools)
            for method, path in operations(both):
                assert leaks(program, method, path, (district_id, schools)) == [], (district_id, schools, method, path)
        assert rows_of(both, other) == before, district_id


@pytest.mark.parametrize("said", ["Dunham", "Mesa Valley", "k-chloe"])
def test_an_operation_that_tells_too_much_is_found(service: ExampleService, said: str) -> None:
    service.app.get("/v1/leak")(lambda: {"said": said})
    program = ApiClient(service, "harbor", *SCOPES, schools=("north",))
    assert leaks(program, "GET", "/v1/leak", ("harbor", ("north",))) == [said]


def test_an_operation_that_shows_a_hidden_student_is_found(service: ExampleService) -> None:
    @service.app.get("/v1/open/{student_key}")
    def get_student(student_key: str) -> dict[str, str]:
        return {"grade": "nine"} if student_key != ABSENT else {}

    program = ApiClient(service, "harbor", *SCOPES, schools=("north",))
    found = leaks(program, "GET", "/v1/open/{student_key}", ("harbor", ("north",)))
    assert found == ["k-chloe is not as if there were nobody", "k-dmitri is not as if there were nobody"]
