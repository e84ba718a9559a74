"""A list is written beside people who read: nothing leads to its scores before all of it is there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.errors import Refused
from serving.scoring import list_writer
from serving.scoring.list_writer import draft_scores, remove_drafts, write_list
from serving.scoring.run_writer import write_run
from serving.store.database import write_session
from serving.store.rows import RunRow, ScoreRow
from serving.store.run_queries import current_runs
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_service import TODAY, ExampleService, run_of

of_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="only SQLite has drafts: PostgreSQL writes a list beside others")
NEXT_WEEK = run_of("harbor", TODAY + timedelta(days=7))


@pytest.fixture
def service(tmp_path: Path) -> ExampleService:
    """A service with a list of today."""
    made = ExampleService(tmp_path)
    write_list(made.context.engine, [run_of("harbor")], "all")
    return made


def run_ids(service: ExampleService, table: type[RunRow | ScoreRow]) -> set[str]:
    """The runs that rows of a table name."""
    return {row.run_id for row in service.rows(table) if isinstance(row, (RunRow, ScoreRow))}


def shown(service: ExampleService) -> list[str]:
    """The runs of the list that pages show."""
    with service.read_session() as session:
        return [run.run_id for run in current_runs(session, "harbor")]


@of_sqlite
def test_a_list_that_was_cut_off_shows_nowhere_and_is_gone_with_the_next(service: ExampleService) -> None:
    before = shown(service)
    draft_scores(service.context.engine, NEXT_WEEK)
    assert run_ids(service, ScoreRow) - run_ids(service, RunRow) == {NEXT_WEEK.run_id}
    assert shown(service) == before
    later = run_of("harbor", TODAY + timedelta(days=14))
    write_list(service.context.engine, [later], "all")
    assert shown(service) == [later.run_id]
    assert run_ids(service, ScoreRow) == run_ids(service, RunRow) == {*before, later.run_id}


@of_sqlite
def test_others_write_between_the_scores_of_a_list(service: ExampleService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever some scores are written, nobody holds the lock: another transaction gets it."""
    engine = service.context.engine
    turns: list[float] = []
    monkeypatch.setattr(list_writer, "DRAFTED", 1)
    write_list(engine, [NEXT_WEEK], "all", others_turn(engine, turns))
    assert len(turns) == len(NEXT_WEEK.scores) + 1 > 2, "and once among its places"
    assert shown(service) == [NEXT_WEEK.run_id]


def others_turn(engine: Engine, turns: list[float]) -> Callable[[float], None]:
    """What another process does meanwhile: it takes the lock."""

    def write(pause: float) -> None:
        with write_session(engine, "harbor") as session:
            session.connection()
            turns.append(pause)

    return write


@of_sqlite
def test_a_list_whose_drafts_another_one_removed_is_refused(service: ExampleService) -> None:
    draft_scores(service.context.engine, NEXT_WEEK)
    remove_drafts(service.context.engine, "harbor")
    with pytest.raises(Refused, match="score again"), write_session(service.context.engine) as session:
        write_run(session, NEXT_WEEK, drafted=True)
    assert run_ids(service, ScoreRow) == run_ids(service, RunRow)
