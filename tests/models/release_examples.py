"""Releases of made-up bundles: the key they are of, and bundles written, promoted and rolled back in a home."""

from datetime import UTC, datetime
from pathlib import Path

from models.bundle.bundle import Bundle, BundleParts, write_bundle
from models.bundle.signing import ensure_keys
from models.releases import Approval, Release, ReleaseKey, promote, rollback
from tests.models.bundle_examples import OUTCOME

KEY = ReleaseKey("harbor", OUTCOME, "9")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def written(home: Path, parts: BundleParts) -> Bundle:
    return write_bundle(home / "bundles", parts, ensure_keys(home / "keys"), {"trained_by": "tess"})


ANA = Approval("ana")


def promoted(
    home: Path, bundle: Bundle, *, key: ReleaseKey = KEY, now: datetime = NOW, approval: Approval = ANA
) -> Release:
    public_key = ensure_keys(home / "keys").public_key
    return promote(home, key, bundle.path, public_key=public_key, approval=approval, now=now)


def rolled_back(home: Path) -> Release:
    approval = Approval("bo", "too many")
    return rollback(home, KEY, public_key=ensure_keys(home / "keys").public_key, approval=approval, now=NOW)
