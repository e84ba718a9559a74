"""Team meetings: an agenda from My week, initials for the room, decisions that become follow-ups, and minutes."""

import re
from datetime import timedelta
from typing import TypeVar

from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.rows import AccessRow, Row
from serving.store.support_rows import FollowUpRow, RevisionRow
from tests.serving.browser import Browser
from tests.serving.example_service import TODAY, ExampleService
from tests.serving.pages.test_follow_through import ines_of, newly_listed, section, words_of

Kind = TypeVar("Kind", bound=Row)
MEETING = "7" * 32
DAY = f"{TODAY}"
DECIDED = {
    "meaning": "The bus is late",
    "decision": "Ask for the earlier bus",
    "owner": "s-kira",
    "due_on": "2026-11-27",
}


def rows(service: ExampleService, table: type[Kind]) -> list[Kind]:
    """Every row of a table."""
    return [row for row in service.rows(table) if isinstance(row, table)]


def called(browser: Browser, *keys: str) -> str:
    """The address of a meeting with some students on its agenda."""
    ticks = {f"student:k-{key}": "yes" for key in keys}
    answer = browser.send("/meetings", held_on=DAY, entry=MEETING, **ticks)
    assert answer.status_code == 303
    return answer.headers["location"]


def decided(browser: Browser, key: str, revision: str = "1", **fields: str) -> int:
    """What the answer to a decision about a student says."""
    form = {"revision": revision, "owner": "s-ines", **fields}
    return browser.send(f"/meetings/{MEETING}/students/k-{key}", **form).status_code


def made_on(browser: Browser, address: str) -> str:
    """On which version of a meeting its form is made."""
    (found,) = re.findall(r'name="on" value="(\w+)"', browser.get(address).text)
    return str(found)


def noted(browser: Browser, address: str, **fields: str) -> int:
    """What the answer to the notes of a meeting says."""
    return browser.send(address, on=made_on(browser, address), **fields).status_code


def test_my_week_suggests_whom_to_put_on_an_agenda_and_why(service: ExampleService) -> None:
    newly_listed(service)
    page = ines_of(service).get("/meetings").text
    assert re.findall(r'name="student:(k-\w+)" value="yes" checked', page) == ["k-amara", "k-bruno"]
    assert "Grade 9 · On the list" in words_of(page)


