"""Bounds of the gate as they are declared: those looser than the default are named, and signed with the verdict."""

import pytest

from features.settings import Gate
from models.metrics.intervals import Interval
from models.verdict import Verdict
from tests.training.gate.gate_examples import evidence, lead, result_of
from training.gate.bounds import LOOSER, loosened_bounds
from training.gate.checks import check_evidence
from training.gate.verdict import GateCheck

LOOSE = Gate(
    minimum_off_track=50, calibration_bound=0.06, group_calibration_bound=0.2, recall_gap_bound=0.3,
    champion_margin=0.05, logistic_margin=0.05, support_margin=0.0, data_warnings=19, level_bound=0.05,
)  # fmt: skip
STRICT = Gate(
    minimum_off_track=500, calibration_bound=0.01, group_calibration_bound=0.02, recall_gap_bound=0.1,
    champion_margin=0.0, logistic_margin=0.0, support_margin=0.02, data_warnings=0, level_bound=0.01,
)  # fmt: skip


def test_every_bound_that_is_looser_than_its_default_is_named_and_no_other() -> None:
    assert len(loosened_bounds(LOOSE)) == len(LOOSER)
    assert "gate.minimum_off_track is 50; the default is 100" in loosened_bounds(LOOSE)
    assert loosened_bounds(STRICT) == loosened_bounds(Gate()) == ()


@pytest.mark.parametrize("name", LOOSER)
def test_a_loosened_bound_never_turns_a_pass_into_less(name: str) -> None:
    """The direction that is called looser is the one that lets more models serve."""
    order: dict[Verdict, int] = {"fail": 0, "not_enough_evidence": 1, "pass": 2}
    given = evidence(
        off_track=100, over_champion=lead(-0.04, -0.01), over_logistic=lead(-0.04, -0.01),
        calibration=Interval(0.0, -0.055, 0.05),
        in_groups=Interval(0.2, 0.15, 0.25), gap=Interval(-0.3, -0.35, -0.25),
        warnings=("CHECK12", "CHECK13", "CHECK18", "CHECK19"),
    )  # fmt: skip
    usual = Gate()
    loose = usual.model_copy(update={name: getattr(LOOSE, name)})
    pairs = zip(check_evidence(given, usual), check_evidence(given, loose), strict=True)
    assert all(order[after.verdict] >= order[before.verdict] for before, after in pairs)


def test_the_signed_verdict_names_the_district_every_check_and_what_was_declared() -> None:
    checks = (GateCheck("GATE01", "enough students", "pass", "yes"),)
    bounds = Gate(capacity=0.2, champion_margin=0.05)
    assert result_of(checks, bounds).as_json() == {
        "district_id": "north",
        "outcome": "an_outcome",
        "verdict": "pass",
        "checks": [{"code": "GATE01", "title": "enough students", "verdict": "pass", "says": "yes", "required": True}],
        "primary": "recall at 0.2 of the cohort",
        "bounds": bounds.model_dump(),
        "loosened": ["gate.champion_margin is 0.05; the default is 0.03"],
        "features": "",
        "years": [],
        "power": None,
    }
