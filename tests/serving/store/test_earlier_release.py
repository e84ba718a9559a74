"""A database of an earlier release, with rows in it, brought to the newest revision: on both databases."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, func, select

from serving.access.access_chain import find_broken_row
from serving.store.database import migrate, migrating, open_engine, read_session
from serving.store.revisions import migrations
from serving.store.row_security import grant_service
from serving.store.rows import RunRow, ScoreRow, StaffRow
from tests.postgresql import SERVICE
from tests.serving.browser import Browser
from tests.serving.databases import bare_database, drop_database
from tests.serving.example_service import ExampleService
from tests.serving.store.released_rows import LAST, RELEASED, SAID_IN_CONFIDENCE, Rows

DISTRICT = "harbor"


@pytest.fixture(params=["0007", "0026"])
def release(request: pytest.FixtureRequest) -> str:
    """The revision of an earlier release, the first or the last one."""
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, release: str) -> Iterator[Engine]:
    """An engine on a database of that release with a run in it."""
    sqlite = request.param == "sqlite"
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}" if sqlite else bare_database(tmp_path))
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(migrations(connection), release)
        insert_rows(connection, RELEASED[release])
    yield engine
    engine.dispose()
    drop_database(tmp_path)


def insert_rows(connection: Connection, rows_by_table: Rows) -> None:
    """Inserts the rows."""
    tables = MetaData()
    tables.reflect(connection)
    for name, rows in rows_by_table.items():
        connection.execute(tables.tables[name].insert(), [{"district_id": DISTRICT, **row} for row in rows])


def rows_in(engine: Engine, names: Collection[str]) -> dict[str, list[str]]:
    """Every row of some tables, as texts in order."""
    tables = MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        return {
            name: sorted(str(sorted(row._mapping.items())) for row in connection.execute(select(tables.tables[name])))
            for name in names
        }


def test_what_an_earlier_release_wrote_is_there_and_shown(engine: Engine, tmp_path: Path) -> None:
    migrate(engine)
    postgresql = engine.dialect.name == "postgresql"
    if postgresql:
        with engine.begin() as connection:
            grant_service(connection, SERVICE)
    service = ExampleService(tmp_path, postgresql=postgresql)
    page = Browser(service, DISTRICT, "s-ines").get("/caseload").text
    assert "Boateng" in page
    assert re.search(r"November\s16,\s2026", page)
    student = Browser(service, DISTRICT, "s-ines").get("/students/k-amara").text
    assert "Has an F" in student
    with service.read_session() as session:
        assert [row.password_hash for row in session.scalars(select(StaffRow))] == ["kept"]
        assert find_broken_row(session, DISTRICT) is None
    service.close()


def test_taking_the_revisions_back_and_forth_keeps_its_runs(engine: Engine, release: str) -> None:
    migrate(engine)
    with migrating(engine) as connection:
        command.downgrade(migrations(connection), release)
    migrate(engine)
    with read_session(engine) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (RunRow, ScoreRow, StaffRow)]
    assert counts == [1, 1, 1]


@pytest.mark.parametrize("release", ["0026"], indirect=True)
def test_every_row_of_the_last_release_stays_but_the_words_of_restricted_contacts(engine: Engine) -> None:
    before = rows_in(engine, LAST)
    migrate(engine)
    after = rows_in(engine, LAST)
    assert {name for name in LAST if before[name] != after[name]} == {"follow_ups"}
    assert str(before["contacts"]).count(SAID_IN_CONFIDENCE) == str(after["contacts"]).count(SAID_IN_CONFIDENCE) == 1
    told = [one.replace(SAID_IN_CONFIDENCE, "") for one in before["follow_ups"]]
    assert after["follow_ups"] == sorted(told)
