"""What a training run writes and prints of one result: report, board page, model card and console say the same."""

import re
from dataclasses import replace
from itertools import combinations

import pytest

from presentation.numbers import capitalized
from tests.journeys.page_figures import Figure, PageText, checks_on, differ, figures_on, is_unlike
from tests.training.report.example_results import MADE_ON, made_result
from training.district_card import card_of, kind_that_serves
from training.gate.verdict import VERDICT_WORDS, sentences
from training.report.board import render_board
from training.report.technical_report import render_technical_report

RULE = "the published rule"


def console_of() -> PageText:
    """The checks as `ontrack train` prints them, in the form in which a report has them."""
    lines = (" ".join(line.split()) for line in sentences(made_result().gate.checks))
    return PageText("console", "\n".join(map(capitalized, lines)))


def card() -> PageText:
    """The card of what serves."""
    return PageText("card", card_of(made_result(), kind_that_serves(made_result())))


def report() -> PageText:
    """The technical report."""
    return PageText.of("report", render_technical_report(made_result(), made_on=MADE_ON))


def board() -> PageText:
    """The page for a school board."""
    return PageText.of("board", render_board(made_result(), made_on=MADE_ON))


def said_differently(pages: list[PageText]) -> list[tuple[Figure, Figure]]:
    """Pairs of figures of one thing that are not the same."""
    found = [one for page in pages for one in figures_on(page, RULE)]
    return [(one, other) for one, other in combinations(found, 2) if differ(one, other)]


def test_report_board_and_card_say_the_same_figures() -> None:
    pages = [report(), board(), card()]
    assert said_differently(pages) == []
    for page in pages:
        assert {("precision", RULE), ("precision", "the model")} <= {
            (one.what, one.of) for one in figures_on(page, RULE)
        }


@pytest.mark.parametrize("figure", [r"(published rule \| )0\.\d+", r"(this model \| 0\.\d+ \| )0\.\d+"])
def test_another_figure_on_the_card_is_found(figure: str) -> None:
    other = replace(card(), text=re.sub(figure, r"\g<1>0.010", card().text, count=1))
    assert said_differently([report(), board(), other])


def test_the_console_says_every_check_as_the_report_does() -> None:
    shown, printed = (
        {(one.code, one.verdict, one.low, one.high) for one in checks_on(page)} for page in (report(), console_of())
    )
    assert shown == printed
    assert len(printed) >= 5
    assert not any(map(is_unlike, checks_on(console_of())))


def test_the_card_has_the_verdict_of_the_report() -> None:
    words = VERDICT_WORDS[made_result().gate.verdict]
    assert f"Verdict: **{words}**" in card().text
