"""A district whose files were loaded once."""

from pathlib import Path

import pytest

from tests.drawn import load, write_files
from tests.features.made_folder import DRAWN, District


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse after a first load."""
    home = tmp_path_factory.mktemp("loaded")
    warehouse = home / "warehouses" / "north.duckdb"
    load(home / "files", warehouse, DRAWN)
    return warehouse


@pytest.fixture
def district(tmp_path: Path, loaded: Path) -> District:
    """A district whose files were loaded once, to be changed."""
    home = tmp_path / "warehouses"
    home.mkdir()
    (home / "north.duckdb").write_bytes(loaded.read_bytes())
    return District(write_files(tmp_path / "files", DRAWN), home / "north.duckdb")