def test_a_room_sees_initials_and_no_number_of_a_risk_unless_names_are_asked_for(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    student = f"{address}/students/k-amara"
    for path in (address, student, f"{address}/minutes"):
        page = ines.get(path).text
        room = words_of(page.partition("<main")[2])
        assert "A. B." in room
        assert not re.search(r"Amara|Boateng|signals|of 10\b|of 100\b", page.partition("<main")[2]), path
        assert "Boateng, Amara" in ines.get(f"{path}?names=1").text
    assert "What the records show" in ines.get(student).text


def test_a_decision_with_owner_and_day_is_a_follow_up_of_that_person_and_leads_to_the_next_student(
    service: ExampleService,
) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    answer = ines.send(f"{address}/students/k-amara", revision="1", **DECIDED)
    assert answer.headers["location"] == f"{address}/students/k-bruno?done=decision"
    kira = Browser(service, "harbor", "s-kira")
    assert "Ask for the earlier bus" in section(kira.get("/").text, "due")
    assert "Ask for the earlier bus" in words_of(kira.get("/students/k-amara").text)
    assert decided(ines, "amara", "2", **{**DECIDED, "decision": "Ask for a bus pass"}) == 303
    assert [(row.task, row.resolved_at) for row in rows(service, FollowUpRow)] == [("Ask for a bus pass", None)]
    assert decided(ines, "amara", "3", meaning="It is solved") == 303
    assert [row.resolved_by for row in rows(service, FollowUpRow)] == ["s-ines"]


def test_a_decision_with_a_day_and_no_words_is_asked_for_beside_the_field(service: ExampleService) -> None:
    ines = ines_of(service)
    called(ines, "amara")
    assert decided(ines, "amara", due_on="2026-11-27") == 422
    assert decided(ines, "amara", due_on="2026-11-27", decision="Call", owner="s-nobody") == 422
    assert rows(service, FollowUpRow) == []


def test_two_people_who_write_of_one_student_are_shown_both_versions(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara")
    assert decided(Browser(service, "harbor", "s-kira"), "amara", decision="Visit at home") == 303
    answer = ines.send(f"{address}/students/k-amara", revision="1", owner="s-ines", decision="Call on Monday")
    assert answer.status_code == 409
    assert "Visit at home" in answer.text
    assert 'value="Call on Monday"' in answer.text
    assert 'name="revision" value="2"' in answer.text
    assert decided(ines, "amara", "2", decision="Call on Monday") == 303


def test_the_room_sees_the_contacts_of_the_districts_own_system_too(service: ExampleService) -> None:
    ines = ines_of(service)
    page = words_of(ines.get(f"{called(ines, 'amara')}/students/k-amara").text)
    assert "Contact, Nov 6, 2026 Ines Moreno" in page
    assert "None on record" not in page


def test_minutes_and_a_recap_say_what_was_assigned_to_whom(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    decided(ines, "amara", **DECIDED)
    assert noted(ines, address, people="Ines, Kira", review="Begin on time") == 303
    minutes = words_of(ines.get(f"{address}/minutes").text)
    for said in ("Ines, Kira", "Ask for the earlier bus", "Kira Olufsen", "Not talked about", "Begin on time"):
        assert said in minutes
    recap = words_of(ines.get("/meetings/recap").text)
    assert "Boateng, Amara" in recap
    assert "Kira Olufsen" in recap
    assert "Castellanos" not in recap
    later = TODAY + timedelta(days=1)
    assert "Boateng" not in ines.get(f"/meetings/recap?since={later}&until={later}").text


def test_a_meeting_is_its_schools_and_shows_nobody_the_viewer_does_not_see(service: ExampleService) -> None:
    address = called(ines_of(service), "amara", "bruno", "chloe")
    assert [row.student_key for row in rows(service, MeetingItemRow)] == ["k-amara", "k-bruno"], "chloe is not hers"
    mateo = Browser(service, "harbor", "s-mateo").get(address)
    assert "2 more are on it whom you do not see." in words_of(mateo.text)
    assert "A. B." not in mateo.text
    for staff_id, path in (
        ("s-jonas", address),
        ("s-lena", address),
        ("s-lena", "/meetings"),
        ("s-lena", "/meetings/recap"),
    ):
        assert Browser(service, "harbor", staff_id).get(path).status_code == 404, (staff_id, path)
    assert Browser(service, "mesa", "s-ines").get(address).status_code == 404


def test_every_page_of_a_meeting_names_its_students_in_the_access_log(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    for path in (address, f"{address}/minutes", f"{address}/students/k-bruno"):
        ines.get(path)
    noted = [(row.action, row.object, row.students) for row in rows(service, AccessRow)]
    both = ["k-amara", "k-bruno"]
    assert noted == [
        ("write", "meeting", both), ("list", "meeting", both), ("list", "minutes", both),
        ("write", "meeting", ["k-bruno"]),
    ]  # fmt: skip


def test_the_same_form_sent_twice_calls_one_meeting(service: ExampleService) -> None:
    ines = ines_of(service)
    called(ines, "amara")
    called(ines, "amara", "bruno")
    assert len(rows(service, MeetingItemRow)) == 2


def test_a_meeting_moves_and_loses_students_and_the_log_keeps_what_was_decided(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    decided(ines, "amara", **DECIDED)
    on = made_on(ines, f"{address}/change")
    form = {"held_on": f"{TODAY + timedelta(days=3)}", "on": on, "student:k-amara": "yes"}
    assert ines.send(f"{address}/change", **form).status_code == 303
    assert [row.student_key for row in rows(service, MeetingItemRow)] == ["k-bruno"]
    assert "November 23" in words_of(ines.get(address).text)
    kept = [str(row.content) for row in rows(service, RevisionRow)]
    assert DAY in kept[0]
    assert "Ask for the earlier bus" in kept[1]
    assert [row.resolved_at for row in rows(service, FollowUpRow)] == [None], "what was asked of Kira stays"
    assert ("meeting changed", ["k-amara"]) in [(row.object, row.students) for row in rows(service, AccessRow)]


def test_a_meeting_is_deleted_by_who_called_it_once_they_say_so(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara")
    assert Browser(service, "harbor", "s-mateo").send(f"{address}/delete", sure="yes").status_code == 404
    assert ines.send(f"{address}/delete").status_code == 422
    assert len(rows(service, MeetingRow)) == 1
    assert ines.send(f"{address}/delete", sure="yes").headers["location"] == "/meetings?done=meeting_deleted"
    assert (rows(service, MeetingRow), rows(service, MeetingItemRow)) == ([], [])
    assert ines.get(address).status_code == 404
    assert rows(service, AccessRow)[-1].object == "meeting deleted"
    assert "k-amara" in str(rows(service, RevisionRow)[0].content)


def test_two_people_who_change_one_meeting_are_shown_both_versions(service: ExampleService) -> None:
    ines, kira = ines_of(service), Browser(service, "harbor", "s-kira")
    address = called(ines, "amara")
    on = made_on(ines, address)
    assert noted(kira, address, people="Kira") == 303
    answer = ines.send(address, on=on, people="Ines", review="")
    assert answer.status_code == 409
    assert "<dd>Kira</dd>" in answer.text
    assert ">Ines</textarea>" in answer.text
    assert ines.send(f"{address}/change", on=on, held_on=DAY).status_code == 409
