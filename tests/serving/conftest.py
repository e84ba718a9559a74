"""Fixtures: an example service for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from features.settings import Settings
from tests.serving.database_reach import reaches_database
from tests.serving.databases import FILE, ON_POSTGRESQL, copy_database, database_name, drop_database
from tests.serving.example_service import ExampleService

HERE = Path(__file__).parent
SAME_ON_BOTH = ("scoring/test_record_checks.py", "scoring/test_risk_change.py", "scoring/test_year_parts.py")
"""What these try is decided before a run is written.

That a run is written and read on PostgreSQL as on SQLite, part by part, is shown by `scoring/test_golden_run.py`, and
of pages by `store/test_pages_on_both.py`.
"""
CONNECTED: set[Engine] = set()
"""Engines that connected to PostgreSQL since the last test ended."""


@event.listens_for(Engine, "engine_connect")
def remember_engine(connection: Connection) -> None:
    """Keeps the engine of a connection until its test ends."""
    if connection.dialect.name == "postgresql":
        CONNECTED.add(connection.engine)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out on PostgreSQL what can reach no database: `make test` has tried it, and it would do the same again."""
    if ON_POSTGRESQL:
        left_out = [one for one in items if one.path.is_relative_to(HERE) and not asks_database(one)]
        items[:] = [one for one in items if one not in left_out]
        config.hook.pytest_deselected(items=left_out)


def asks_database(item: pytest.Item) -> bool:
    """Whether a test can reach the database that is chosen: by its imports, or by a fixture of this file."""
    asked = getattr(item, "fixturenames", [])
    own = {name for name in asked if name in globals() and name != connections_closed.__name__}
    same = any(item.path == HERE / name for name in SAME_ON_BOTH)
    return (bool(own) or reaches_database(item.path)) and not same


@pytest.fixture(autouse=True)
def connections_closed() -> Iterator[None]:
    """Closes what a test leaves connected: the driver warns of a connection that is forgotten while open."""
    yield
    for engine in CONNECTED:
        engine.dispose()
    CONNECTED.clear()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database with all example runs, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    service = ExampleService(folder)
    service.record_example_runs()
    put_away(service)
    return folder


@pytest.fixture
def service(tmp_path: Path, prepared: Path) -> Iterator[ExampleService]:
    """An application with all example runs."""
    copy_prepared(prepared, tmp_path)
    yield from opened(tmp_path)


@pytest.fixture(scope="module")
def read_service(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """The same application for all tests of a module that only read pages."""
    folder = tmp_path_factory.mktemp("read")
    copy_prepared(prepared, folder)
    yield from opened(folder)


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[ExampleService]:
    """An application before its first run."""
    yield from opened(tmp_path)


@pytest.fixture(scope="session")
def prepared_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder whose PostgreSQL database has all example runs, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared-postgresql")
    service = ExampleService(folder, postgresql=True)
    service.record_example_runs()
    service.close()
    return folder


@pytest.fixture
def postgresql_service(tmp_path: Path, prepared_postgresql: Path) -> Iterator[ExampleService]:
    """An application on PostgreSQL with all example runs, whatever database the others are on."""
    copy_database(database_name(prepared_postgresql), database_name(tmp_path))
    yield from opened(tmp_path, postgresql=True)


def put_away(service: ExampleService) -> None:
    """Closes a service so that its folder can be copied."""
    if not ON_POSTGRESQL:
        with service.context.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    service.close()


def copy_home(made: Path, folder: Path) -> None:
    """Puts a copy of all that a service which was put away has, its database too, into a folder."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    if ON_POSTGRESQL:
        copy_database(database_name(made), database_name(folder))


def copy_prepared(prepared: Path, folder: Path) -> None:
    """Puts a copy of the database with all example runs into a folder."""
    if ON_POSTGRESQL:
        copy_database(database_name(prepared), database_name(folder))
    else:
        shutil.copy(prepared / FILE, folder / FILE)


def opened(
    folder: Path,
    *,
    postgresql: bool = ON_POSTGRESQL,
    adapt: Callable[[Settings], Settings] = lambda settings: settings,
) -> Iterator[ExampleService]:
    """An application on a folder, with other settings where they are adapted; closed afterwards."""
    service = ExampleService(folder, postgresql=postgresql, adapt=adapt)
    yield service
    service.close()
    drop_database(folder)
