"""A written bundle, and a copy of it to damage."""

import shutil
from pathlib import Path

import pytest

from models.bundle.bundle import Bundle, write_bundle
from models.bundle.signing import KeyPair, ensure_keys
from tests.models.bundle_examples import PROVENANCE, model_parts


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    return ensure_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, keys: KeyPair) -> Bundle:
    return write_bundle(tmp_path_factory.mktemp("home") / "bundles", model_parts(), keys, PROVENANCE)


@pytest.fixture
def copy(written: Bundle) -> Path:
    """A copy beside the bundle, where its model is known to answer as expected."""
    target = written.path.parent / "copy"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(written.path, target)
    return target
