"""Scoring looks at the records first: it refuses an error, and says a warning."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import select

from features.errors import Refused
from features.progress import quietly
from features.simulator.plan import Plan
from serving.scoring.score_district import RunSummary, score_district
from serving.store.rows import RunRow
from tests.features.made_warehouse import simulated
from tests.serving.cast import NOW, TODAY, Stage
from tests.serving.made_releases import model_parts, release


@pytest.fixture
def scoring(empty_stage: Stage, tmp_path: Path) -> Stage:
    """A stage on which a model serves a simulated district whose staff was never sent."""
    parts = model_parts("harbor")
    release(empty_stage, "harbor", replace(parts, metrics={"headline": {}, "listed": 0, "test_year": TODAY.year}))
    warehouse = empty_stage.service.settings.warehouse("harbor")
    warehouse.parent.mkdir()
    simulated(Plan("harbor", 400, TODAY, years=2), tmp_path / "made").rename(warehouse)
    spoil(empty_stage, "DELETE FROM staff")
    return empty_stage


def spoil(stage: Stage, statement: str) -> None:
    """The warehouse after a statement."""
    with duckdb.connect(str(stage.service.settings.warehouse("harbor"))) as connection:
        connection.execute(statement)


def scored(stage: Stage) -> RunSummary:
    """A scoring run."""
    service = stage.service
    return score_district(service.settings, service.engine, "harbor", as_of=TODAY, now=NOW, progress=quietly)


def test_an_error_in_the_records_is_refused_and_nothing_is_scored(scoring: Stage) -> None:
    spoil(scoring, "DELETE FROM calendar_days WHERE school_year = 2027 AND school_id = '10'")
    with pytest.raises(Refused, match="CHECK04"):
        scored(scoring)
    with scoring.reading() as session:
        assert session.scalars(select(RunRow)).all() == []


def test_a_warning_is_said_with_the_run(scoring: Stage) -> None:
    run = scored(scoring)
    assert run.written
    answer = run.as_json()
    assert answer["warnings"] == [finding.as_json() for finding in run.warnings]
    assert [finding.code for finding in run.warnings] == ["CHECK02"]
    assert (answer["students"], answer["listed"]) == (run.students, run.listed)


def test_a_run_that_is_there_is_not_checked_again(scoring: Stage) -> None:
    scored(scoring)
    spoil(scoring, "DELETE FROM students")
    assert not scored(scoring).written
