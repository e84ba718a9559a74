"""What is planted in a simulated district's records is named by the audit, and where nothing is, nothing is named.

`make audits` tries 50 districts with nothing planted.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.progress import quietly
from features.settings import District, Gate, Settings, Training
from features.simulator.plan import Plan
from features.simulator.planted_bias import NOTHING, Planted
from tests.districts import simulated_warehouse
from tests.sweeps import swept
from training.audit.run import AuditResult
from training.train import train
from training.training_request import TrainingRequest

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY = date(2026, 11, 20)
FULL = swept("audits")
DISTRICTS, HALVES = (50, 2) if FULL else (1, 1)
MOST_WRONG = 4 if FULL else 0
"""Of 25 audits of which 5 in 100 may name something, more than 4 do so in 1 of 100 tries."""
GATE = Gate() if FULL else Gate(replicates=300)
LATER = "low_income"


def audited(home: Path, planted: Planted, *, students: int, seed: int = 7, years: int = 4) -> AuditResult:
    """The audit of a district simulated with what is planted, trained as a data team would."""
    district = District(id="north", name="North Unified")
    settings = Settings(
        home=home, districts=(district,), gate=GATE, training=Training(as_of=("11-20",), years=1, weeks=6, seed=seed)
    )
    plan = Plan("north", students, TODAY, years=years, seed=seed, planted=planted)
    simulated_warehouse(plan, settings.warehouse("north"))
    request = TrainingRequest(settings, district, OFF_TRACK_CHICAGO, TODAY)
    found = train(request, now=NOW, code_version="none", progress=quietly).result.main.audited
    assert found
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an audit says, by code, of a district with a biased recording, a forgetful school and a later signal."""
    every = Planted(forgotten_days=60, later=LATER)
    found = audited(tmp_path_factory.mktemp("planted"), every, students=9000)
    return {check.code: check.says for check in found.checks if check.verdict in ("warn", "fail")}


def test_more_incidents_on_record_for_the_same_behavior_are_named(planted: dict[str, str]) -> None:
    assert "students recorded as Black" in planted["EWS201"]
    assert "times as many incidents are on record" in planted["EWS201"]


def test_the_school_that_forgets_attendance_is_named_and_no_other(planted: dict[str, str]) -> None:
    assert planted["EWS202"].count("School ") == 1


def test_the_group_whose_signal_comes_later_is_named(planted: dict[str, str]) -> None:
    assert "students from low-income families" in planted["EWS105"]


@pytest.mark.parametrize("half", range(HALVES))
def test_where_nothing_is_planted_nothing_is_named(tmp_path: Path, half: int) -> None:
    named = []
    for seed in range(half, DISTRICTS, HALVES):
        found = audited(tmp_path / str(seed), NOTHING, students=2500, seed=seed)
        named += [[check.code for check in found.checks if check.verdict in ("warn", "fail")]]
    wrong = [codes for codes in named if codes]
    print(f"{len(wrong)} of {len(named)} audits name something: {wrong}")  # noqa: T201 - the figure that is written down
    assert len(wrong) <= MOST_WRONG, wrong
