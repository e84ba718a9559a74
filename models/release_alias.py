"""A release as the command line says it, and the alias in MLflow that follows it."""

import typer

from features.definitions.catalog import outcome_of
from features.settings import Settings
from models.registry import registry_in
from models.releases import Release, ReleaseKey


def release_key(settings: Settings, district_id: str) -> ReleaseKey:
    """What a district's releases are kept under."""
    outcome = outcome_of(settings)
    return ReleaseKey(settings.district(district_id).id, outcome.name, outcome.grade_band)


def announce_release(settings: Settings, release: Release) -> None:
    """Says what serves, and lets the alias `champion` in MLflow follow it."""
    typer.echo(describe_release(release))
    registry = registry_in(settings.home, settings.training.experiment_tracking)
    registry.follow(f"{release.key.district_id}-{release.key.outcome}", release.digest)


def describe_release(release: Release) -> str:
    """A release in a line."""
    return f"{release.release_id} serves {release.key.district_id}: bundle {release.digest[:16]} ({release.action})"
