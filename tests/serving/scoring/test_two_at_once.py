"""Two scoring runs of a district at once, and a release promoted while one is made."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from features.progress import quietly
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from serving.scoring.run_summary import ListSummary
from serving.scoring.score_district import score_district
from serving.store.rows import RunRow
from tests.districts import simulated_warehouse
from tests.serving.conftest import opened
from tests.serving.example_releases import release, rule_parts
from tests.serving.example_service import NOW, TODAY, ExampleService


def promote(service: ExampleService, test_year: int) -> str:
    """The id of a new release of a rule."""
    metrics = {"headline": {}, "listed": 0, "test_year": test_year}
    parts = replace(rule_parts("harbor"), metrics=metrics)
    return release(service, "harbor", parts).release_id


@pytest.fixture(params=["sqlite", "postgresql"])
def scoring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExampleService]:
    """A service on which a rule serves a small simulated district, on each database."""
    for service in opened(tmp_path, postgresql=request.param == "postgresql"):
        promote(service, TODAY.year)
        simulated_warehouse(Plan("harbor", 120, TODAY, years=2), service.context.settings.warehouse("harbor"))
        yield service


def scored(service: ExampleService, progress: Callable[[str], None] = quietly) -> ListSummary:
    """A scoring run."""
    context = service.context
    return score_district(context.settings, context.engine, "harbor", as_of=TODAY, now=NOW, progress=progress)


def flags_of(service: ExampleService) -> pd.DataFrame:
    """The flags on record."""
    with open_warehouse(service.context.settings.warehouse("harbor")) as reader:
        return reader.current("flags")


def test_two_runs_at_once_are_one_list_with_each_flag_once(scoring: ExampleService) -> None:
    made: list[ListSummary] = []
    both = [threading.Thread(target=lambda: made.append(scored(scoring))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(summary.written for summary in made) == [False, True]
    assert not flags_of(scoring)[["run_id", "student_key"]].duplicated().any()
    assert len(scoring.rows(RunRow)) == 1


def test_a_release_promoted_in_the_middle_is_for_the_next_list(scoring: ExampleService) -> None:
    """The list is of the release it began with, in pages, ledger and log alike."""
    later: list[str] = []

    def promote_once(step: str) -> None:
        if "scoring" in step and not later:
            later.append(promote(scoring, TODAY.year - 1))

    first = scored(scoring, promote_once)
    assert later[0] not in set(flags_of(scoring)["release_id"])
    second = scored(scoring)
    with scoring.read_session() as session:
        found = {run.run_id: run.release_id for run in session.scalars(select(RunRow))}
    assert found[second.runs[0].run_id] == later[0] != found[first.runs[0].run_id]
