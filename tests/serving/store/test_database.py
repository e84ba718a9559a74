"""The service database: its revisions, its transactions, its settings."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select
from sqlalchemy.exc import OperationalError

from features.errors import MachineRefused
from features.service_settings import Service
from features.settings import Settings
from serving.store.database import database_address, migrate, newest_revision, open_engine, read_session, write_session
from serving.store.revisions import known_revisions, migrations
from serving.store.rows import DistrictRow, Row


def test_the_revisions_make_what_the_rows_declare(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Row.metadata.tables, "alembic_version"}


def test_the_newest_file_of_migrations_is_the_newest_revision() -> None:
    assert newest_revision() == known_revisions()[0]


def test_a_postgresql_that_does_not_answer_is_refused_with_its_address_and_without_a_password() -> None:
    engine = open_engine("postgresql://service:secret@127.0.0.1:1/ontrack")
    with pytest.raises(MachineRefused, match=r"service:\*\*\*@127\.0\.0\.1:1/ontrack: no connection to PostgreSQL"):
        migrate(engine)


def test_the_revisions_can_be_taken_back(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    migrate(engine)
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_the_database_is_a_file_at_home_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    assert database_address(Settings(home=tmp_path)) == f"sqlite:///{tmp_path}/service.db"
    assert database_address(Settings(service=Service(database="postgresql://db/x"))) == "postgresql://db/x"


def test_sqlite_is_opened_with_a_log_and_foreign_keys(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1}


def test_a_reader_sees_one_state_while_somebody_writes(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    migrate(engine)
    with read_session(engine) as reader:
        assert reader.scalars(select(DistrictRow)).all() == []
        with write_session(engine) as writer:
            writer.add(DistrictRow(district_id="harbor", name="Harbor"))
        assert reader.scalars(select(DistrictRow)).all() == []
    with read_session(engine) as reader:
        assert len(reader.scalars(select(DistrictRow)).all()) == 1


def test_an_error_of_the_database_never_repeats_a_value(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    with pytest.raises(OperationalError) as failed, write_session(engine) as session:
        session.add(DistrictRow(district_id="harbor", name="Zzcanary"))
    assert "Zzcanary" not in str(failed.value)
