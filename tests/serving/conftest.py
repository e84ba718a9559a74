"""The stage on which each test plays."""

import shutil
from pathlib import Path

import pytest

from tests.serving.cast import Stage

DATABASE = "service.db"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the whole cast, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    stage = Stage(folder)
    stage.bring_in_the_cast()
    with stage.service.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    stage.service.engine.dispose()
    return folder / DATABASE


@pytest.fixture
def stage(tmp_path: Path, prepared: Path) -> Stage:
    """An application with the whole cast."""
    shutil.copy(prepared, tmp_path / DATABASE)
    return Stage(tmp_path)


@pytest.fixture
def empty_stage(tmp_path: Path) -> Stage:
    """An application before its first run."""
    return Stage(tmp_path)
