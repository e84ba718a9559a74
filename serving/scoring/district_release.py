"""A district's release with the bundle behind it: what serves now, and what served when an earlier run was made."""

from dataclasses import dataclass

from features.definitions.catalog import SERVABLE, outcome_of
from features.errors import Refused
from features.language.feature_set import FeatureSet, Outcome
from features.settings import District, Settings
from models.bundle.bundle import Bundle
from models.release_loader import load_release, load_serving
from models.releases import Release, ReleaseKey, release_log


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
    found = load_serving(settings.home, ReleaseKey(district_id, outcome.name, outcome.grade_band), outcome)
    if found is None:
        raise Refused(f"{district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    return DistrictRelease(settings.district(district_id), outcome, found.release, found.bundle)


def load_earlier_release(settings: Settings, now: DistrictRelease, release_id: str) -> DistrictRelease | None:
    """What an earlier release of the same district served; None where its bundle cannot be asked here any more."""
    if release_id == now.release.release_id:
        return now
    try:
        release = next(one for one in release_log(settings.home, now.release.key) if one.release_id == release_id)
        found = load_release(settings.home, release, now.outcome)
    except (Refused, StopIteration):
        return None
    return DistrictRelease(now.district, now.outcome, found.release, found.bundle)
