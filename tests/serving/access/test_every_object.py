"""The full product: programs of each district and school × every operation of the document × every object.

Each id of a path, a query or a body is that of something of the program's own, of another school, of another district,
and of nothing. What is hidden is answered as what is not there: the same words, header fields and number of statements;
what is the program's own is answered. Two districts in which most ids are the same, and two schools in each.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.exceptions import HTTPException

from docs.reference_calls import OPEN
from serving.access.scopes import SCOPES
from tests.serving.access.api_calls import (
    VARYING,
    Asker,
    Call,
    counted_statements,
    leaks,
    names_of,
    operations,
    undocumented,
    unreached,
)
from tests.serving.access.placed_objects import ABSENT, Place, place_objects, place_students
from tests.serving.browser import ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.district_rows import rows_of
from tests.serving.example_service import DISTRICTS, ExampleService

PROGRAMS = [(district_id, schools) for district_id in DISTRICTS for schools in ((), ("north",))]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service with an object of each kind in each school of both districts."""
    folder = tmp_path_factory.mktemp("both")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        place_students(service)
        yield service


@pytest.fixture(scope="module")
def counted(both: ExampleService) -> Iterator[list[str]]:
    """The statements that reach the database."""
    with counted_statements(both.context.engine) as statements:
        yield statements


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_what_is_not_a_program_s_own_is_answered_as_if_there_were_nothing(
    both: ExampleService, counted: list[str], number: int
) -> None:
    district_id, schools = PROGRAMS[number]
    asker = Asker(
        ApiClient(both, district_id, *SCOPES, schools=schools),
        district_id,
        schools,
        place_objects(both, number),
        counted,
    )
    other = next(one for one in DISTRICTS if one != district_id)
    before, document = rows_of(both, other), both.app.openapi()["paths"]
    asker.program.ask("GET", "/v1/track-record")  # what a first request looks up once
    for operation, names in operations(both):
        calls = list(asker.calls(operation, names))
        told = {
            call.address: [*leaks(asker, call), *unreached(asker, call), *undocumented(asker, call, document)]
            for call in calls
        }
        assert {address: one for address, one in told.items() if one} == {}, (operation.method, *PROGRAMS[number])
    assert rows_of(both, other) == before


def test_head_is_get_without_content_and_tags_are_sent_where_the_document_says(both: ExampleService) -> None:
    places = place_objects(both, len(PROGRAMS))
    program = ApiClient(both, "harbor", *SCOPES)
    document = both.app.openapi()["paths"]
    asked: list[tuple[Call, list[str]]] = [(Call("GET", one, ""), []) for one in OPEN if "get" in document[one]]
    gets = [(call, names) for call, names in operations(both) if call.method == "GET"]
    assert len(gets) > 12
    for operation, names in [*gets, *asked]:
        call = Call("GET", operation.path, operation.scope, dict.fromkeys(names, places[0]))
        whole, head = (program.ask(method, call.address) for method in ("GET", "HEAD"))
        own = [{k: v for k, v in one.headers.items() if k not in VARYING} for one in (whole, head)]
        assert (whole.status_code, head.status_code, head.content, own[1]) == (200, 200, b"", own[0]), call.address
        promised = document[call.path]["get"]["responses"]["200"]["headers"]
        assert ("ETag" in promised) == ("etag" in whole.headers), call.address


NORTH, SOUTH = (
    Place("harbor", one, {"student_key": f"k-{one}", "run_id": f"run-{one}"}, f"Zz{one}") for one in ("north", "south")
)


@pytest.fixture
def asker(service: ExampleService) -> Iterator[Asker]:
    """A program of one school in harbor."""
    program = ApiClient(service, "harbor", *SCOPES, schools=("north",))
    with counted_statements(service.context.engine) as statements:
        program.ask("GET", "/v1/track-record")
        assert statements
        yield Asker(program, "harbor", ("north",), [NORTH, SOUTH], statements)


def added(asker: Asker, answer: Callable[[str], dict[str, str]], path: str = "/v1/added/{student_key}") -> list[str]:
    """What is found of a new route by its answers about a student of the program's school and of another."""
    app = asker.program.client.app
    assert isinstance(app, FastAPI)

    @app.get(path)
    def get_added(student_key: str = "") -> dict[str, str]:
        return answer(student_key)

    names = ["student_key"] if "{" in path else []
    calls = asker.calls(Call("GET", path, "scores.read"), names)
    return [one for call in calls for one in leaks(asker, call) + unreached(asker, call)]


@pytest.mark.parametrize("word", ["Dunham", "Mesa Valley", "k-chloe", "Zzsouth"])
def test_an_operation_that_tells_too_much_is_found(asker: Asker, word: str) -> None:
    assert added(asker, lambda _: {"said": word}, "/v1/added") == [f"says {word}"]


def test_an_operation_that_shows_a_hidden_student_is_found(asker: Asker) -> None:
    found = added(asker, lambda key: {"grade": "nine"} if key != ABSENT["student_key"] else {})
    assert found == ["student_key of another is not as if there were nothing"]


def test_an_operation_that_looks_further_for_a_hidden_student_is_found(asker: Asker, service: ExampleService) -> None:
    def look(key: str) -> dict[str, str]:
        for _ in range(1 if key == ABSENT["student_key"] else 2):
            with service.read_session() as session:
                session.execute(text("SELECT 1"))
        return {}

    (found,) = added(asker, look)
    assert found.startswith("student_key of another takes ")


def test_an_operation_that_hides_a_program_s_own_student_is_found(asker: Asker) -> None:
    def hide(_: str) -> dict[str, str]:
        raise HTTPException(404)

    (found,) = added(asker, hide)
    assert found.startswith("answers its own program 404")


@pytest.mark.parametrize("place", ["path", "query"])
def test_a_new_name_of_an_id_is_noticed(place: str) -> None:
    with pytest.raises(AssertionError, match="say in placed_objects"):
        names_of("GET", "/v1/new", {"parameters": [{"in": place, "name": "note_id"}]})
