"""In August, before the first list of the school year: each page of the header says what it shows, and from when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from serving.pages.places import PLACES
from serving.store.rows import CaseloadRow, DistrictRow, SchoolRow, StaffRow, StudentRow
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import ExampleService

AUGUST = datetime(2027, 8, 10, 16, 0, tzinfo=UTC)
SAYS = {
    ("counselor", "/"): "whom to reach first, and why. It fills with the first list of the school year",
    ("counselor", "/caseload"): "The data team does that. Then the list shows here.",
    ("counselor", "/meetings"): "It does from the first list of the school year on.",
    ("district", "/school"): "It fills with the first list of the school year",
    ("district", "/equity"): "It fills when a past school year with enough students has been judged.",
    ("district", "/models"): "The data team trains first, then a second person confirms.",
    ("district", "/problems"): "shows here at once, at any time of the year.",
    ("district", "/data-health"): "what does not add up. It fills with the next load of records.",
    ("privacy_officer", "/people"): "Who may sign in, and what each sees",
    ("privacy_officer", "/access-log"): "Who saw or took what, when, and why they were allowed",
    ("counselor", "/learn"): "Five minutes",
}
"""Who looks at which page, and what it says."""


def in_august(service: ExampleService) -> ExampleService:
    """The service with its clock and its day in August."""
    context = service.context
    service.clock.now = AUGUST
    service.context = replace(context, settings=context.settings.model_copy(update={"today": AUGUST.date()}))
    service.app.state.context = service.context
    return service


def words_at(service: ExampleService, staff_id: str, path: str) -> str:
    """What somebody reads at an address."""
    answer = Browser(service, "harbor", staff_id).get(path)
    assert answer.status_code == 200, path
    return " ".join(Tags(answer.text).words.split())


@pytest.fixture
def before_any_list(empty_service: ExampleService) -> ExampleService:
    """A district of which nothing but three people is known."""
    with empty_service.write_session() as session:
        session.add(DistrictRow(district_id="harbor", name="Harbor Unified"))
        session.flush()
        for role in ("counselor", "district", "privacy_officer"):
            name = {"first_name": "Rosa", "last_name": "Alvarez", "email": f"{role}@example.org"}
            session.add(StaffRow(district_id="harbor", staff_id=role, role=role, added=True, **name))
    return in_august(empty_service)


def test_each_page_says_what_it_shows_and_from_when(before_any_list: ExampleService) -> None:
    assert {path for _, path in SAYS} == {place.address for place in PLACES if not place.together}
    for (who, path), words in SAYS.items():
        assert words in words_at(before_any_list, who, path), path


def test_before_any_list_a_student_is_found_by_name_and_the_page_says_why_there_are_no_signals(
    before_any_list: ExampleService,
) -> None:
    with before_any_list.write_session() as session:
        session.add(SchoolRow(district_id="harbor", school_id="north", name="North Harbor High"))
        session.flush()
        session.add(
            StudentRow(
                district_id="harbor", student_key="k-amara", student_id="100", first_name="Amara", last_name="Boateng",
                grade_level=9, school_id="north",
            )
        )  # fmt: skip
        session.flush()
        session.add(
            CaseloadRow(
                district_id="harbor", staff_id="counselor", student_key="k-amara", start_date=AUGUST.date(),
                end_date=None,
            )
        )  # fmt: skip
    rosa = Browser(before_any_list, "harbor", "counselor")
    assert 'role="search"' in rosa.get("/caseload").text
    found, nobody = (" ".join(Tags(rosa.post("/caseload", {"q": q}).text).words.split()) for q in ("boateng", "xylo"))
    assert "1 student found among all whom you see." in found
    assert "Boateng, Amara" in found
    assert "No list yet No scores have been made for this district yet." in found
    assert "Not enough data" not in found.split("Boateng, Amara")[1]
    assert "Nobody found" in nobody
    page = words_at(before_any_list, "counselor", "/students/k-amara")
    assert "No list yet No scores have been made for this district yet." in page


def test_a_list_of_last_school_year_is_shown_with_its_age(service: ExampleService) -> None:
    in_august(service)
    for place in PLACES:
        if place.action not in {"see_people", "audit_access"}:
            words_at(service, "s-lena" if place.action != "write" else "s-ines", place.address)
    said_on = {"s-ines": ("/", "/caseload", "/meetings"), "s-kira": ("/school",), "s-lena": ("/school", "/equity")}
    for who, path in ((who, path) for who, paths in said_on.items() for path in paths):
        words = words_at(service, who, path)
        assert "The newest records are 263 days old." in words
        assert "A new one comes once newer records are loaded and scored." in words
