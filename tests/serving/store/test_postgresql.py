"""PostgreSQL as service database: its revisions, its rows by district, its locks, and what its errors say."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from features.errors import MachineRefused
from serving.access.access_chain import find_broken_row
from serving.access.access_log import record_access
from serving.access.authorize import Allowed, Client
from serving.scoring.run_writer import write_run
from serving.store.database import migrate, open_engine, read_session, write_session
from serving.store.district_scope import enter_district
from serving.store.revisions import migrations
from serving.store.rows import AccessRow, DistrictRow, Row, RunRow, ScoreRow, StudentRow
from tests.postgresql import SERVICE, postgres_server
from tests.serving.browser import ApiClient, Browser
from tests.serving.databases import bare_database, database_name, drop_database
from tests.serving.example_service import NOW, TODAY, ExampleService, run_of

NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without tables."""
    engine = open_engine(bare_database(tmp_path))
    yield engine
    engine.dispose()
    drop_database(tmp_path)


def test_the_revisions_make_what_the_rows_declare_and_wall_off_each_district(owner: Engine) -> None:
    migrate(owner)
    with owner.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
        walled = connection.execute(text("SELECT tablename FROM pg_policies WHERE policyname = 'own_district'"))
        expected = {name for name, table in Row.metadata.tables.items() if "district_id" in table.columns}
        assert set(walled.scalars()) == expected


def test_the_revisions_can_be_taken_back(owner: Engine) -> None:
    migrate(owner)
    with owner.begin() as connection:
        command.downgrade(migrations(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_who_does_not_own_the_tables_is_told_who_brings_them_up_to_date(owner: Engine, tmp_path: Path) -> None:
    service = open_engine(postgres_server().address(database_name(tmp_path), SERVICE))
    with pytest.raises(MachineRefused, match="upgrade-database"):
        migrate(service)
    service.dispose()


def test_pages_and_api_show_a_run(postgresql_service: ExampleService) -> None:
    browser = Browser(postgresql_service, "harbor", "s-ines")
    assert "Boateng" in browser.get("/caseload").text
    assert "Boateng" in browser.get("/students/k-amara").text
    assert browser.get("/students/k-chloe").status_code == 404
    program = ApiClient(postgresql_service, "mesa", "scores.read")
    scores = program.ask("GET", "/v1/students/k-amara/scores").json()["scores"]
    assert [score["as_of"] for score in scores] == ["2026-11-20", "2026-11-13"]
    assert program.ask("GET", "/readyz").json()["status"] == "ok"
    with read_session(postgresql_service.engine) as session:
        assert find_broken_row(session, "harbor") is None


def test_a_query_without_a_where_gives_nothing_of_another_district(postgresql_service: ExampleService) -> None:
    """The wall is the database's: the owner of the tables, for whom there is none, sees both districts."""
    everybody = select(ScoreRow.district_id).distinct()
    with read_session(postgresql_service.context.engine) as session:
        assert session.scalars(everybody).all() == []
        enter_district(session, "mesa")
        assert session.scalars(everybody).all() == ["mesa"]
    with read_session(postgresql_service.engine) as session:
        assert sorted(session.scalars(everybody)) == ["harbor", "mesa"]


def test_a_row_of_another_district_cannot_be_written(postgresql_service: ExampleService) -> None:
    student = StudentRow(
        district_id="mesa", student_key="k", student_id="1", first_name="A", last_name="B", grade_level=9, school_id="x"
    )
    engine = postgresql_service.context.engine
    with pytest.raises(ProgrammingError, match="InsufficientPrivilege"), write_session(engine, "harbor") as session:
        session.add(student)


def test_the_service_never_changes_its_access_log(postgresql_service: ExampleService) -> None:
    Browser(postgresql_service, "harbor", "s-ines").get("/caseload")
    engine = postgresql_service.context.engine
    for statement in ("UPDATE access_log SET reason = 'x'", "DELETE FROM access_log"):
        with pytest.raises(ProgrammingError, match="InsufficientPrivilege"), write_session(engine, "harbor") as session:
            session.execute(text(statement))


def test_the_same_run_written_by_two_at_once_is_there_once(postgresql_service: ExampleService) -> None:
    """The second writer waits for the first one, and then finds the run."""
    engine, wrote = postgresql_service.context.engine, []

    def write_too() -> None:
        with write_session(engine, "harbor") as session:
            wrote.append(write_run(session, run_of("harbor", NEXT_WEEK)))

    second = threading.Thread(target=write_too)
    with write_session(engine, "harbor") as session:
        assert write_run(session, run_of("harbor", NEXT_WEEK))
        second.start()
        second.join(timeout=0.3)
        assert second.is_alive()
    second.join()
    assert wrote == [False]
    with read_session(engine, "harbor") as session:
        assert session.scalar(select(func.count()).where(RunRow.as_of == NEXT_WEEK).select_from(RunRow)) == 1


def record_read(session: Session) -> None:
    """Adds the row of a program's read."""
    client = Client("harbor", "k", frozenset({"scores.read"}))
    record_access(session, client, "scores.read", target="scores", allowed=Allowed("api_key"), students=[], at=NOW)


def record_reads(engine: Engine, times: int) -> None:
    """Adds rows of reads, each in a transaction of its own."""
    for _ in range(times):
        with write_session(engine, "harbor") as session:
            record_read(session)


def test_the_access_log_stays_one_chain_while_many_read(postgresql_service: ExampleService) -> None:
    engine = postgresql_service.context.engine
    readers = [threading.Thread(target=record_reads, args=(engine, 10)) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    with read_session(engine, "harbor") as session:
        assert session.scalar(select(func.count()).select_from(AccessRow)) == 60
        assert find_broken_row(session, "harbor") is None


def test_the_next_row_of_the_access_log_waits_for_the_one_before(postgresql_service: ExampleService) -> None:
    """Without waiting, both would follow the same row."""
    engine = postgresql_service.context.engine
    with write_session(engine, "harbor") as first, write_session(engine, "harbor") as second:
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        record_read(first)
        with pytest.raises(OperationalError, match="LockNotAvailable"):
            record_read(second)


def test_a_reader_sees_one_state_while_a_run_is_written(postgresql_service: ExampleService) -> None:
    engine = postgresql_service.context.engine
    with read_session(engine, "harbor") as reader:
        before = reader.scalar(select(func.count()).select_from(ScoreRow))
        with write_session(engine, "harbor") as session:
            write_run(session, run_of("harbor", NEXT_WEEK))
        assert reader.scalar(select(func.count()).select_from(ScoreRow)) == before
    with read_session(engine, "harbor") as reader:
        assert reader.scalar(select(func.count()).select_from(ScoreRow)) != before


def test_an_error_never_repeats_a_value(postgresql_service: ExampleService) -> None:
    """Neither one of a statement nor one of COPY; both say what it is about."""
    engine, run = postgresql_service.engine, run_of("harbor", NEXT_WEEK)
    with pytest.raises(IntegrityError) as failed, write_session(engine) as session:
        session.add(DistrictRow(district_id="harbor", name="Zzcanary"))
    twice = replace(run, scores=pd.concat([run.scores, run.scores.head(1)]))
    with pytest.raises(IntegrityError) as copied, write_session(engine) as session:
        write_run(session, twice)
    assert ("pk_districts" in str(failed.value), "pk_scores" in str(copied.value)) == (True, True)
    said = f"{failed.value!r} {failed.value} {failed.value.orig} {copied.value!r} {copied.value} {copied.value.orig}"
    assert not any(value in said for value in ("Zzcanary", "harbor", "k-amara"))
