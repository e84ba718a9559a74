"""A district's release with the bundle behind it: what serves now, and what served when an earlier run was made."""

from dataclasses import dataclass

from features.definitions.catalog import SERVABLE, outcome_of
from features.errors import Refused
from features.language.feature_set import FeatureSet, Outcome
from features.settings import District, Settings
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.signing import load_public_key
from models.releases import Release, ReleaseKey, current_release, release_log
from models.scoring import refuse_other_definition, refuse_prepared_table


@dataclass(frozen=True)
class DistrictRelease:
    """What serves a district: its release and the bundle behind it."""

    district: District
    outcome: Outcome
    release: Release
    bundle: Bundle

    @property
    def feature_set(self) -> type[FeatureSet]:
        """The feature set that the bundle was made for."""
        return SERVABLE[self.bundle.feature_set]


def load_current_release(settings: Settings, district_id: str) -> DistrictRelease:
    """What serves a district now; Refused where nothing was promoted yet."""
    outcome = outcome_of(settings)
    release = current_release(settings.home, ReleaseKey(district_id, outcome.name, outcome.grade_band))
    if release is None:
        raise Refused(f"{district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    return open_release(settings, outcome, release)


def load_earlier_release(settings: Settings, now: DistrictRelease, release_id: str) -> DistrictRelease | None:
    """What an earlier release of the same district served; None where its bundle cannot be asked here any more."""
    if release_id == now.release.release_id:
        return now
    try:
        release = next(one for one in release_log(settings.home, now.release.key) if one.release_id == release_id)
        return open_release(settings, now.outcome, release)
    except (Refused, StopIteration):
        return None


def open_release(settings: Settings, outcome: Outcome, release: Release) -> DistrictRelease:
    """A release with its bundle; Refused where the bundle is not as it was, or answers another question."""
    bundle = open_bundle(release.bundle_path, load_public_key(settings.home / "keys"))
    refuse_prepared_table(bundle)
    refuse_other_definition(bundle, outcome)
    return DistrictRelease(settings.district(release.key.district_id), outcome, release, bundle)
