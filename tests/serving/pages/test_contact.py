"""Logging a contact: in one step, once however often it is sent, by those who may, and with every write on the log."""

import re
from datetime import date

import pytest

from serving.store.support_rows import ContactRow, FollowUpRow
from serving.support.contacts import weekdays_after
from tests.serving.access.test_authorize import rows
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import TODAY, ExampleService

AMARA = "/students/k-amara"
CALL = {"kind": "call", "party": "family", "day": f"{TODAY}", "reached": "yes"}
TRIED = {**CALL, "reached": "no"}
STEP = {"next_step": "Ask for the early bus", "due_on": "2026-11-24", "asked_of": "s-ines"}
ENTRY = "ab" * 16


def words_of(html: str) -> str:
    """The words of a page, on one line."""
    return re.sub(r"\s+", " ", Tags(html).words)


def contacts(service: ExampleService) -> list[ContactRow]:
    return [row for row in service.rows(ContactRow) if isinstance(row, ContactRow)]


def test_a_contact_is_on_the_page_and_the_last_contact_of_the_list(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    answer = ines.send(f"{AMARA}/contacts", **CALL, result="The bus is late")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{AMARA}?done=contact")
    page = words_of(ines.get(answer.headers["location"]).text)
    assert "The contact is on record." in page
    assert "Phone call, Nov 20, 2026 Family, Ines Moreno The bus is late" in page
    assert "Nov 20, 2026" in words_of(ines.get("/caseload").text)


def test_one_only_tried_is_no_contact_and_comes_back_after_the_declared_days(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    ines.send(f"{AMARA}/contacts", **TRIED)
    page = words_of(ines.get(AMARA).text)
    assert "Tried, not reached. Try again on Nov 25, 2026." in page, "three weekdays after a Friday"
    assert "Nov 6, 2026" in words_of(ines.get("/caseload").text)


def test_the_day_of_the_next_try_is_on_the_form_and_counts_for_a_try_alone(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    form = ines.get(f"{AMARA}/contacts/new").text.split("<form")[-1]
    assert 'name="try_again_on" type="date" value="2026-11-25"' in form.split("<details")[0]
    ines.send(f"{AMARA}/contacts", **CALL, try_again_on="2026-11-25")
    ines.send(f"{AMARA}/contacts", **CALL, try_again_on="never")
    assert [row.try_again_on for row in contacts(service)] == [None, None]


@pytest.mark.parametrize(("start", "count", "day"), [
    ("2026-11-20", 1, "2026-11-23"), ("2026-11-20", 3, "2026-11-25"), ("2026-11-21", 1, "2026-11-23"),
    ("2026-11-23", 5, "2026-11-30"), ("2026-11-23", 0, "2026-11-23"),
])  # fmt: skip
def test_a_try_comes_back_on_a_weekday(start: str, count: int, day: str) -> None:
    assert weekdays_after(date.fromisoformat(start), count) == date.fromisoformat(day)


@pytest.mark.parametrize(("said", "task", "due_on"), [
    ({"due_in": "7"}, "Follow up", "2026-11-27"), ({"due_in": "14", "next_step": "Call"}, "Call", "2026-12-04"),
    ({"due_in": "7", "due_on": "2026-11-24"}, "Follow up", "2026-11-24"), ({"due_in": "x"}, None, None),
])  # fmt: skip
def test_a_follow_up_is_asked_for_by_a_day_or_in_weeks_and_needs_no_words(
    service: ExampleService, said: dict[str, str], task: str | None, due_on: str | None
) -> None:
    ines = Browser(service, "harbor", "s-ines")
    assert ines.send(f"{AMARA}/contacts", **CALL, asked_of="s-ines", **said).status_code == 303
    found = [(row.task, f"{row.due_on}") for row in service.rows(FollowUpRow) if isinstance(row, FollowUpRow)]
    assert found == ([(task, due_on)] if task else [])


def test_sending_a_form_twice_logs_one_contact(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    form = {**CALL, **STEP, "entry": ENTRY}
    assert [ines.send(f"{AMARA}/contacts", **form).status_code for _ in range(2)] == [303, 303]
    assert len(contacts(service)) == len(service.rows(FollowUpRow)) == 1


@pytest.mark.parametrize(("wrong", "says"), [
    ({"reached": ""}, "Choose one of these."),
    ({"kind": "pigeon"}, "Choose one of these."),
    ({"day": "2026-11-21"}, "This date is too late."),
    ({"day": "2020-01-01"}, "This date is too early."),
    ({"day": "soon"}, "Give a date"),
    ({"result": "x" * 1001}, "This is too long."),
    ({"reached": "no", "try_again_on": "2026-11-01"}, "This date is too early."),
    ({**STEP, "asked_of": "s-jonas"}, "Choose one of these."),
])  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(
    service: ExampleService, wrong: dict[str, str], says: str
) -> None:
    ines = Browser(service, "harbor", "s-ines")
    answer = ines.send(f"{AMARA}/contacts", **{**CALL, "next_step": "", "result": "Kept words", **wrong})
    assert answer.status_code == 422
    assert says in words_of(answer.text)
    assert ("result" in wrong) or "Kept words" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert contacts(service) == []


def test_a_form_without_the_token_of_its_session_is_refused(service: ExampleService) -> None:
    ines, kira = Browser(service, "harbor", "s-ines"), Browser(service, "harbor", "s-kira")
    token = re.findall(r'name="token" value="([^"]+)"', kira.get(f"{AMARA}/contacts/new").text)[0]
    for form in (CALL, {**CALL, "token": token}, {**CALL, "token": "é"}):
        assert ines.post(f"{AMARA}/contacts", form).status_code == 403
    assert ines.post(f"{AMARA}/contacts", CALL, site="cross-site").status_code == 403
    assert contacts(service) == []


def test_a_contact_is_changed_and_taken_back_by_its_author_alone_and_what_it_said_is_kept(
    service: ExampleService,
) -> None:
    ines, kira = Browser(service, "harbor", "s-ines"), Browser(service, "harbor", "s-kira")
    ines.send(f"{AMARA}/contacts", **CALL, entry=ENTRY, result="First words")
    own = f"{AMARA}/contacts/{ENTRY}"
    assert "First words" in ines.get(own).text
    assert [kira.get(own).status_code, kira.send(own, **CALL, revision="1").status_code] == [404, 404]
    assert ines.send(own, **CALL, result="Second words", revision="1").status_code == 303
    stale = ines.send(own, **CALL, result="Third words", revision="1")
    assert stale.status_code == 409
    assert "Second words" in stale.text
    assert ines.send(f"{own}/take-back").status_code == 303
    assert "Second words" not in ines.get(AMARA).text
    assert ines.get(own).status_code == 404


def test_every_write_is_a_row_of_the_access_log_and_a_refused_one_is_none(service: ExampleService) -> None:
    Browser(service, "harbor", "s-ines").send(f"{AMARA}/contacts", **CALL)
    for district, staff in (("harbor", "s-jonas"), ("harbor", "s-lena"), ("mesa", "s-ines")):
        assert Browser(service, district, staff).send(f"{AMARA}/contacts", **CALL).status_code == 404
    assert [(row.subject, row.action, row.object, row.students) for row in rows(service)] == [
        ("staff:s-ines", "write", "contact", ["k-amara"])
    ]


def test_what_was_written_stays_when_the_roster_is_replaced(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    ines.send(f"{AMARA}/contacts", **CALL, result="Kept words")
    service.record_next_run("harbor")
    assert "Kept words" in ines.get(AMARA).text
