"""Refuses a bundle whose features, or whose rule, are computed in another way here than when it was written."""

from pathlib import Path

from features.definitions.catalog import SERVABLE
from models.bundle.manifest import BundleRefused
from models.feature_dictionary import FeatureDictionary, changed_definitions

PREPARED_TABLE = "prepared table"
"""The feature set of a bundle over the columns of a table that someone else computed."""


def check_definitions(file: Path, feature_set: str, dictionary: FeatureDictionary, *, of_rule: bool) -> None:
    """Raise BundleRefused, naming the file, unless this version of OnTrack computes the dictionary's features alike.

    With `of_rule` its published rule too.
    """
    if feature_set not in SERVABLE:
        raise BundleRefused(f"{file}: no feature set {feature_set!r} here; train again")
    changed = changed_definitions(dictionary, SERVABLE[feature_set], of_rule=of_rule)
    if changed:
        raise BundleRefused(f"{file}: computed in another way here: {', '.join(changed)}; train again")
