"""What people say of a list and of records: one door, the answer beside its reason, and the way back after it."""

import re

import pytest

from serving.store.support_rows import DataProblemRow, FlagAnswerRow
from tests.serving.browser import Browser
from tests.serving.example_service import ExampleService
from tests.serving.pages.example_entries import CONTACT, PLAN, STUDENT
from tests.serving.pages.test_follow_through import NOTE_ID, ines_of, words_of


def test_a_no_needs_a_reason_and_one_person_has_one_answer_to_a_list(service: ExampleService) -> None:
    ines = ines_of(service)
    assert ines.send(f"{STUDENT}/answer", answer="disagree").status_code == 422
    ines.send(f"{STUDENT}/answer", answer="agree")
    ines.send(f"{STUDENT}/answer", answer="disagree", reason="At a family event")
    (answer,) = (row for row in service.rows(FlagAnswerRow) if isinstance(row, FlagAnswerRow))
    assert (answer.run_id, answer.answer) == ("run-2026-11-20", "disagree")
    said = "Your answer: No, it does not match At a family event It is counted for the people who run the lists."
    assert said in words_of(ines.get(STUDENT).text), "the answer, its reason, and who is told"
    kira = words_of(Browser(service, "harbor", "s-kira").get(STUDENT).text)
    assert "At a family event" not in kira, "an answer is its author's"


@pytest.mark.parametrize(("form", "said"), [
    ("contacts", CONTACT), ("plans", PLAN), ("notes", {"body": "Likes the course"}), ("answer", {"answer": "agree"}),
    ("snooze", {"reason": "A trip", "until": "2026-12-01"}), ("problems", {"subject": "marks", "description": "A B"}),
])  # fmt: skip
def test_a_page_opened_from_my_week_leads_back_there_after_a_form_as_before_it(
    service: ExampleService, form: str, said: dict[str, str]
) -> None:
    ines = ines_of(service)
    page = ines.get(f"{STUDENT}?back=week").text
    assert re.search(rf'href="{STUDENT}/{form}[^"]*back=week-page"', page)
    assert re.findall(r'<a href="([^"]+)"[^>]* aria-current="true"', page) == ["/"]
    address = f"{STUDENT}/{form}" if form in ("answer", "snooze") else f"{STUDENT}/{form}/new"
    opened = ines.get(f"{address}?back=week-page").text
    assert f'href="{STUDENT}?back=week">Cancel' in opened
    assert 'name="back" value="week-page"' in opened
    saved = ines.send(f"{STUDENT}/{form}", **said, back="week-page").headers["location"]
    assert saved.startswith(f"{STUDENT}?back=week&done=")
    assert '<a href="/">My week</a>' in ines.get(saved).text


def test_one_door_asks_whether_record_judgement_or_timing_is_wrong(service: ExampleService) -> None:
    page = ines_of(service).get(STUDENT).text
    assert [page.count(f">{door}<") for door in ("This is wrong", "Not now", "Report a data problem")] == [1, 0, 0]
    asked = re.search(r'<section aria-labelledby="match".*?</section>', page, re.DOTALL)
    assert asked is not None
    doors = re.findall(r'href="/students/k-amara/([^"]+)"', asked[0])
    assert doors == ["answer?answer=agree", "answer?answer=disagree", "problems/new", "snooze"]
    form = ines_of(service).get(f"{STUDENT}/answer?answer=disagree").text
    assert re.findall(r'value="([^"]+)" checked', form) == ["disagree"]


def test_a_data_problem_goes_to_the_data_team_with_a_deadline_and_comes_back_answered(service: ExampleService) -> None:
    ines, lena = ines_of(service), Browser(service, "harbor", "s-lena")
    ines.send(f"{STUDENT}/problems", subject="attendance", description="Nov 16 was a field trip", entry=NOTE_ID)
    assert "1 data problem waits for an answer" in words_of(lena.get("/").text)
    assert "Nov 16 was a field trip" in words_of(lena.get("/problems").text)
    page = words_of(ines.get(STUDENT).text)
    assert "Attendance: answer due Nov 30, 2026" in page
    assert "The data team was told." in page
    assert lena.send(f"/problems/{NOTE_ID}").status_code == 422
    assert lena.send(f"/problems/{NOTE_ID}", answer="corrected", note="Loaded again").status_code == 303
    assert "Attendance: Corrected Loaded again Your report Nov 16 was a field trip" in words_of(ines.get(STUDENT).text)
    kira = words_of(Browser(service, "harbor", "s-kira").get(STUDENT).text)
    assert "Attendance: Corrected Loaded again" in kira
    assert "field trip" not in kira, "what a report says is for its author and the data team"
    (problem,) = (row for row in service.rows(DataProblemRow) if isinstance(row, DataProblemRow))
    assert problem.answered_by == "s-lena"
    assert "No data problem waits" in words_of(lena.get("/problems").text)
