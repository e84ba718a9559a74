"""Since last time: what the records changed and what a new release changed, of every student of a real run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from features.progress import quietly
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from models.bundle.manifest import folder_name
from models.releases import ReleaseKey, current_release
from serving.scoring.district_release import load_current_release
from serving.scoring.risk_change import features_seen, load_previous_run
from serving.scoring.score_district import score_district
from serving.store.rows import ScoreRow
from tests.districts import simulated_warehouse
from tests.serving.conftest import copy_home, opened, put_away
from tests.serving.example_releases import OUTCOME, model_parts, release, rule_parts
from tests.serving.example_service import NOW, TODAY, ExampleService

BEFORE = TODAY - timedelta(weeks=2)
RULE_PARTS = replace(rule_parts("harbor"), metrics={"headline": {}, "listed": 0, "test_year": TODAY.year})


@dataclass(frozen=True)
class Since:
    """A student's risk then and now, and what of the change each part has."""

    before: float
    now: float
    by_data: float | None
    by_release: float | None
    moved: int


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a service on which a model has served a simulated district, and scored it two weeks ago."""
    service = ExampleService(tmp_path_factory.mktemp("made"))
    settings = service.context.settings
    simulated_warehouse(Plan("harbor", 400, TODAY, years=2), settings.warehouse("harbor"))
    release(service, "harbor", replace(model_parts("harbor"), metrics=RULE_PARTS.metrics))
    score(service, BEFORE)
    put_away(service)
    return settings.home


@pytest.fixture
def scoring(tmp_path: Path, made: Path) -> Iterator[ExampleService]:
    """That service, for one test."""
    copy_home(made, tmp_path)
    yield from opened(tmp_path)


def score(service: ExampleService, as_of: date) -> str:
    """The id of a scoring run."""
    context = service.context
    made = score_district(context.settings, context.engine, "harbor", as_of=as_of, now=NOW, progress=quietly)
    return made.runs[0].run_id


def since_last(service: ExampleService, run_id: str) -> dict[str, Since]:
    """What changed for each student of a run with a risk then and now."""
    with service.read_session() as session:
        rows = session.scalars(select(ScoreRow).where(ScoreRow.run_id == run_id, ScoreRow.change.is_not(None))).all()
        return {row.student_key: since(row) for row in rows if row.change}


def since(row: ScoreRow) -> Since:
    """What changed for one student."""
    assert row.change is not None
    assert row.previous_risk is not None
    assert row.risk is not None
    by_data, by_release, moved = (row.change[name] for name in ("by_data", "by_release", "moved"))
    assert isinstance(moved, list)
    return Since(row.previous_risk, row.risk, by_data, by_release, len(moved))  # type: ignore[arg-type]  # our own JSON


@pytest.fixture(scope="module")
def by_the_old(made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Since]:
    """What changed for each student where the same release scores today."""
    folder = tmp_path_factory.mktemp("same")
    copy_home(made, folder)
    (found,) = (since_last(service, score(service, TODAY)) for service in opened(folder))
    return found


def test_while_the_same_release_scores_the_whole_change_is_the_records(by_the_old: dict[str, Since]) -> None:
    found = by_the_old.values()
    assert len(found) > 40
    changed = [one for one in found if one.now != one.before]
    assert any(one.moved for one in changed)
    assert all((one.by_data, one.by_release) == (one.now - one.before, 0.0) for one in found)


def test_what_a_run_saw_is_kept_and_is_what_its_records_give_again(scoring: ExampleService) -> None:
    context = scoring.context
    serves = load_current_release(context.settings, "harbor")
    before = load_previous_run(context.settings, context.engine, serves, TODAY)
    assert before is not None
    assert before.release is not None
    assert before.features is not None
    with open_warehouse(context.settings.warehouse("harbor")) as reader:
        again = features_seen(before.release, before, reader)
    pd.testing.assert_frame_equal(before.features, again, check_exact=True)


def test_a_new_release_has_its_share_of_each_change_and_the_shares_add_up(
    scoring: ExampleService, by_the_old: dict[str, Since]
) -> None:
    release(scoring, "harbor", RULE_PARTS)
    found = since_last(scoring, score(scoring, TODAY))
    assert len(found) > 40
    for key, one in found.items():
        assert one.by_data == pytest.approx(by_the_old[key].now - one.before, abs=1e-12)
        assert one.by_data + one.by_release == pytest.approx(one.now - one.before, abs=1e-12)  # type: ignore[operator]
    assert sum(abs(one.by_release or 0) > 0.01 for one in found.values()) > len(found) / 2


def test_where_the_bundle_of_then_is_gone_nothing_is_split_and_the_run_goes_on(scoring: ExampleService) -> None:
    home = scoring.context.settings.home
    old = current_release(home, ReleaseKey("harbor", OUTCOME, "9"))
    assert old is not None
    release(scoring, "harbor", RULE_PARTS)
    (home / "bundles" / folder_name(old.digest) / "model.txt").unlink()
    found = since_last(scoring, score(scoring, TODAY)).values()
    assert len(found) > 40
    assert {(one.by_data, one.by_release, one.moved) for one in found} == {(None, None, 0)}
