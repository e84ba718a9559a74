"""The report says what a district takes after a run over a pool, why, and whose records that learned from."""

from dataclasses import replace

from models.pool.learned_from import LearnedFrom
from tests.training.report.example_results import MADE_ON, made_result
from training.district_card import card_of
from training.report.technical_report import render_technical_report
from training.training_result import TrainingResult

WHY = "The pool's model passed this district's gate; its own did not (fail)."
LEARNED = LearnedFrom(pool="core", districts={"mesa": {"attendance": (2024, 2025), "marks": (2024,)}})


def pooled_result(learned: LearnedFrom | None) -> TrainingResult:
    """A result after a run over a pool, of the pool's model or of the district's own."""
    made = made_result()
    return replace(made, basis=replace(made.basis, pooled=learned, why_pooled=WHY))


def test_the_report_of_a_pooled_model_names_its_lenders_and_says_why_it_serves() -> None:
    page = render_technical_report(pooled_result(LEARNED), made_on=MADE_ON)
    assert "mesa: attendance of 2024, 2025, marks of 2024" in page
    assert "its own did not (fail)" in page


def test_the_report_of_an_own_model_says_why_it_stayed_and_names_no_lender() -> None:
    page = render_technical_report(pooled_result(None), made_on=MADE_ON)
    assert "its own did not (fail)" in page
    assert "learned from records that districts lend" not in page


def test_the_card_of_a_pooled_model_names_districts_and_years() -> None:
    card = card_of(pooled_result(LEARNED), "model")
    assert "mesa: school years ending 2024, 2025 (pool core)" in card
    assert WHY in card
