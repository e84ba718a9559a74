"""A run's result over the year: which part is the main one, and what stands in the files of a bundle."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.bundle.signing import ensure_keys
from models.estimators.published_rule import fit_rule
from models.served_scorer import serving_on
from models.verdict import Verdict
from tests.models.row_examples import made_examples
from tests.training.report.example_results import MADE_ON, made_result
from training.bundle_writer import BundleWriter
from training.evaluation.year_parts import split_year
from training.gate.verdict import GateCheck
from training.run_result import RunResult
from training.training_result import TrainingResult

PARTS = split_year((3, 14, 26), (11, 22))
DAYS = {3: ("2024-09-02", "2025-09-01"), 14: ("2025-11-17",), 26: ("2024-12-30", "2026-01-02")}


def part_with(place: int, verdict: Verdict) -> TrainingResult:
    """The made result as that of one part of the year, with that verdict."""
    made, part = made_result(), PARTS[place]
    week = (3, 14, 26)[place]
    gate = replace(made.gate, checks=(GateCheck("GATE01", "enough students", verdict, "made up"),))
    shares = fit_rule(made_examples(600))
    return replace(made, gate=gate, part=part, judged_weeks={week: DAYS[week]}, serving_rules={part.name: shares})


def run_with(*verdicts: Verdict) -> RunResult:
    """A run with these verdicts in the first weeks, autumn and spring."""
    return RunResult(tuple(part_with(place, verdict) for place, verdict in enumerate(verdicts)))


@pytest.mark.parametrize(
    ("verdicts", "main", "verdict"),
    [
        (("fail", "pass", "pass"), "autumn", "pass"),
        (("not_enough_evidence", "fail", "pass"), "spring", "pass"),
        (("fail", "not_enough_evidence", "fail"), "autumn", "not_enough_evidence"),
    ],
)
def test_the_main_part_is_the_first_that_passed_else_the_middle_one(
    verdicts: tuple[Verdict, ...], main: str, verdict: Verdict
) -> None:
    run = run_with(*verdicts)
    assert (run.main.part.name, run.verdict) == (main, verdict)


def test_the_json_has_the_main_part_on_top_and_every_part_by_name() -> None:
    found = json.loads(json.dumps(run_with("fail", "pass", "pass").as_json()))
    assert (found["part"], found["verdict"]) == ("autumn", "pass")
    assert {name: part["verdict"] for name, part in found["parts"].items()} == {
        "first_weeks": "fail", "autumn": "pass", "spring": "pass"
    }  # fmt: skip
    assert found["audit"] == found["parts"]["spring"]["audit"]
    assert "audit" not in found["parts"]["autumn"]


def test_a_bundle_of_rules_says_what_serves_when_and_where_that_was_judged(tmp_path: Path) -> None:
    run = run_with("fail", "not_enough_evidence", "fail")
    settings = run.main.request.settings.model_copy(update={"home": tmp_path})
    request = replace(run.main.request, settings=settings)
    bundle = BundleWriter(request, run, ensure_keys(tmp_path / "keys"), {"trained_by": "ana"}).write(None)
    assert [(one.name, one.serves, one.verdict) for one in bundle.parts] == [
        ("first_weeks", "rule", "fail"), ("autumn", "rule", "not_enough_evidence"), ("spring", "rule", "fail")
    ]  # fmt: skip
    assert [(week.earliest, week.latest) for one in bundle.parts for week in one.weeks] == [
        ("09-01", "09-02"), ("11-17", "11-17"), ("12-30", "01-02")
    ]  # fmt: skip
    assert bundle.gate is not None
    assert bundle.gate["parts"] == {"first_weeks": "fail", "autumn": "not_enough_evidence", "spring": "fail"}
    assert serving_on(bundle, 14, MADE_ON).not_judged is None
