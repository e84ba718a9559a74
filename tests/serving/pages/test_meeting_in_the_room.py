"""A team meeting as a room sees it: begun in one step, students added by name, initials on every page it leads to."""

import re
from datetime import date

import pytest

from serving.pages.meeting_student import offered_day
from serving.pages.student_names import without_names
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.rows import AccessRow, StudentRow
from serving.store.support_rows import FollowUpRow
from tests.serving.browser import Browser
from tests.serving.example_service import TODAY, ExampleService
from tests.serving.pages.test_follow_through import ines_of, words_of
from tests.serving.pages.test_meeting import DAY, DECIDED, MEETING, called, decided, made_on, rows

NAMES = re.compile(r"(?<!k-)(?:Amara|Boateng|Bruno|Castellanos)", re.IGNORECASE)
"""A name of theirs, and not the key in an address."""


def on_agenda(service: ExampleService) -> list[str]:
    """The keys of those on the agenda, in its order."""
    return [row.student_key for row in sorted(rows(service, MeetingItemRow), key=lambda row: row.position)]


def links_of(html: str) -> list[str]:
    """Where the main part of a page leads, but for its switch to names and the caseload."""
    found = re.findall(r'href="([^"]+)"', html.partition("<main")[2])
    return [
        one for one in dict.fromkeys(found) if "names=1" not in one and one.startswith(("/meetings/", "/students/"))
    ]


def test_a_meeting_begins_with_the_first_student_and_keeps_who_is_here(service: ExampleService) -> None:
    ines = ines_of(service)
    ticks = {"student:k-amara": "yes", "student:k-bruno": "yes"}
    answer = ines.send("/meetings", held_on=DAY, entry=MEETING, do="begin", people="Ines, Kira", **ticks)
    assert answer.headers["location"] == f"/meetings/{MEETING}/students/k-amara"
    assert [row.people for row in rows(service, MeetingRow)] == ["Ines, Kira"]


