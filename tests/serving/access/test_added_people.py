"""People added by hand, who see totals and no student; the pages that the header leads a role to."""

from datetime import UTC, datetime

import pytest

from serving.access.accounts import UnknownStaff, create_password, email_of
from serving.access.people import BY_HAND, NewPerson, add_person, end_access
from serving.access.role_assignments import RoleRefused
from serving.scoring.run_writer import write_run
from serving.store.rows import StaffRow
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import TODAY, ExampleService, run_of

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OPENS = """
                         / /caseload /school /equity /collaborative /models /problems /people /access-log /learn
    observer             . .         x       x       x              .       .         .       .           x
    records_clerk        . .         .       .       .              .       x         .       .           x
    data_team            x x         x       x       x              x       x         .       .           x
    privacy_officer      . .         .       .       .              .       .         x       x           x
    collaborative_member . .         .       .       x              .       .         .       .           x
"""
"""x: the header leads there, and the page opens. To a page without, the header does not lead, and it does not open."""


def added(service: ExampleService, role: str) -> Browser:
    """Somebody with a role who was added by hand in the harbor district, signed in."""
    with service.write_session() as session:
        add_person(session, "harbor", NewPerson(f"a-{role}", "Rosa", "Alvarez", f"{role}@office.org", role))
    return Browser(service, "harbor", f"a-{role}")


def opens() -> dict[str, dict[str, bool]]:
    """The drawn table as role → address → opens."""
    head, *lines = [line.split() for line in OPENS.strip().splitlines()]
    return {line[0]: {path: cell == "x" for path, cell in zip(head, line[1:], strict=True)} for line in lines}


def test_the_header_leads_to_what_a_role_opens_and_to_nothing_else(service: ExampleService) -> None:
    assert {*opens(), "collaborative_office"} == set(BY_HAND)
    for role, table in opens().items():
        rosa = added(service, role)
        header = Tags(rosa.get("/learn").text.partition("<main")[0].partition("places")[2]).attributes
        assert {value for name, value in header if name == "href"} & set(table) == {p for p in table if table[p]}
        for path, opened in table.items():
            assert (rosa.get(path).status_code == 200) == opened, (role, path)
        sees = role == "data_team"
        assert (rosa.get("/students/k-amara").status_code == 200) == sees
        assert (rosa.post("/caseload", {"q": "Amara"}).status_code == 200) == sees


def test_who_lists_no_students_lands_on_their_first_page(service: ExampleService) -> None:
    for role, first in (("records_clerk", "/problems"), ("observer", "/school")):
        answer = added(service, role).get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, first)


def test_who_answers_data_problems_without_seeing_students_is_led_to_none(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    ines.send("/students/k-amara/problems", subject="marks", description="The F in algebra is a B.", entry="a" * 32)
    clerk = added(service, "records_clerk")
    page = clerk.get("/problems").text
    assert "Boateng, Amara" in page
    assert "/students/" not in page
    assert clerk.send(f"/problems/{'a' * 32}", answer="corrected").status_code == 303


def test_a_run_leaves_people_alone_who_were_added_by_hand(service: ExampleService) -> None:
    added(service, "observer")
    with service.write_session() as session:
        write_run(session, run_of("harbor", TODAY.replace(day=27)))
        row = session.get(StaffRow, ("harbor", "a-observer"))
        assert row is not None
        assert row.email == "observer@office.org"


def test_who_is_ended_is_signed_out_and_cannot_sign_in_until_they_get_a_new_password(service: ExampleService) -> None:
    rosa = added(service, "observer")
    with service.write_session() as session:
        password = create_password(session, "harbor", "a-observer")
        email = email_of(session, "harbor", "a-observer")
        assert email_of(session, "harbor", "nobody") == ""
    credentials = {"district": "harbor", "email": email, "password": password}
    assert Browser(service).post("/sign-in", credentials).status_code == 303
    with service.write_session() as session:
        end_access(session, "harbor", "a-observer", NOW)
    assert rosa.get("/learn").status_code == 303
    assert Browser(service).post("/sign-in", credentials).status_code != 303


def test_the_id_or_address_of_somebody_and_a_role_of_a_school_are_refused(service: ExampleService) -> None:
    with service.write_session() as session:
        for staff_id, email in (("s-ines", "new@office.org"), ("o-new", "S-INES@example.org")):
            with pytest.raises(UnknownStaff, match="harbor"):
                add_person(session, "harbor", NewPerson(staff_id, "R", "A", email, "observer"))
        with pytest.raises(RoleRefused, match="principal"):
            add_person(session, "harbor", NewPerson("o-new", "R", "A", "new@office.org", "principal"))
