"""What a release names is opened with the public key alone: no key is ever made to verify with."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.definitions.catalog import OUTCOMES
from features.settings import Settings
from models.bundle.bundle import write_bundle
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeysRefused, ensure_keys
from models.health import check_releases
from models.release_loader import load_release, load_serving
from models.releases import Approval, Release, ReleaseKey, promote
from tests.models.bundle_examples import OUTCOME, rule_parts
from tests.models.part_examples import model_by_part

KEY = ReleaseKey("harbor", OUTCOME, "9")


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """A rule that serves in a home of its own."""
    keys = ensure_keys(tmp_path / "keys")
    bundle = write_bundle(tmp_path / "bundles", rule_parts(), keys, {"trained_by": "tess"})
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return promote(tmp_path, KEY, bundle.path, public_key=keys.public_key, approval=Approval("ana"), now=now)


def test_what_serves_is_the_release_with_its_bundle_and_nothing_before_a_promotion(
    tmp_path: Path, release: Release
) -> None:
    found = load_serving(tmp_path, KEY)
    assert found is not None
    assert (found.release, found.bundle.digest) == (release, release.digest)
    assert load_serving(tmp_path, ReleaseKey("lakeside", OUTCOME, "9")) is None


def test_where_the_keys_are_gone_a_release_is_refused_and_no_key_is_made(tmp_path: Path, release: Release) -> None:
    shutil.rmtree(tmp_path / "keys")
    with pytest.raises(KeysRefused, match="no such file"):
        load_release(tmp_path, release)
    with pytest.raises(KeysRefused, match="no such file"):
        load_serving(tmp_path, KEY)
    assert not (tmp_path / "keys").exists()


def test_for_an_outcome_a_bundle_over_a_prepared_table_is_refused(tmp_path: Path, release: Release) -> None:
    with pytest.raises(BundleRefused, match="made from a prepared table"):
        load_release(tmp_path, release, OUTCOMES[OUTCOME])


def test_the_doctor_says_what_serves_when(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "keys")
    bundle = write_bundle(tmp_path / "bundles", model_by_part(), keys, {"trained_by": "tess"})
    now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    promote(tmp_path, KEY, bundle.path, public_key=keys.public_key, approval=Approval("ana"), now=now)
    (found,) = check_releases(Settings(home=tmp_path), "harbor")
    assert (found.check, found.verdict) == ("serves", "ok")
    assert found.found.endswith(
        "harbor-0001, the San Francisco rule for incoming ninth graders until week 10; the model from week 11 on,"
        " since 2026-11-20 08:00 UTC"
    )
