"""Roles that are given by hand: who holds several chooses one, sees what it sees, and may change it."""

import pytest

from serving.access.role_assignments import RoleRefused, give_role, take_role
from serving.store.database import write_session
from tests.serving.browser import Browser
from tests.serving.example_service import NOW, ExampleService

# x: opens the page in this role. Kira leads the north school; Dmitri is in the south school.
OPENS = """
    role                      /students/k-amara  /students/k-dmitri  /caseload  /problems  /
    principal:north           x                  .                   x          .          x
    principal:south           .                  x                   x          .          x
    data_team:                x                  x                   x          x          x
    privacy_officer:          .                  .                   .          .          .
"""


def give(service: ExampleService, staff_id: str, role: str, school_id: str = "", *, take: bool = False) -> None:
    """Gives somebody of the harbor district a role, or takes it."""
    with write_session(service.engine) as session:
        if take:
            take_role(session, "harbor", staff_id, role, school_id)
        else:
            give_role(session, "harbor", staff_id, role, school_id, NOW)


def with_every_role(service: ExampleService) -> Browser:
    """The principal of the north school, who was given every other role of the table."""
    give(service, "s-kira", "principal", "south")
    give(service, "s-kira", "data_team")
    give(service, "s-kira", "privacy_officer")
    return Browser(service, "harbor", "s-kira")


def test_who_holds_one_role_is_not_asked(service: ExampleService) -> None:
    kira = Browser(service, "harbor", "s-kira")
    assert kira.get("/").status_code == 200
    assert kira.get("/roles?next=/caseload").headers["location"] == "/caseload"
    assert "/roles" not in kira.get("/").text


def test_who_holds_several_chooses_and_is_led_on_to_the_page_that_was_asked_for(service: ExampleService) -> None:
    kira = with_every_role(service)
    assert kira.get("/caseload?sort=name").headers["location"] == "/roles?next=%2Fcaseload%3Fsort%3Dname"
    page = kira.get("/roles?next=/caseload").text
    assert page.count('name="role"') == 4
    chosen = kira.send("/roles", role="principal:south", next="/caseload")
    assert chosen.headers["location"] == "/caseload"
    later = Browser(service, "harbor", "s-kira")
    assert later.get("/caseload").status_code == 200
    assert 'href="/roles">Change role</a>' in later.get("/caseload").text


def test_each_role_opens_what_the_table_says(service: ExampleService) -> None:
    kira = with_every_role(service)
    head, *lines = [line.split() for line in OPENS.strip().splitlines()]
    for role, *cells in lines:
        kira.send("/roles", role=role)
        for path, cell in zip(head[1:], cells, strict=True):
            assert (kira.get(path).status_code == 200) == (cell == "x"), (role, path)


def test_a_role_that_is_taken_back_holds_no_longer_and_one_never_given_cannot_be_chosen(
    service: ExampleService,
) -> None:
    kira = with_every_role(service)
    assert kira.send("/roles", role="district:").status_code == 404
    kira.send("/roles", role="data_team:")
    assert kira.get("/problems").status_code == 200
    give(service, "s-kira", "data_team", take=True)
    assert kira.get("/problems").headers["location"].startswith("/roles")


def test_a_students_page_names_those_who_see_it_by_a_role_given_by_hand(service: ExampleService) -> None:
    give(service, "s-mateo", "data_team")
    page = Browser(service, "harbor", "s-ines").get("/students/k-amara").text
    assert "Mateo Quigley<span" in page


@pytest.mark.parametrize(
    ("role", "school", "says"),
    [
        ("teacher", "", "unknown role teacher; expected one of counselor"),
        ("principal", "", "needs --school"),
        ("data_team", "north", "takes no --school"),
        ("principal", "west", "has no school 'west'"),
    ],
)
def test_a_role_that_cannot_be_is_refused(service: ExampleService, role: str, school: str, says: str) -> None:
    with pytest.raises(RoleRefused, match=says):
        give(service, "s-kira", role, school)
