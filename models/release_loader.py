"""Opens what a release names: its bundle, verified with the installation's public key.

It only reads: where the key is missing, KeysRefused says so, and no key is made.
"""

from dataclasses import dataclass
from pathlib import Path

from features.language.feature_set import Outcome
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.signing import load_public_key
from models.releases import Release, ReleaseKey, current_release
from models.scoring import refuse_other_definition, refuse_prepared_table


@dataclass(frozen=True)
class LoadedRelease:
    """A release and its verified bundle."""

    release: Release
    bundle: Bundle


def load_serving(home: Path, key: ReleaseKey, outcome: Outcome | None = None) -> LoadedRelease | None:
    """What serves now, as `load_release` opens it; None where nothing was ever promoted."""
    release = current_release(home, key)
    return None if release is None else load_release(home, release, outcome)


def load_release(home: Path, release: Release, outcome: Outcome | None = None) -> LoadedRelease:
    """A release with its bundle; BundleRefused where that is not as it was signed, KeysRefused without the key.

    With an `outcome`, a bundle over a prepared table or of another definition of the outcome is refused too.
    """
    bundle = open_bundle(release.bundle_path, load_public_key(home / "keys"))
    if outcome is not None:
        refuse_prepared_table(bundle)
        refuse_other_definition(bundle, outcome)
    return LoadedRelease(release, bundle)
