"""What is planted in a simulated district's records is named by the audit, and where nothing is, nothing is named.

`make audits` tries 50 districts with nothing planted.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ingest.desk import desk_of
from features.ingest.steps import ingest
from features.progress import quietly
from features.settings import District, Settings, Training
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.simulator.planted import NOTHING, Planted
from training.audit import Audited
from training.audit_checks import FALSE_FINDINGS
from training.judgement import Trial
from training.train import train

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DISTRICTS = 50 if os.environ.get("ONTRACK_AUDITS") == "full" else 1
LATER = "low_income"


def audited(home: Path, planted: Planted, *, students: int, years: int = 4, seed: int = 7) -> Audited:
    """The audit of a district simulated with what is planted, trained as a data team would."""
    district = District(id="north", name="North Unified")
    settings = Settings(home=home, districts=(district,), training=Training(years=1, weeks=6, seed=seed))
    simulate_district(Plan("north", students, years=years, seed=seed, planted=planted), home / "records")
    ingest(desk_of(settings, "north", TODAY), home / "records", now=NOW, progress=quietly)
    trial = Trial(settings, district, OFF_TRACK_CHICAGO, TODAY)
    found = train(trial, now=NOW, code_version="none", progress=quietly).judgement.audited
    assert found
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an audit says, by code, of a district with a biased recording, a forgetful school and a later signal."""
    every = Planted(forgotten_days=60, later=LATER)
    found = audited(tmp_path_factory.mktemp("planted"), every, students=9000, years=5)
    return {check.code: check.says for check in found.checks if check.verdict in ("warn", "fail")}


def test_more_incidents_on_record_for_the_same_behavior_are_named(planted: dict[str, str]) -> None:
    assert "students recorded as Black" in planted["EWS201"]
    assert "times as many incidents are on record" in planted["EWS201"]


def test_the_school_that_forgets_attendance_is_named_and_no_other(planted: dict[str, str]) -> None:
    assert planted["EWS202"].count("School ") == 1


def test_the_group_whose_signal_comes_later_is_named(planted: dict[str, str]) -> None:
    assert "students from low-income families" in planted["EWS105"]


def test_where_nothing_is_planted_nothing_is_named(tmp_path: Path) -> None:
    named = []
    for seed in range(DISTRICTS):
        found = audited(tmp_path / str(seed), NOTHING, students=2500, seed=seed)
        named += [[check.code for check in found.checks if check.verdict in ("warn", "fail")]]
    wrong = [codes for codes in named if codes]
    most = (
        0 if DISTRICTS == 1 else round(DISTRICTS * FALSE_FINDINGS) + 3
    )  # 3: what chance adds to 2.5 of 50 in 100 tries
    assert len(wrong) <= most, wrong
