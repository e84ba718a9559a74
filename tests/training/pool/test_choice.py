"""Which of three serves a district, by rules that were declared beforehand."""

from dataclasses import replace

import pytest

from models.metrics.paired_comparison import RecallLead
from models.verdict import GateVerdict, Verdict
from tests.training.test_run_result import run_with
from training.evaluation.scorers import OWN_MODEL
from training.gate.comparison import GateComparison
from training.pool.choice import Taken, choose, decide
from training.run_result import RunResult

BETTER, ALIKE = RecallLead(0.08, 0.02, 0.14, 0.03), RecallLead(0.01, -0.03, 0.05, 0.02)


def pooled_with(verdict: Verdict, lead: RecallLead) -> RunResult:
    """A run of the pool's model with this verdict and this lead over the district's own."""
    made = run_with(verdict, verdict, verdict)
    compared = GateComparison(years=(2026,), students=1, off_track=1, leads={OWN_MODEL: lead})
    return RunResult(tuple(replace(one, compared=compared) for one in made.parts))


@pytest.mark.parametrize(
    ("own", "pooled", "lead", "taken", "says"),
    [
        ("pass", "pass", ALIKE, "own", "is not shown to find more"),
        ("pass", "pass", BETTER, "pooled", "finds more, beyond chance"),
        ("pass", "fail", BETTER, "own", "the pool's did not (fail)"),
        ("not_enough_evidence", "pass", ALIKE, "pooled", "its own did not (not enough evidence)"),
        ("fail", "pass", ALIKE, "pooled", "its own did not (fail)"),
        ("not_enough_evidence", "not_enough_evidence", BETTER, "rule", "so its rule serves"),
        ("fail", "fail", BETTER, "rule", "Of 100 students who ended off track, the pool's lists 8 more"),
    ],
)
def test_a_district_takes_what_passed_its_own_gate(
    own: Verdict, pooled: Verdict, lead: RecallLead, taken: Taken, says: str
) -> None:
    found = choose(run_with(own, own, own), pooled_with(pooled, lead))
    assert found.taken == taken
    assert says in found.why


@pytest.mark.parametrize(("own", "taken"), [("pass", "own"), ("fail", "rule")])
def test_without_a_pooled_model_it_is_the_own_one_or_the_rule(own: Verdict, taken: Taken) -> None:
    found = choose(run_with(own, own, own), None, "nobody lends")
    assert (found.taken, "nobody lends" in found.why) == (taken, True)


@pytest.mark.parametrize(
    ("pooled", "taken", "says"),
    [
        (None, "rule", "asked for no model of its own, so its rule serves; there is no pooled model for it: nobody"),
        ("pass", "pooled", "passed this district's gate; the district asked for none of its own."),
        ("fail", "rule", "gate (fail), and the district asked for none of its own, so its rule serves."),
    ],
)
def test_a_model_that_nobody_tried_is_not_said_to_have_failed(
    pooled: GateVerdict | None, taken: Taken, says: str
) -> None:
    found = decide("no_model", pooled, None, "nobody lends")
    assert (found.taken, says in found.why, "its own did not" in found.why) == (taken, True, False)
