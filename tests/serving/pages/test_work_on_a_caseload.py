"""Work on a caseload: saved views, ticked students, who is responsible, and cover for a colleague who is away."""

from datetime import date, timedelta

import pytest

from serving.access.accounts import find_session_user
from serving.access.authorize import visible_students
from serving.store.caseload_rows import CoverRow, ResponsibleRow, SavedViewRow
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.rows import AccessRow
from tests.serving.browser import Browser
from tests.serving.example_service import NOW, TODAY, ExampleService
from tests.serving.pages.test_follow_through import ines_of, newly_listed, words_of
from tests.serving.pages.test_meeting import rows

AWAY = {"absent": "s-ines", "colleague": "s-mateo", "start_date": f"{TODAY}", "end_date": "2026-11-27"}


def seen_on(service: ExampleService, staff_id: str, day: date) -> set[str]:
    """Whom somebody who signs in sees on a day."""
    token = service.session_of("harbor", staff_id)
    with service.read_session() as session:
        settings = service.context.settings.service
        found = find_session_user(session, token, NOW, today_of=lambda _: day, service=settings)
        assert found is not None
        return {row.student_key for row in session.scalars(visible_students(found.educator))}


def test_a_cover_shows_a_caseload_from_its_first_to_its_last_day_and_ends_by_itself(service: ExampleService) -> None:
    own = {"k-amara", "k-bruno", "k-emil", "k-farah"}
    colleagues = ines_of(service).get("/cover").text.split('name="colleague"')[1].split("</select>")[0]
    assert ("s-mateo" in colleagues, "s-ines" in colleagues) == (True, False), "who is away does not cover"
    answer = ines_of(service).send("/cover", **{**AWAY, "start_date": "2026-11-23"})
    assert answer.headers["location"] == "/cover?done=cover"
    found = {day: seen_on(service, "s-mateo", day) for day in (TODAY + timedelta(days=n) for n in (0, 2, 3, 7, 8))}
    assert list(found.values()) == [set(), set(), own, own, set()]
    assert seen_on(service, "s-ines", date(2026, 11, 24)) == own, "who is away loses nothing"


def test_who_covers_writes_is_named_on_the_page_and_the_access_log_says_why(service: ExampleService) -> None:
    ines_of(service).send("/cover", **AWAY)
    mateo = Browser(service, "harbor", "s-mateo")
    for page in ("/", "/caseload"):
        assert "You also see the students of Ines Moreno" in words_of(mateo.get(page).text)
    page = words_of(mateo.get("/students/k-amara").text)
    assert "Mateo Quigley covers for a colleague who is away" in page
    assert "Jonas Nakamura" not in page, "a counselor who covers for nobody does not look after the student"
    noted = [(row.subject, row.reason) for row in rows(service, AccessRow) if row.object == "student"]
    assert noted == [("staff:s-mateo", "cover")]
    targets = [row.object for row in rows(service, AccessRow) if row.action == "write"]
    assert targets == ["cover of s-ines by s-mateo, 2026-11-20 to 2026-11-27"]
    (row,) = rows(service, CoverRow)
    assert mateo.send(f"/cover/{row.cover_id}/end").status_code == 303
    assert mateo.get("/students/k-amara").status_code == 404


@pytest.mark.parametrize(
    ("staff_id", "change", "status"),
    [
        ("s-kira", {}, 303),  # the principal of the school
        ("s-mateo", {}, 422),  # a counselor hands over no other's caseload
        ("s-ines", {"colleague": "s-ines"}, 422),
        ("s-ines", {"colleague": "s-jonas"}, 422),  # of another school
        ("s-ines", {"end_date": "2026-11-19"}, 422),
        ("s-lena", {}, 404),
    ],
)
def test_a_cover_is_given_by_who_is_away_or_leads_the_school(
    service: ExampleService, staff_id: str, change: dict[str, str], status: int
) -> None:
    assert Browser(service, "harbor", staff_id).send("/cover", **{**AWAY, **change}).status_code == status


def test_ticked_students_are_put_on_the_next_agenda_and_none_that_the_viewer_does_not_see(
    service: ExampleService,
) -> None:
    ines = ines_of(service)
    ticks = {"student:k-bruno": "yes", "student:k-chloe": "yes"}
    answer = ines.send("/caseload/chosen?show=all&band=some", **ticks, do="agenda")
    assert answer.headers["location"] == "/caseload?show=all&band=some&done=agenda"
    ines.send("/caseload/chosen", **{"student:k-amara": "yes"}, do="agenda")
    assert {row.student_key for row in rows(service, MeetingItemRow)} == {"k-amara", "k-bruno"}
    assert len(rows(service, MeetingRow)) == 1
    assert ines.send("/caseload/chosen", do="agenda").headers["location"] == "/caseload?done=nobody_ticked"


def test_one_person_is_responsible_for_ticked_students_and_the_list_can_be_narrowed_to_them(
    service: ExampleService,
) -> None:
    ines, ticks = ines_of(service), {"student:k-amara": "yes", "student:k-bruno": "yes"}
    ines.send("/caseload/chosen", **ticks, do="responsible", person="s-kira")
    ines.send("/caseload/chosen", **{"student:k-amara": "yes"}, do="responsible", person="s-ines")
    assert {row.student_key: row.staff_id for row in rows(service, ResponsibleRow)} == {
        "k-amara": "s-ines", "k-bruno": "s-kira",
    }  # fmt: skip
    mine = ines.get("/caseload?responsible=me").text
    assert "Boateng" in mine
    assert "Castellanos" not in mine
    assert "Castellanos" not in ines.get("/caseload?show=all&responsible=nobody").text
    assert "Kira Olufsen" in ines.get("/caseload").text
    newly_listed(service)
    for page in (ines.get("/").text, ines.get("/students/k-bruno").text):
        assert "Responsible: Kira Olufsen" in page
    answer = ines.send("/caseload/chosen", **ticks, do="responsible", person="s-jonas")
    assert answer.headers["location"] == "/caseload?done=nobody_chosen"


def test_a_saved_view_is_named_by_its_filter_and_forgotten_when_asked(service: ExampleService) -> None:
    ines = ines_of(service)
    ines.send("/caseload/views?band=many&contact=none&page=3", do="save")
    assert [row.query for row in rows(service, SavedViewRow)] == ["band=many&contact=none"]
    page = ines.get("/caseload").text
    assert ">On this week’s list, no contact this year, Many signals</a>" in page
    assert 'href="/caseload?band=many&amp;contact=none"' in page
    assert "Many signals</a>" not in Browser(service, "harbor", "s-jonas").get("/caseload").text
    ines.send("/caseload/views?band=many&contact=none", do="remove")
    assert rows(service, SavedViewRow) == []
