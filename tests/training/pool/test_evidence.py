"""What several districts show together, and what they let a new one expect."""

from collections.abc import Collection
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from features.errors import Refused
from features.settings import Settings
from models.metrics.heterogeneity import next_district, pool
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from tests.training.test_run_result import run_with
from training.gate.comparison import GateComparison
from training.pool import leave_one_out
from training.pool.choice import Choice
from training.pool.evidence import shown_together
from training.pool.leave_one_out import AsNew, LeftOut, pooled_of
from training.pool.pooled_years import PooledYears, PoolFits
from training.pool.run import choice_of_new, districts_left_out
from training.run_result import RunResult

UNPROVEN = RecallLead(0.05, -0.01, 0.11, 0.03)
"""A lead that no gate alone takes for shown."""


def run_with_lead(lead: RecallLead) -> RunResult:
    """A run whose gate saw this lead over the rule."""
    made = run_with("not_enough_evidence", "not_enough_evidence", "not_enough_evidence")
    compared = GateComparison(years=(2026,), students=1, off_track=1, leads={"rule": lead})
    return RunResult(tuple(replace(one, compared=compared) for one in made.parts))


def left_out(*leads: Interval) -> LeftOut:
    """Districts with these leads, each as if it were new."""
    found, gap = pooled_of(leads), Interval(0, -0.02, 0.02)
    districts = {str(place): AsNew(lead, gap) for place, lead in enumerate(leads)}
    return LeftOut(districts, found, next_district(found), gap)


def test_what_no_gate_shows_alone_several_show_together_and_it_is_no_pass() -> None:
    found = shown_together({str(place): run_with_lead(UNPROVEN) for place in range(6)})
    assert found is not None
    assert found.pooled.low > 0
    assert (found.pooled.tau, found.pooled.i_squared) == (0, 0)
    assert "That is no pass: each district's own gate decides." in found.says


def test_districts_that_differ_are_told_to() -> None:
    leads = [RecallLead(by, by - 0.06, by + 0.06, 0.03) for by in (-0.2, 0.0, 0.2, 0.25)]
    found = shown_together({str(place): run_with_lead(lead) for place, lead in enumerate(leads)})
    assert found is not None
    assert found.pooled.low < 0 < found.pooled.high
    assert found.pooled.i_squared > 0.8


def test_two_districts_are_too_few_to_speak_together() -> None:
    assert shown_together({"a": run_with_lead(UNPROVEN), "b": run_with_lead(UNPROVEN)}) is None


def test_an_interval_for_another_district_is_wider_than_that_of_the_mean() -> None:
    found = pool([0.1, 0.0, 0.2, 0.05], [0.02] * 4)
    ahead = next_district(found)
    assert ahead.low < found.low < found.high < ahead.high
    assert np.isinf(next_district(pool([0.1, 0.2], [0.02] * 2)).high)


@pytest.mark.parametrize(
    ("leads", "taken"),
    [
        ([Interval(0.1, 0.05, 0.15)] * 4, "pooled"),
        ([Interval(0.01, -0.05, 0.07)] * 4, "rule"),
        ([Interval(0.1, 0.05, 0.15)] * 2, "rule"),
    ],
)
def test_a_new_district_takes_the_pools_model_only_where_it_finds_more_in_others_it_never_saw(
    leads: list[Interval], taken: str
) -> None:
    found = choice_of_new(Choice("pooled", "It passed."), left_out(*leads))
    assert found.taken == taken


def test_a_new_district_without_others_to_go_by_keeps_its_rule() -> None:
    assert choice_of_new(Choice("pooled", "It passed."), None).taken == "rule"
    assert choice_of_new(Choice("rule", "It did not pass."), left_out(*[Interval(0.1, 0.05, 0.15)] * 4)).taken == "rule"


def test_what_others_show_a_new_district_is_of_models_without_its_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    taught_without: list[set[str]] = []

    def refuse(fits: object, asked: object, *, without: Collection[str]) -> PooledYears:
        taught_without.append(set(without))
        raise Refused("only who is left out is looked at")

    monkeypatch.setattr(leave_one_out, "judge_pooled", refuse)
    data = SimpleNamespace(parts=(), cohorts=SimpleNamespace(years={}))
    request = SimpleNamespace(settings=Settings())
    others = [
        SimpleNamespace(district_id=name, data=data, request=request, own=SimpleNamespace(years=("judged",)))
        for name in ("harbor", "mesa")
    ]
    new = SimpleNamespace(district_id="tide", data=data, request=request, own=SimpleNamespace(years=()))
    assert districts_left_out(PoolFits((), seed=7, threads=1), [*others, new], "tide") is None  # type: ignore[list-item]
    assert taught_without == [{"harbor", "tide"}, {"mesa", "tide"}]
