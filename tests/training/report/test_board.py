"""The page for a school board: plain sentences, whom the list misses, what it is not for, no small group."""

import re

import pytest

from models.bundle.model_card import REFUSED_USES
from tests.training.report.example_results import MADE_ON, made_result, not_fitted
from tests.training.report.report_page import FORBIDDEN, Page
from training.audit.checks import CODES
from training.report.board import found_sentence, render_board


@pytest.mark.parametrize("result", [made_result, not_fitted], ids=["judged", "not fitted"])
def test_the_board_reads_of_students_with_respect_and_nothing_is_fetched_or_run(result: object) -> None:
    assert callable(result)
    html = render_board(result(), made_on=MADE_ON)
    assert [word for word in FORBIDDEN if word in html.lower()] == []
    assert not {"script", "link", "img", "table"} & Page(html).tags
    assert "<b>Unified</b>" not in html
    for use in REFUSED_USES:
        assert use.replace("**", "") in html


def test_the_board_reads_sentences_and_no_codes() -> None:
    html = render_board(made_result(), made_on=MADE_ON)
    assert not [code for code in CODES if code in html]
    assert re.search(
        r"Of 100 students who ended off track in 2025–26, \d+ were not on such a list by the published rule; by the "
        r"model, which does not serve, \d+\.",
        html,
    )


def test_a_group_is_set_beside_others_in_one_sentence() -> None:
    audited = made_result().audited
    assert audited
    table = audited.model.table("english_learner")
    assert table
    assert re.fullmatch(
        r"Of 100 .*(English learners|students who are not English learners).* who later fell off track, \d+ were on "
        r"the list; of 100 others, \d+\. (This may be chance|Chance alone does not explain this)\.",
        found_sentence(table),
    )


def test_the_board_never_reads_of_a_small_group_by_itself() -> None:
    html = render_board(made_result(), made_on=MADE_ON)
    assert "recorded as Hmong or Spanish" in html
    assert "recorded as Hmong who" not in html


def test_where_nothing_could_be_judged_the_board_reads_why() -> None:
    html = render_board(not_fitted(), made_on=MADE_ON)
    assert "The published rule serves, because no model could be fitted" in html
    assert "were not on the list" not in html
