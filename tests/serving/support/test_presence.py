"""What a page need not ask: tables without a row about the student, and what its one state has already answered."""

from dataclasses import replace

from serving.access.authorize import Educator, OneStudent, can_see
from serving.store.database import read_session, write_session
from serving.store.rows import CaseloadRow, RosterSupportRow
from serving.store.support_rows import ContactRow, NoteRow
from serving.support.presence import tables_about
from tests.serving.browser import Browser
from tests.serving.example_service import TODAY, ExampleService
from tests.serving.pages.example_entries import CONTACT, STUDENT

AMARA = OneStudent("k-amara")
INES = Educator("harbor", "s-ines", "counselor", None, TODAY)
JONAS = replace(INES, staff_id="s-jonas")


def test_a_table_is_named_once_something_about_the_student_stands_in_it(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    assert about(service, "harbor") == {RosterSupportRow}
    ines.send(f"{STUDENT}/contacts", **CONTACT, entry="a" * 32)
    ines.send(f"{STUDENT}/notes", body="A draft.", draft="yes", entry="b" * 32)
    assert about(service, "harbor") == {RosterSupportRow, ContactRow, NoteRow}
    assert about(service, "mesa") == {RosterSupportRow}


def about(service: ExampleService, district_id: str) -> set[object]:
    """The tables with something about one student of a district."""
    with read_session(service.engine, district_id) as session:
        return set(tables_about(session, district_id, AMARA.student_key))


def test_who_sees_a_student_is_kept_by_person_while_reading_and_asked_anew_after_a_change(
    service: ExampleService,
) -> None:
    with read_session(service.engine, "harbor") as session:
        assert [can_see(session, one, AMARA) for one in (INES, JONAS, INES, JONAS)] == [True, False, True, False]
    with write_session(service.engine, "harbor") as session:
        assert not can_see(session, JONAS, AMARA)
        session.add(CaseloadRow(district_id="harbor", staff_id="s-jonas", student_key="k-amara", start_date=TODAY))
        session.flush()
        assert can_see(session, JONAS, AMARA)
