"""What is planted in a simulated district's records is named by the audit, and where nothing is, nothing is named.

`make audits` tries 50 districts with nothing planted.
"""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.progress import quietly
from features.settings import District, Gate, Settings, Training
from features.simulator.plan import Plan
from features.simulator.planted_bias import NOTHING, Planted
from tests import districts, warehouse_filling
from tests.districts import simulated_warehouse
from tests.kept_folders import code_of_product, kept
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


def warned(planted: Planted, *, students: int, seed: int = 7) -> dict[str, str]:
    """What the audit of such a district warns of, by code; kept as long as no file of the product changes."""

    def write(folder: Path) -> None:
        found = audited(folder / "home", planted, students=students, seed=seed)
        shutil.rmtree(folder / "home")
        said = {check.code: check.says for check in found.checks if check.verdict in ("warn", "fail")}
        (folder / "warned.json").write_text(json.dumps(said), encoding="utf-8")

    asked = f"audit {planted!r} {students} {seed} {GATE!r}"
    code = code_of_product(files=[__file__, districts.__file__, warehouse_filling.__file__])
    said: dict[str, str] = json.loads((kept(asked, code, write) / "warned.json").read_bytes())
    return said


@pytest.fixture(scope="module")
def planted() -> dict[str, str]:
    """What an audit says, by code, of a district with a biased recording, a forgetful school and a later signal."""
    return warned(Planted(forgotten_days=60, later=LATER), students=9000)


def test_more_incidents_on_record_for_the_same_behavior_are_named(planted: dict[str, str]) -> None:
    assert "students recorded as Black" in planted["EWS201"]
    assert "times as many incidents are on record" in planted["EWS201"]


def test_the_school_that_forgets_attendance_is_named_and_no_other(planted: dict[str, str]) -> None:
    assert planted["EWS202"].count("School ") == 1


def test_the_group_whose_signal_comes_later_is_named(planted: dict[str, str]) -> None:
    assert "students from low-income families" in planted["EWS105"]


@pytest.mark.parametrize("half", range(HALVES))
def test_where_nothing_is_planted_nothing_is_named(half: int) -> None:
    named = [list(warned(NOTHING, students=2500, seed=seed)) for seed in range(half, DISTRICTS, HALVES)]
    wrong = [codes for codes in named if codes]
    print(f"{len(wrong)} of {len(named)} audits name something: {wrong}")  # noqa: T201 - the figure that is written down
    assert len(wrong) <= MOST_WRONG, wrong
