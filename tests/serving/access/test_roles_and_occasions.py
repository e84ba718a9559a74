"""Roles × occasions: who opens what an occasion needs from the header, in one click, and who does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.access.people import NewPerson, add_person
from serving.access.role_assignments import give_role
from tests.serving.browser import Browser, Tags
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import NOW, ExampleService

NEEDS = {
    "monday": "/caseload",
    "meeting": "/meetings",
    "review": "/school",
    "board": "/equity",
    "sheet": "/school/board",
    "family": "/students",
}
"""The page of each occasion: Monday's list, a team's meeting, a school's review, the board and its sheet, a family."""
OCCASIONS = """
                         monday meeting review board sheet family
    counselor            x      x       .      .     .     x
    teacher_on_the_team  x      x       .      .     .     x
    assistant_principal  x      x       x      x     x     x
    principal            x      x       x      x     x     x
    attendance_clerk     .      .       .      .     .     .
    district_lead        x      .       x      x     x     x
    data_team            x      .       x      x     x     x
    privacy_officer      .      .       .      .     .     .
    superintendent       .      .       x      x     x     .
    board_member         .      .       x      x     x     .
"""
BELOW = {"family", "sheet"}
"""Pages that a page of the header leads to."""
STAFF = {"counselor": "s-ines", "principal": "s-kira", "district_lead": "s-lena", "teacher_on_the_team": "s-ines"}
ADDED = {
    "attendance_clerk": "records_clerk", "data_team": "data_team", "privacy_officer": "privacy_officer",
    "superintendent": "observer", "board_member": "observer",
}  # fmt: skip
"""A teacher on the team is somebody with students on a caseload; an assistant principal holds the principal's role."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service with somebody of each kind."""
    folder = tmp_path_factory.mktemp("occasions")
    copy_prepared(prepared, folder)
    for one in opened(folder):
        with one.write_session() as session:
            for kind, role in ADDED.items():
                add_person(session, "harbor", NewPerson(kind, kind, "Added", f"{kind}@office.org", role))
            give_role(session, "harbor", "s-mateo", "principal", "north", NOW)
        yield one


def somebody(service: ExampleService, kind: str) -> Browser:
    """Somebody of a kind, signed in."""
    if kind != "assistant_principal":
        return Browser(service, "harbor", STAFF.get(kind, kind))
    mateo = Browser(service, "harbor", "s-mateo")
    mateo.send("/roles", role="principal:north")
    return mateo


def test_each_opens_in_one_click_what_the_occasion_needs_and_cannot_open_the_rest(service: ExampleService) -> None:
    head, *lines = [line.split() for line in OCCASIONS.strip().splitlines()]
    for kind, *marks in lines:
        browser = somebody(service, kind)
        header = {value for name, value in Tags(browser.get("/learn").text).attributes if name == "href"}
        for occasion, mark in zip(head, marks, strict=True):
            page = NEEDS[occasion]
            asked = "/students/k-amara/family" if occasion == "family" else page
            assert (browser.get(asked).status_code == 200) == (mark == "x"), (kind, occasion)
            if occasion not in BELOW:
                assert (page in header) == (mark == "x"), (kind, occasion)
