"""Runs are what they were: the scores of a simulated district, part by part, as pages and API are given them.

Where what a run says is meant to change, or the simulator, a definition or a library makes other records or another
model, `golden_run.json` is written again: `python -m tests.serving.scoring.test_golden_run`.
"""

import json
import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.definitions.grade9 import NinthGrade
from features.progress import quietly
from features.settings import Settings
from features.simulator.plan import Plan
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import change_warehouse, open_warehouse
from models.bundle.bundle import BundleParts
from models.estimators.published_rule import RuleModel
from serving.scoring.score_district import score_district
from tests.districts import simulated_warehouse
from tests.serving.example_releases import model_parts, release, rule_parts
from tests.serving.example_service import NOW, TODAY, ExampleService
from tests.serving.scoring.seen_scores import digests, seen_scores

GOLDEN = Path(__file__).with_name("golden_run.json")
EVIDENCE = {"off_track": (50.0, 60.0, 60.0), "pooled_n": (500.0, 200.0, 5.0), "low": (0.08, 0.25, 0.2)}
RULE = replace(
    rule_parts("harbor"),
    metrics={"headline": {}, "listed": 0, "test_year": TODAY.year},
    rule=RuleModel((0.0, 1.0, 2.0), (0.1, 0.3, 0.6), (500, 200, 5), 0.2, **EVIDENCE, high=(0.13, 0.37, 0.9)),
)
WEEKS = (("model", 2), ("model again", 1), ("rule", 0))
"""The runs: what serves, and how many weeks before today."""

A_YEAR_AGO = date(2025, 11, 21)

Seen = dict[str, dict[str, dict[str, object]]]


def made_runs(folder: Path) -> Seen:
    """What is seen of three runs of a simulated district, by run and part."""
    service = ExampleService(folder)
    warehouse = service.context.settings.warehouse("harbor")
    simulated_warehouse(Plan("harbor", 400, TODAY, years=2), warehouse)
    flag_last_year(warehouse)
    settings, engine, ids = service.context.settings, service.context.engine, {}
    for name, weeks in WEEKS:
        release(service, "harbor", parts_of(name))
        as_of = TODAY - timedelta(weeks=weeks)
        now = NOW - timedelta(weeks=weeks)
        run = score_district(by_order_alone(settings), engine, "harbor", as_of=as_of, now=now, progress=quietly).runs[0]
        ids[name] = run.run_id
    with service.read_session() as session:
        return {name: seen_scores(session, "harbor", run_id) for name, run_id in ids.items()}


def parts_of(name: str) -> BundleParts:
    """What serves in the run of that name."""
    return RULE if name == "rule" else replace(model_parts("harbor"), metrics=RULE.metrics)


def by_order_alone(settings: Settings) -> Settings:
    """The settings by which nobody is listed for having been so before."""
    return settings.model_copy(update={"service": settings.service.model_copy(update={"list_margin": 0.0})})


def flag_last_year(warehouse: Path) -> None:
    """Puts every ninth grader of a year ago on a list of each kind of scorer, so that there are track records."""
    with open_warehouse(warehouse) as reader:
        students = build_snapshot(reader, NinthGrade, A_YEAR_AGO).features.index
        load_id = int(reader.current("loads")["load_id"].max())
    place = np.arange(1, len(students) + 1)
    flags = [
        pd.DataFrame({"student_key": students, "list_position": place, "risk": place / (len(students) + 1)}).assign(
            run_id=f"a-year-ago-{scorer}", scorer=scorer, list_probability=1.0, at_random=False
        )
        for scorer in ("model", "rule")
    ]
    known = pd.concat(flags, ignore_index=True).assign(
        outcome=RULE.name, as_of=A_YEAR_AGO, release_id="r-0000", capacity=len(students),
        district_id="harbor", known_on=A_YEAR_AGO, load_id=load_id, withdrawn=False,
    )  # fmt: skip
    with change_warehouse(warehouse) as writer:
        writer.add("flags", known)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The runs, made once."""
    return made_runs(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("name", [name for name, _ in WEEKS])
def test_a_run_says_of_every_student_what_it_said_before(seen: Seen, name: str) -> None:
    assert digests(seen[name]) == json.loads(GOLDEN.read_text(encoding="utf-8"))[name]


def test_the_runs_have_something_of_every_part(seen: Seen) -> None:
    found = {part for run in seen.values() for part, values in run.items() if any(values.values())}
    assert set(seen["rule"]) - found == {"at_random"}  # no places are drawn by lot


def write_golden() -> None:
    """Writes what the runs say now as what they shall say."""
    with tempfile.TemporaryDirectory() as folder:
        seen = made_runs(Path(folder))
    found = {name: digests(parts) for name, parts in seen.items()}
    GOLDEN.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if len(sys.argv) > 1:  # all of it, to look at what changed
        Path(sys.argv[1]).write_text(json.dumps(seen, default=str, sort_keys=True, indent=1), encoding="utf-8")


if __name__ == "__main__":
    write_golden()
