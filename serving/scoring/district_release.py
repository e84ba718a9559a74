"""A district's release with its bundle opened: the one in service now, or one that served an earlier run."""

from dataclasses import dataclass, replace
from datetime import date

from features.definitions.catalog import outcome_of
from features.definitions.served_outcomes import Served, served_outcomes
from features.errors import Refused
from features.language.feature_set import FeatureSet, Outcome
from features.settings import Settings
from models.bundle.bundle import Bundle
from models.bundle.year_parts import ServedPart
from models.pool.learned_from import withheld
from models.release_loader import load_release
from models.releases import Release, ReleaseKey, current_release, release_log
from models.scoring import feature_set_of_bundle
from models.served_scorer import NotJudged, recorded_scorer, serving_on


@dataclass(frozen=True)
class DistrictRelease:
    """A line of the release log, its verified bundle, and the outcome that it is about.

    As it serves on a date, `bundle` has the scorer of then, `part` is the part of the year, and `not_judged` says why
    no number is told of the date.
    """

    entry: Release
    bundle: Bundle
    outcome: Outcome
    part: ServedPart | None = None
    not_judged: NotJudged | None = None

    def on(self, school_week: int | None, as_of: date) -> "DistrictRelease":
        """The release as it serves on a date of a school week."""
        served = serving_on(self.bundle, school_week, as_of)
        return replace(self, bundle=served.bundle, part=served.part, not_judged=served.not_judged)

    def as_recorded(self, part: str | None, scorer: str) -> "DistrictRelease":
        """The release as it served in a past run, which recorded its part of the year and its scorer."""
        return replace(self, bundle=recorded_scorer(self.bundle, part, scorer))

    @property
    def district_id(self) -> str:
        """The district that it serves."""
        return self.entry.key.district_id

    @property
    def release_id(self) -> str:
        """The release's id in its log."""
        return self.entry.release_id

    @property
    def feature_set(self) -> type[FeatureSet]:
        """The feature set that the bundle was made for; where a rule serves, no more of it than the rule needs."""
        return feature_set_of_bundle(self.bundle)

    @property
    def model_version(self) -> str:
        """What runs and API answers call the scorer."""
        return f"{self.bundle.name} {self.bundle.digest[:8]}"


def load_current_release(settings: Settings, district_id: str) -> DistrictRelease:
    """The release in service for a district; Refused where nothing was promoted yet."""
    outcome = outcome_of(settings)
    entry = current_release(settings.home, ReleaseKey(district_id, outcome.name, outcome.grade_band))
    if entry is None:
        raise Refused(f"{district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    return open_release(settings, entry, outcome)


def load_served_releases(settings: Settings, district_id: str) -> tuple[tuple[Served, DistrictRelease], ...]:
    """The outcomes that a district serves and for which something was promoted; Refused where nothing was yet."""
    found = []
    for served in served_outcomes(settings, district_id):
        outcome = served.outcome
        entry = current_release(settings.home, ReleaseKey(district_id, outcome.name, outcome.grade_band))
        if entry is not None:
            found.append((served, open_release(settings, entry, outcome)))
    if not found:
        raise Refused(f"{district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    return tuple(found)


def load_earlier_release(settings: Settings, now: DistrictRelease, release_id: str) -> DistrictRelease | None:
    """An earlier release of the same district; None where its bundle does not open any more."""
    if release_id == now.release_id:
        return now
    try:
        entry = next(one for one in release_log(settings.home, now.entry.key) if one.release_id == release_id)
        return open_release(settings, entry, now.outcome)
    except (Refused, StopIteration):
        return None


def open_release(settings: Settings, entry: Release, outcome: Outcome) -> DistrictRelease:
    """A release with its bundle opened; Refused where the bundle is damaged or was made for another definition.

    Where it learned from records that are not lent any more, its rule serves in the place of the model.
    """
    return DistrictRelease(entry, withheld(load_release(settings.home, entry, outcome).bundle, settings), outcome)
