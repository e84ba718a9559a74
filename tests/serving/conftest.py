"""The stage on which each test plays."""

from pathlib import Path

import pytest

from tests.serving.cast import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """An application with the whole cast."""
    return Stage(tmp_path)


@pytest.fixture
def empty_stage(tmp_path: Path) -> Stage:
    """An application before its first run."""
    return Stage(tmp_path, empty=True)
