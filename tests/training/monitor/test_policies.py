"""MON13: records are read by the policies under which what serves was trained."""

from dataclasses import replace

import pytest

from features.policies.record_policies import RecordPolicies
from tests.training.monitor.monitor_inputs import serving
from training.monitor.checks import Verdict
from training.monitor.policies import policies_check

PART_TIME = RecordPolicies.model_validate({"attendance": {"part_time": True}}).declared


@pytest.mark.parametrize(("trained", "declared", "verdict", "says"), [
    (PART_TIME, PART_TIME, "ok", "by the policies under which"),
    ("", "", "ok", "by the policies under which"),
    ("", PART_TIME, "breach", "now part-time students are expected"),
    (PART_TIME, "", "breach", "no longer part-time students are expected"),
    (None, PART_TIME, "not_enough_evidence", "did not keep its policies"),
    ("", None, "not_enough_evidence", "did not keep its policies"),
])  # fmt: skip
def test_other_policies_than_those_of_the_training_are_a_breach(
    trained: str | None, declared: str | None, verdict: Verdict, says: str
) -> None:
    bundle = replace(serving().bundle, provenance={} if trained is None else {"policies": trained})
    found = policies_check(bundle, declared)
    assert (found.verdict, says in found.says) == (verdict, True)
    assert bool(found.do) == (verdict == "breach")