def test_begin_saves_what_was_typed_and_the_last_student_leads_to_the_minutes(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    notes = {"on": made_on(ines, address), "people": "Ines, Kira"}
    assert ines.send(address, do="begin", **notes).headers["location"] == f"{address}/students/k-amara?done=meeting"
    assert [row.people for row in rows(service, MeetingRow)] == ["Ines, Kira"]
    assert decided(ines, "amara") == 303
    said = {"on": made_on(ines, address), "people": "Ines"}
    assert f"{address}/students/k-bruno?" in ines.send(address, do="begin", **said).headers["location"]
    last = ines.send(f"{address}/students/k-bruno", revision="1", owner="s-ines")
    assert last.headers["location"] == f"{address}/minutes?done=decision"
    review = {"on": made_on(ines, f"{address}/minutes"), "people": "Ines", "review": "Begin on time"}
    assert ines.send(address, do="minutes", **review).headers["location"] == f"{address}/minutes?done=meeting"
    assert [(row.people, row.review) for row in rows(service, MeetingRow)] == [("Ines", "Begin on time")]


def test_minutes_that_a_colleague_changed_are_shown_with_both_versions(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara")
    on = made_on(ines, address)
    assert ines.send(address, on=on, people="Kira", do="minutes").status_code == 303
    answer = ines.send(address, on=on, people="Ines", review="Begin on time", do="minutes")
    assert answer.status_code == 409
    assert "<dd>Kira</dd>" in answer.text
    assert ">Begin on time</textarea>" in answer.text


def test_initials_hold_on_every_page_that_a_meeting_leads_to(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    decided(ines, "amara", **{**DECIDED, "decision": "Ask amara for the bus", "meaning": "The Boateng family moved"})
    seen, waiting = set[str](), [address, f"{address}/minutes"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        page = ines.get(path).text
        written = re.sub(r"<textarea.*?</textarea>|<input[^>]*>", "", page, flags=re.DOTALL)
        is_whole_page = path.startswith("/students/k-amara?")  # not for a projector: what people wrote stands there
        assert not NAMES.search(written.partition("</h1>")[0] if is_whole_page else written), path
        within = links_of(page) if path.startswith("/meetings/") else []
        waiting += [one for one in within if one not in seen and one != "/meetings/recap"]
    ends = {re.sub(r"^/(meetings/\w{32}|students/k-\w+)", "", path).partition("?")[0] for path in seen}
    assert {"", "/minutes", "/change", "/plans/new", "/contacts/new", "/students/k-bruno"} <= ends
    refused = ines.send("/students/k-amara/plans", back=f"meeting-{MEETING}", goal="")
    assert refused.status_code == 422
    assert not NAMES.search(refused.text)


def test_names_stay_once_asked_for(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    student = ines.get(f"{address}/students/k-amara?names=1").text
    assert f"?back=meeting-{MEETING}-names" in student
    assert "Amara Boateng" in ines.get(f"/students/k-amara/contacts/new?back=meeting-{MEETING}-names").text
    contact = {"reached": "yes", "kind": "call", "party": "family", "day": DAY, "back": f"meeting-{MEETING}-names"}
    saved = ines.send("/students/k-amara/contacts", **contact)
    assert saved.headers["location"] == f"{address}/students/k-amara?names=1&done=contact"
    kept = ines.send(address, on=made_on(ines, address), names="1", do="begin")
    assert kept.headers["location"].endswith("?done=meeting&names=1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call AMARA's aunt", "Call A.'s aunt"),
        ("An aunt of an An", "A. aunt of an A."),
        ("Lee-Boateng, nobody else", "L.-B., nobody else"),
        ("Boatengs and amaranth stay", "Boatengs and amaranth stay"),
    ],
)
def test_a_text_for_the_room_has_initials_where_it_named_the_student(text: str, shown: str) -> None:
    assert without_names(text, StudentRow(first_name="Amara An", last_name="Lee-Boateng")) == shown


@pytest.mark.parametrize("typed", ["bruno", "Castellanos, Bruno", "101"])
def test_a_student_is_added_by_name_or_number(service: ExampleService, typed: str) -> None:
    ines = ines_of(service)
    address = called(ines, "amara")
    answer = ines.send(f"{address}/agenda", add=typed)
    assert answer.headers["location"] == f"{address}?done=on_agenda"
    assert on_agenda(service) == ["k-amara", "k-bruno"]
    last = rows(service, AccessRow)[-1]
    assert (last.action, last.students) == ("write", ["k-bruno"])
    assert typed not in f"{last.object}{last.reason}"


def test_of_several_with_a_name_one_is_ticked_and_nobody_else_is_found(service: ExampleService) -> None:
    ines = ines_of(service)
    address = called(ines, "amara")
    several = ines.send(f"{address}/agenda", add="10")
    assert several.status_code == 422
    assert 'name="student:k-bruno"' in several.text
    assert not NAMES.search(several.text)
    assert "chloe" not in several.text, "she is not one of hers"
    for typed, said in (("chloe", "No student of yours has this name"), ("zz", "Type a part of it")):
        assert said in words_of(ines.send(f"{address}/agenda", add=typed).text)
    assert ines.send(f"{address}/agenda", add="10", **{"student:k-bruno": "yes"}).status_code == 303
    assert on_agenda(service) == ["k-amara", "k-bruno"]


def test_a_meeting_is_called_with_a_student_who_is_typed_and_keeps_the_ticks_where_it_is_refused(
    service: ExampleService,
) -> None:
    ines = ines_of(service)
    refused = ines.send("/meetings", held_on=DAY, entry=MEETING, sent="yes", add="zz", people="Ines")
    assert refused.status_code == 422
    assert "checked" not in refused.text
    assert 'value="Ines"' in refused.text
    assert rows(service, MeetingRow) == []
    ines.send("/meetings", held_on=DAY, entry=MEETING, sent="yes", add="bruno", **{"student:k-amara": "yes"})
    assert on_agenda(service) == ["k-amara", "k-bruno"]


def test_the_day_that_a_decision_has_to_begin_with_asks_nothing_of_anybody_until_words_are_written(
    service: ExampleService,
) -> None:
    ines = ines_of(service)
    address = called(ines, "amara", "bruno")
    offered = f"{offered_day(TODAY)}"
    assert f'name="due_on" type="date" value="{offered}"' in ines.get(f"{address}/students/k-amara").text
    assert decided(ines, "amara", due_on=offered, offered=offered) == 303
    assert rows(service, FollowUpRow) == []
    assert decided(ines, "bruno", due_on=offered, offered=offered, decision="Call the family") == 303
    assert [f"{row.due_on}" for row in rows(service, FollowUpRow)] == [offered]
    assert decided(ines, "bruno", "2", due_on="2026-11-30", offered=offered) == 422, "a day that somebody chose"


@pytest.mark.parametrize(("today", "day"), [(20, 27), (21, 30), (22, 30), (23, 30)])
def test_it_is_a_school_day_of_the_week_after(today: int, day: int) -> None:
    assert offered_day(date(2026, 11, today)) == date(2026, 11, day)


def test_nobody_of_another_school_adds_to_an_agenda(service: ExampleService) -> None:
    address = called(ines_of(service), "amara")
    assert Browser(service, "harbor", "s-jonas").send(f"{address}/agenda", add="bruno").status_code == 404
    assert on_agenda(service) == ["k-amara"]
