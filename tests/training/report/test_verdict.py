"""The verdict of a report: the first sentence says what serves and why; a refusal says what it would take."""

import re
from dataclasses import replace

import pytest

from models.metrics.paired_comparison import RecallLead
from models.verdict import Verdict
from tests.training.report.example_results import (
    LEAD,
    MADE_ON,
    against_the_rule,
    bulleted,
    first_sentence,
    made_result,
    not_fitted,
    page_of,
)
from training.gate.verdict import GateCheck
from training.report.technical_report import render_technical_report
from training.report.verdict import CHOSEN
from training.training_result import TrainingResult


def beside_logistic(lead: RecallLead) -> TrainingResult:
    """A model that passed, with this lead over logistic regression."""
    passed = against_the_rule(LEAD)
    assert passed.compared
    return replace(passed, compared=replace(passed.compared, leads={**passed.compared.leads, "logistic": lead}))


PASSED = (
    "The model may serve: it passed every check on 2025–26, a school year that it had not seen, "
    "and of 100 students who ended off track, it listed 10 more than the published rule"
)


@pytest.mark.parametrize(
    ("lead", "simpler"),
    [
        (LEAD, "."),
        (
            RecallLead(-0.01, -0.03, 0.02, 0.01),
            "; logistic regression, which is simpler, does as well: the model listed 1 fewer (−3 to +2).",
        ),
        (
            RecallLead(-0.02, -0.03, -0.01, 0.01),
            "; logistic regression, which is simpler, does better: the model listed 2 fewer (−3 to −1).",
        ),
    ],
)
def test_a_model_that_passed_may_serve_and_a_simpler_one_as_good_is_named(lead: RecallLead, simpler: str) -> None:
    assert first_sentence(beside_logistic(lead)) == f"{PASSED}{simpler}"


@pytest.mark.parametrize(
    ("lead", "why"),
    [
        (
            RecallLead(-0.05, -0.09, -0.01, 0.02),
            "did not pass its checks, because the published rule did better: "
            "of 100 students who ended off track, it listed 5 more.",
        ),
        (
            RecallLead(0.0, 0.0, 0.0, 0.0),
            "could not be proven better yet, because the published rule did just as well.",
        ),
        (
            RecallLead(-0.02, -0.06, 0.03, 0.02),
            "could not be proven better yet, because the published rule did better: "
            "of 100 students who ended off track, it listed 2 more, which may be chance.",
        ),
        (
            RecallLead(0.04, -0.02, 0.09, 0.03),
            "could not be proven better yet, because its lead over the published rule "
            "(4 more listed of 100 students who ended off track) may be chance.",
        ),
    ],
)
def test_where_the_rule_was_not_beaten_the_first_sentence_says_so(lead: RecallLead, why: str) -> None:
    assert first_sentence(against_the_rule(lead)) == f"The published rule serves: the model {why}"


def test_a_rule_that_was_not_beaten_is_said_before_any_other_check() -> None:
    tied = against_the_rule(RecallLead(0.0, -0.02, 0.02, 0.01))
    few = GateCheck("GATE01", "enough students", "not_enough_evidence", "Too few.")
    failed = GateCheck("GATE06", "calibrated", "fail", "It is not.")
    unsettled = replace(tied, gate=replace(tied.gate, checks=(few, *tied.gate.checks)))
    assert re.search(r"because the published rule did just as well; and \d+ students", first_sentence(unsettled))
    worse = replace(tied, gate=replace(tied.gate, checks=(failed, *tied.gate.checks)))
    assert "because the published rule did just as well; and its risks are further" in first_sentence(worse)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("GATE01", "not_enough_evidence"),
        ("GATE03", "fail"),
        ("GATE04", "fail"),
        ("GATE04", "not_enough_evidence"),
        ("GATE05", "fail"),
        ("GATE05", "not_enough_evidence"),
        ("GATE06", "fail"),
        ("GATE06", "not_enough_evidence"),
        ("GATE07", "fail"),
        ("GATE07", "not_enough_evidence"),
        ("GATE09", "fail"),
        ("GATE10", "not_enough_evidence"),
        ("GATE11", "fail"),
        ("GATE12", "fail"),
        ("GATE99", "fail"),
    ],
)
def test_every_check_that_can_decide_has_its_reason_in_words(code: str, verdict: Verdict) -> None:
    made = made_result()
    gate = replace(made.gate, checks=(GateCheck(code, "a check", verdict, "What was found by it."),))
    said = first_sentence(replace(made, gate=gate))
    assert re.fullmatch(r"The published rule serves: the model [a-z ]+, because .{20,}[^.]\.", said)


def test_a_refusal_says_what_stands_against_the_model_what_serves_and_what_it_would_take() -> None:
    refused = against_the_rule(RecallLead(0.04, -0.02, 0.09, 0.03))
    page, points = page_of(refused), bulleted(refused)
    assert any(point.startswith("Better than rule: Of 100 students who ended off track, 4 more") for point in points)
    assert any("The Chicago rule on the marks known so far".lower() in said.lower() for said in page.texts["p"])
    assert (
        "With 600 students a year, this comparison can show a difference of 8 of 100 (80% power); "
        "to show the one seen, it would take about 2,600 students a year."
    ) in points
    assert "Why the model does not serve" not in render_technical_report(against_the_rule(LEAD), made_on=MADE_ON)


def test_a_refusal_of_a_district_without_a_model_says_when_to_try_again() -> None:
    assert any(point.startswith("Each finished school year adds one") for point in bulleted(not_fitted()))


def test_where_no_model_was_tried_the_report_says_so_and_tells_nothing_against_one() -> None:
    page = page_of(not_fitted(tried=False))
    assert first_sentence(not_fitted(tried=False)) == CHOSEN
    assert not {"Why the model does not serve", "What was checked"} & {*page.texts["h2"]}
