"""Models shows what monitoring found beside what was promised; Equity shows who got help, group by group."""

from datetime import date

from models.live_summary import (
    HelpByGroup,
    LiveCheck,
    LiveFigure,
    LiveSummary,
    read_summary,
    summary_path,
    write_summary,
)
from tests.serving.browser import Browser
from tests.serving.example_releases import OUTCOME
from tests.serving.example_service import ExampleService
from tests.serving.pages.test_equity import release_audited
from tests.serving.pages.test_follow_through import words_of

SUMMARY = LiveSummary(
    on=date(2026, 11, 19),
    release_id="harbor-0002",
    verdict="breach",
    checks=(
        LiveCheck("MON02", "features as when judged", "ok", "No feature moved.", LiveFigure(0.1, 0.1, 0.1), 0.25),
        LiveCheck("MON05", "flags as often right", "breach", "Of 100 listed, 30.", LiveFigure(0.3, 0.2, 0.4), 0.5),
    ),
    help_days=28,
    help_year=2026,
    help=(
        HelpByGroup("low_income", "yes", LiveFigure(0.4, 0.3, 0.5)),
        HelpByGroup("low_income", "no", None),
        HelpByGroup("foster", "yes", None),
    ),
)


def looked_at(service: ExampleService) -> None:
    """Leaves a summary, as a night's monitoring does, of a release whose audit is on the page."""
    release_audited(service, corrected=0.01)
    service.clock.wait(seconds=5)
    service.context.releases.entries.clear()
    write_summary(summary_path(service.context.settings, "harbor", OUTCOME), SUMMARY)


def test_models_says_of_each_question_what_was_found_and_opens_where_an_answer_is_no(service: ExampleService) -> None:
    lena = Browser(service, "harbor", "s-lena")
    assert "Live beside promised, looked at on" not in lena.get("/models").text
    looked_at(service)
    page = lena.get("/models").text
    words = words_of(page)
    assert "Live beside promised, looked at on Nov 19, 2026 · 1 answer is no" in words
    assert "Were the lists as often right as promised? Of 100 listed, 30. No: look into it 30 (20–40) 50" in words
    assert "No feature moved. Yes – –" in words, "a figure that is no share is in its sentence alone"
    assert "¿Acertaron las listas tanto como se prometió?" in lena.get("/models?lang=es").text


def test_equity_says_who_got_help_and_leaves_out_what_is_not_told(service: ExampleService) -> None:
    looked_at(service)
    words = words_of(Browser(service, "harbor", "s-kira").get("/equity").text)
    assert "Lists of 2025–26: of 100 students first listed, how many had a contact or a plan within 28 days." in words
    told = "Students from low-income families 40 (30–50) Students not from low-income families –"
    assert f"Got help in time, of 100 listed {told}" in words
    assert "Foster care Group Got help" not in words, "nothing is told of that attribute"
    assert "monitoring has looked" not in words


def test_a_summary_of_another_version_is_none(service: ExampleService) -> None:
    looked_at(service)
    path = summary_path(service.context.settings, "harbor", OUTCOME)
    assert read_summary(path) == SUMMARY
    path.write_text('{"on": "yesterday"}', encoding="utf-8")
    assert read_summary(path) is None
