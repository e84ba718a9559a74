"""Moving the service database: every row arrives as it was, or none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from features.errors import Refused
from features.progress import quietly
from serving.access.access_chain import find_broken_row
from serving.store.database import migrate, open_engine, read_session, write_session
from serving.store.move import move_database
from serving.store.rows import AccessRow, Row
from tests.serving.browser import Browser
from tests.serving.conftest import opened
from tests.serving.databases import bare_database, drop_database
from tests.serving.example_service import ExampleService

OTHER_NAME = """
CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.last_name := 'X'; RETURN NEW; END $$
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleService]:
    """A service on SQLite that was used."""
    for service in opened(tmp_path_factory.mktemp("source"), postgresql=False):
        service.record_example_runs()
        browser = Browser(service, "harbor", "s-ines")
        for key in ("k-amara", "k-bruno"):
            browser.get(f"/students/{key}")
        yield service


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Engine]:
    """A PostgreSQL database without tables."""
    engine = open_engine(bare_database(tmp_path))
    yield engine
    engine.dispose()
    drop_database(tmp_path)


def test_every_row_arrives_on_postgresql_and_back(source: ExampleService, target: Engine, tmp_path: Path) -> None:
    there = move_database(source.engine, target, quietly)
    assert {one.table for one in there} == set(Row.metadata.tables)
    assert {one.table for one in there if one.rows} >= {"runs", "scores", "staff", "sessions", "access_log"}
    back = open_engine(f"sqlite:///{tmp_path / 'back.db'}")
    assert move_database(target, back, quietly) == there
    back.dispose()


def test_the_access_log_goes_on_where_it_was(source: ExampleService, target: Engine) -> None:
    """Its chain holds, and the database counts on after its newest row."""
    move_database(source.engine, target, quietly)
    with write_session(target) as session:
        assert find_broken_row(session, "harbor") is None
        newest = session.scalar(select(func.max(AccessRow.id)))
        assert session.scalar(text("SELECT nextval(pg_get_serial_sequence('access_log', 'id'))")) == (newest or 0) + 1


def test_a_database_with_rows_is_refused_and_stays_as_it_is(source: ExampleService, target: Engine) -> None:
    move_database(source.engine, target, quietly)
    with pytest.raises(Refused, match="already; name an empty database"):
        move_database(source.engine, target, quietly)


def test_what_did_not_arrive_as_it_was_is_refused_and_nothing_is_kept(source: ExampleService, target: Engine) -> None:
    """Something on the way changes a name."""
    migrate(target)
    with target.begin() as connection:
        connection.execute(text(OTHER_NAME))
        connection.execute(text("CREATE TRIGGER other BEFORE INSERT ON students FOR EACH ROW EXECUTE FUNCTION other()"))
    with pytest.raises(Refused, match=r"`students` did not arrive as it was \(12 of 12 rows\)"):
        move_database(source.engine, target, quietly)
    with read_session(target) as session:
        assert [session.scalar(select(func.count()).select_from(t)) for t in Row.metadata.sorted_tables] == [0] * len(
            Row.metadata.tables
        )


def test_an_account_that_sees_one_district_cannot_move_it(postgresql_service: ExampleService, tmp_path: Path) -> None:
    """It would move nothing, and call that everything."""
    to = open_engine(f"sqlite:///{tmp_path / 'to.db'}")
    with pytest.raises(Refused, match="the address of the tables' owner"):
        move_database(postgresql_service.context.engine, to, quietly)
    to.dispose()
