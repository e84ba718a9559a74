"""Fixtures: an example service for each test."""

import shutil
from pathlib import Path

import pytest

from tests.serving.example_service import ExampleService

DATABASE = "service.db"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all example runs, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    service = ExampleService(folder)
    service.record_example_runs()
    with service.context.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    service.context.engine.dispose()
    return folder / DATABASE


@pytest.fixture
def service(tmp_path: Path, prepared: Path) -> ExampleService:
    """An application with all example runs."""
    shutil.copy(prepared, tmp_path / DATABASE)
    return ExampleService(tmp_path)


@pytest.fixture
def empty_service(tmp_path: Path) -> ExampleService:
    """An application before its first run."""
    return ExampleService(tmp_path)
