"""Homes in which made-up bundles are written."""

import shutil
from pathlib import Path

import pytest

from models.bundle.bundle import write_bundle
from models.bundle.signing import KeyPair, ensure_keys
from tests.models.bundle_examples import model_parts


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the made-up model was asked once, so that its copies need not ask again."""
    home = tmp_path_factory.mktemp("verified")
    write_bundle(home / "bundles", model_parts(), ensure_keys(home / "keys"), {})
    return home


@pytest.fixture
def home(verified: Path, tmp_path: Path) -> Path:
    shutil.copytree(verified / "bundles" / ".verified", tmp_path / "bundles" / ".verified")
    return tmp_path


@pytest.fixture
def keys(home: Path) -> KeyPair:
    return ensure_keys(home / "keys")
