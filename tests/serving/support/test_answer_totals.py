"""What people said of the students on lists, counted by band, and never told of few students."""

import re
from dataclasses import replace

import pytest

from serving.access.authorize import Educator
from serving.access.people import NewPerson, add_person
from serving.store.run_queries import current_runs
from serving.store.support_rows import FlagAnswerRow
from serving.support.answer_totals import GONE, AnswerTotals, Counted, answer_totals, count_answers
from serving.support.answers import answer_flag, end_snooze, snooze
from serving.support.due import current_snoozes
from tests.serving.browser import Browser
from tests.serving.example_releases import OUTCOME
from tests.serving.example_service import NOW, TODAY, ExampleService

LEAST = 11
INES = Educator("harbor", "s-ines", "counselor", None, TODAY)


@pytest.mark.parametrize(("counted", "told"), [
    ([Counted(OUTCOME, "many", "agree", LEAST)], (AnswerTotals("many", (LEAST, None, None, None)),)),
    ([Counted(OUTCOME, "many", "agree", LEAST - 1)], ()),
    ([Counted("another", "many", "agree", LEAST)], ()),
    (
        [
            Counted(OUTCOME, GONE, "disagree", 30), Counted(OUTCOME, "some", "put_off", 12),
            Counted(OUTCOME, "some", "not_now", 2), Counted(OUTCOME, "many", "disagree", 40),
        ],
        (
            AnswerTotals("many", (None, None, 40, None)), AnswerTotals("some", (None, None, None, 12)),
            AnswerTotals(GONE, (None, None, 30, None)),
        ),
    ),
])  # fmt: skip
def test_a_count_of_few_students_is_not_told_and_a_band_of_none_is_left_out(
    counted: list[Counted], told: tuple[AnswerTotals, ...]
) -> None:
    assert answer_totals(counted, OUTCOME, LEAST) == told


def test_a_student_counts_once_for_an_answer_whoever_gave_it_and_a_snooze_while_it_holds(
    service: ExampleService,
) -> None:
    with service.write_session() as session:
        runs = current_runs(session, "harbor")
        for author, key, answer in (
            (INES, "k-amara", "agree"), (replace(INES, staff_id="s-lena"), "k-amara", "agree"),
            (INES, "k-bruno", "disagree"),
        ):  # fmt: skip
            answer_flag(session, author, key, runs[0], answer=answer, reason="", at=NOW)
        session.add(gone_answer(0))
        for number, key in enumerate(("k-amara", "k-bruno")):
            snooze(session, INES, key, f"{number}", reason="away", until=TODAY.replace(day=27), at=NOW)
        end_snooze(session, current_snoozes(session, INES)[0], NOW)
        found = {(one.band, one.said): one.students for one in count_answers(session, "harbor", runs, TODAY)}
        later = count_answers(session, "harbor", runs, TODAY.replace(day=27))
    assert found == {("many", "agree"): 1, ("some", "disagree"): 1, (GONE, "agree"): 1, ("some", "put_off"): 1}
    assert not [one for one in later if one.said == "put_off"]


def gone_answer(number: int) -> FlagAnswerRow:
    """An answer to a list of which no score is kept."""
    return FlagAnswerRow(
        district_id="harbor", run_id="run-gone", student_key=f"k-{number}", staff_id="s-ines", outcome=OUTCOME,
        answer="agree", reason="", answered_at=NOW,
    )  # fmt: skip


def test_the_page_of_models_says_what_people_said_from_so_many_students_on(service: ExampleService) -> None:
    row = r'<th scope="row">On a list no longer kept</th><td [^>]*>11</td>(<td [^>]*>–</td>){3}'
    with service.write_session() as session:
        add_person(session, "harbor", NewPerson("dana", "Dana", "Added", "dana@office.org", "data_team"))
        session.add_all(gone_answer(number) for number in range(LEAST - 1))
    dana = Browser(service, "harbor", "dana")
    few = dana.get("/models").text
    assert "Fewer than 11 students are not shown." in few
    assert "On a list no longer kept" not in few
    with service.write_session() as session:
        session.add(gone_answer(LEAST))
    assert re.search(row, dana.get("/models").text)
