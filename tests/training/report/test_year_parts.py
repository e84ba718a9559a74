"""What a report says first of a run over the year: what makes the list in which weeks."""

from dataclasses import replace

import pytest

from models.metrics.intervals import Interval
from models.verdict import Verdict
from tests.training.report.example_results import MADE_ON, made_result
from training.evaluation.calibration_by_date import DateCalibration
from training.evaluation.level_by_year import LevelGap
from training.evaluation.year_parts import split_year
from training.gate.verdict import GateCheck
from training.report.board import render_board
from training.report.technical_report import render_technical_report
from training.report.year_parts import numbers_in_words, serves_when, weeks_section
from training.training_result import TrainingResult

PARTS = split_year((3, 14, 26), (11, 22))


def parts_with(*verdicts: Verdict) -> list[TrainingResult]:
    """The made result as that of the first weeks, autumn and spring, with these verdicts."""
    made = made_result()
    gates = [replace(made.gate, checks=(GateCheck("GATE01", "enough", one, "made up"),)) for one in verdicts]
    return [replace(made, gate=gate, part=part) for gate, part in zip(gates, PARTS, strict=True)]


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        (("fail", "pass", "pass"), "by the published rule until school week 10 and by the model from week 11 on."),
        (("fail", "fail", "fail"), "by the published rule all year."),
        (
            ("pass", "fail", "pass"),
            "by the model until school week 10, by the published rule from week 11 to 21 and by the model from week "
            "22 on.",
        ),
    ],
)
def test_one_sentence_says_what_makes_the_list_when(verdicts: tuple[Verdict, ...], says: str) -> None:
    assert serves_when(parts_with(*verdicts)) == f"The list is made {says}"


@pytest.mark.parametrize(
    ("ranges", "says", "told"),
    [((), "No number is told until school week 10: the", "no: only the order"),
     (((0.1, 0.4),), "No number is told until school week 10, but a range in its place: the", "ranges")],
    ids=["an order alone", "an order and ranges"],
)  # fmt: skip
def test_where_no_number_is_told_a_report_says_what_is_told_instead(
    ranges: tuple[tuple[float, float], ...], says: str, told: str
) -> None:
    first, *later = parts_with("fail", "pass", "pass")
    missed = replace(first, rule_level=(LevelGap(2026, 3, Interval(0.08, 0.05, 0.11)),), rule_ranges=ranges)
    assert says in serves_when([missed, *later])
    assert numbers_in_words(missed) == told


def test_a_year_of_one_part_says_nothing_of_weeks() -> None:
    assert serves_when([made_result()]) == ""


def test_report_and_board_page_begin_with_it() -> None:
    parts = parts_with("fail", "pass", "pass")
    for page in (
        render_technical_report(parts[1], made_on=MADE_ON, parts=parts),
        render_board(parts[1], made_on=MADE_ON, parts=parts),
    ):
        first = page[page.index('<p class="first">') :].partition("</p>")[0]
        assert "The list is made by the published rule until school week 10 and by the model from week 11 on" in first


def test_a_week_with_few_students_is_named_without_figures() -> None:
    part = replace(made_result(), slices=(DateCalibration("scoring date", "2025-09-01", 30, week=3),))
    section = weeks_section([part])
    assert section is not None
    assert "too few to judge" in str(section.view)
