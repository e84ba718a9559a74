"""Data health: what a load and a check left, for those who answer for the records of their own district alone."""

from datetime import UTC, date, datetime

import pytest

from features.quality.summary_file import (
    FindingLine,
    LoadLine,
    RecordsSummary,
    SilentSchool,
    WaitingRows,
    write_summary,
)
from features.warehouse.unlisted_reason import UnlistedReason
from tests.serving.browser import Browser
from tests.serving.example_service import ExampleService
from tests.serving.pages.example_entries import STUDENT
from tests.serving.pages.test_follow_through import section, words_of

EXPECTED = "expected a date as 2026-11-20"
SUMMARY = RecordsSummary(
    datetime(2026, 11, 20, 9, tzinfo=UTC),
    tuple(
        LoadLine(number, datetime(2026, 11, day, 9, tzinfo=UTC), "night", 2, {"marks": marks, "attendance": 900}, waits)
        for number, day, marks, waits in ((3, 20, 300, {"marks": 7}), (2, 19, 1000, {}), (1, 18, 1010, {}))
    ),
    (WaitingRows("students", "ROW03", "birth_date", EXPECTED, "students.csv", 7, (3, 4, 9)),),
    (UnlistedReason("students", "ROW03", "birth_date", EXPECTED, 5),),
    date(2026, 11, 20),
    (FindingLine("CHECK08", "warning", "no attendance for 6 school days", "north", ""),
     FindingLine("CHECK01", "error", "marks has no current record", "", "")),
    (SilentSchool("south", 4, 12),),
)  # fmt: skip


@pytest.fixture
def told(service: ExampleService) -> ExampleService:
    """The service with a summary in harbor alone."""
    tell_health(service)
    return service


def tell_health(service: ExampleService) -> None:
    """Leaves the summary as a load and a check do."""
    service.context.settings.warehouse("harbor").parent.mkdir(parents=True, exist_ok=True)
    write_summary(service.context.settings, "harbor", SUMMARY)


def page_of(service: ExampleService, staff_id: str = "s-lena", district_id: str = "harbor", query: str = "") -> str:
    """The page as somebody of a district sees it."""
    answer = Browser(service, district_id, staff_id).get(f"/data-health{query}")
    assert answer.status_code == 200
    return answer.text


def test_the_page_says_what_came_what_waits_who_is_missing_and_what_does_not_add_up(told: ExampleService) -> None:
    html = page_of(told)
    assert "Marks 300 far fewer than usual 1,010 7" in section(html, "newest")
    assert "7 students.csv rows 3, 4, 9" in section(html, "waiting")
    assert "5 students enrolled today are in no list" in section(html, "missing")
    found = section(html, "adds-up")
    assert "A school has not sent its attendance, North" in found
    assert found.count("No list is made until this is mended.") == 1
    assert "4 12" in section(html, "silent")


def test_who_does_not_answer_for_the_records_does_not_find_it(told: ExampleService) -> None:
    for staff_id in ("s-ines", "s-kira"):
        browser = Browser(told, "harbor", staff_id)
        assert browser.get("/data-health").status_code == 404
        assert "/data-health" not in browser.get("/").text
    assert 'href="/data-health"' in page_of(told)


def test_another_district_sees_its_own_which_is_empty_before_the_first_load(told: ExampleService) -> None:
    words = words_of(page_of(told, district_id="mesa"))
    assert "It fills with the next load of records" in words
    assert "students.csv" not in words


def test_a_problem_that_a_colleague_reported_is_there_with_its_deadline(told: ExampleService) -> None:
    assert "No data problem waits" in section(page_of(told), "reported")
    Browser(told, "harbor", "s-ines").send(f"{STUDENT}/problems", subject="marks", description="An F that is a B")
    words = section(page_of(told), "reported")
    assert "1 data problem waits for an answer" in words
    assert "An F that is a B" not in words


def test_it_is_there_in_spanish_but_for_the_words_of_the_load(told: ExampleService) -> None:
    html = page_of(told, query="?lang=es")
    assert "Filas en espera" in words_of(html)
    assert '<span lang="en">' in html
