"""The page of a collaborative: aggregates alone, the reader's own district marked, the others unnamed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from features.collaborative_settings import OFFICE, Collaborative
from features.settings import Settings
from models.collaborative.shared_file import signed_content
from serving.access.people import NewPerson, add_guest, add_person
from serving.access.role_assignments import RoleRefused, give_role
from tests.models.collaborative.drawn_figures import OTHER, figures, keys_of
from tests.serving.browser import Browser, Tags
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_collaborative import NAMES
from tests.serving.example_service import DISTRICTS, NOW, STUDENTS, ExampleService, person

ROLES = {OFFICE: "collaborative_office", "oak": "collaborative_member"}


def guest(service: ExampleService, district_id: str) -> Browser:
    """Somebody of the office, or of a member without records here, signed in."""
    new = NewPerson("g-sam", "Sam", "Ortega", f"sam@{district_id}.org", ROLES[district_id])
    with service.write_session() as session:
        add_guest(session, service.context.settings.guests, district_id, new)
    return Browser(service, district_id, "g-sam")


def words_of(browser: Browser, path: str = "/collaborative") -> str:
    """What the main part of a page says."""
    html = browser.get(path).text
    return " ".join(Tags(html[html.index("<main") : html.index("</main>")]).words.split())


def test_a_district_reads_its_own_figures_beside_the_others_unnamed(read_service: ExampleService) -> None:
    words = words_of(Browser(read_service, "harbor", "s-lena"))
    assert "From the signed files of 5 of 5 districts" in words
    assert re.search(r"Of 100 students who ended off track, \d+ \(\d+–\d+\) had been on a list", words)
    assert "Your district: " in words
    assert "What the gates saw together" in words
    assert not [name for one, name in NAMES.items() if name in words or (one != "harbor" and one in words)]
    assert "no one or few" not in words


def test_the_office_reads_whom_to_ask_about_a_code_and_a_member_without_records_its_own(
    service: ExampleService,
) -> None:
    office, oak = guest(service, OFFICE), guest(service, "oak")
    words = words_of(office)
    assert f"in {NAMES[OTHER]} no one or few have it" in words
    assert "Your district" not in words
    assert [name for name in NAMES.values() if name in words] == [NAMES[OTHER]]
    assert "Your district: " in words_of(oak)
    assert NAMES[OTHER] not in words_of(oak)


def test_the_office_and_a_guest_open_this_page_and_no_student_list_or_total(service: ExampleService) -> None:
    hidden = [" ".join(person(one, *names)) for one in DISTRICTS for *names, _, _, _, _, _ in STUDENTS]
    for district_id in ROLES:
        browser = guest(service, district_id)
        assert browser.get("/").headers["location"] == "/collaborative"
        for path in ("/caseload", "/school", "/equity", "/models", "/people", "/access-log", "/students/k-amara"):
            assert browser.get(path).status_code == 404, (district_id, path)
        assert not [name for name in hidden if name in browser.get("/collaborative").text]


def test_a_guest_holds_no_other_role_and_a_district_cannot_give_that_of_the_office(service: ExampleService) -> None:
    new = NewPerson("g-sam", "Sam", "Ortega", "sam@office.org", "collaborative_office")
    with service.write_session() as session:
        for district_id, role in ((OFFICE, "observer"), ("oak", "data_team"), ("oak", "collaborative_office")):
            with pytest.raises(RoleRefused, match=district_id):
                add_guest(session, service.context.settings.guests, district_id, replace(new, role=role))
        with pytest.raises(RoleRefused, match="collaborative_office"):
            add_person(session, "harbor", new)
        with pytest.raises(RoleRefused, match="collaborative_office"):
            give_role(session, "harbor", "s-lena", "collaborative_office", "", NOW)


def test_a_file_that_was_changed_or_tells_of_too_few_is_left_out_and_the_office_is_told(
    service: ExampleService,
) -> None:
    shared = service.context.settings.shared_files
    (changed,) = shared.glob("oak-*.json")
    changed.write_bytes(changed.read_bytes().replace(b"2026", b"2025", 1))
    (small,) = shared.glob("pine-*.json")
    few = figures(4, district_id="pine", least=2)
    small.write_bytes(signed_content(replace(few, students=400), keys_of("pine")))
    assert "2 files could not be taken." in words_of(guest(service, OFFICE))
    lena = words_of(Browser(service, "harbor", "s-lena"))
    assert "From the signed files of 3 of 5 districts" in lena
    assert "could not be taken" not in lena


def without(settings: Settings, collaborative: Collaborative) -> Settings:
    """The same installation with another collaborative."""
    return settings.model_copy(update={"collaborative": collaborative})


def test_without_members_there_is_no_such_page(tmp_path: Path, prepared: Path) -> None:
    copy_prepared(prepared, tmp_path)
    for service in opened(tmp_path, adapt=lambda settings: without(settings, Collaborative())):
        lena = Browser(service, "harbor", "s-lena")
        assert lena.get("/collaborative").status_code == 404
        assert "/collaborative" not in lena.get("/learn").text
