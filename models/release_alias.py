"""A release as the command line says it, and the alias in MLflow that follows it."""

from pathlib import Path

import typer

from features.definitions.served_outcomes import served_outcomes
from features.errors import Refused, SettingsRefused
from features.settings import Settings
from models.bundle.manifest import outcome_of_bundle
from models.registry import registry_in
from models.releases import Release, ReleaseKey
from models.trained_bundles import latest_trained


def release_key(settings: Settings, district_id: str, outcome: str = "") -> ReleaseKey:
    """What a district's releases of an outcome are kept under; of the first one that it serves where none is named.

    SettingsRefused for an outcome that the district does not serve.
    """
    served = {one.outcome.name: one.outcome for one in served_outcomes(settings, district_id)}
    if outcome and outcome not in served:
        raise SettingsRefused(f"{district_id} does not serve '{outcome}'; it serves {', '.join(served)}")
    found = served[outcome or next(iter(served))]
    return ReleaseKey(district_id, found.name, found.grade_band)


def key_of_bundle(settings: Settings, district_id: str, bundle: Path) -> ReleaseKey:
    """What a release of a bundle is kept under: its outcome, where the district serves that.

    Else that of the first outcome, so that a bundle for another one is refused with what was expected.
    """
    outcome = outcome_of_bundle(bundle)
    served = [one.outcome.name for one in served_outcomes(settings, district_id)]
    return release_key(settings, district_id, outcome if outcome in served else "")


def bundles_to_promote(settings: Settings, district_id: str, bundle: Path | None) -> list[tuple[ReleaseKey, Path]]:
    """One bundle with what its release is kept under, or the latest trained one of every outcome that is served.

    Refused where nothing was trained.
    """
    if bundle is not None:
        return [(key_of_bundle(settings, district_id, bundle), bundle)]
    keys = [release_key(settings, district_id, one.outcome.name) for one in served_outcomes(settings, district_id)]
    found = [(key, path) for key in keys if (path := latest_trained(settings.home, key))]
    if not found:
        raise Refused(f"{district_id}: nothing was trained yet; run `ontrack train --district {district_id} --all`")
    return found


def announce_release(settings: Settings, release: Release) -> None:
    """Says what serves, and lets the alias `champion` in MLflow follow it."""
    typer.echo(describe_release(release))
    registry = registry_in(settings.home, settings.training.experiment_tracking)
    registry.follow(f"{release.key.district_id}-{release.key.outcome}", release.digest)


def describe_release(release: Release) -> str:
    """A release in a line."""
    what = f"{release.release_id} serves {release.key.district_id}: bundle {release.digest[:16]}"
    return f"{what} ({release.action}), {release.key.outcome}"
