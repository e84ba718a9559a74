"""Commands over releases: promote, rollback."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.definitions.catalog import outcome_of
from features.settings import Settings
from features.terminal import Context, DistrictOption, settings_of
from models.bundle.signing import load_public_key
from models.registry import registry_in
from models.releases import Approval, Release, ReleaseKey, promote, rollback

app = typer.Typer(no_args_is_help=True)

ApproverOption = Annotated[str, typer.Option(help="Who answers for this release: not the account that trained it.")]
ReasonOption = Annotated[str, typer.Option(help="Kept in the release log.")]
AloneOption = Annotated[bool, typer.Option("--alone", help="One person trained and approves; the log keeps it.")]


def release_key(settings: Settings, district_id: str) -> ReleaseKey:
    """What a district's releases are kept under."""
    outcome = outcome_of(settings)
    return ReleaseKey(settings.district(district_id).id, outcome.name, outcome.grade_band)


@app.command("promote")
def promote_command(
    context: Context,
    district: DistrictOption,
    bundle: Annotated[Path, typer.Argument(help="The bundle's folder, as `ontrack train` printed it.")],
    approved_by: ApproverOption,
    reason: ReasonOption = "",
    alone: AloneOption = False,
) -> None:
    """Let a bundle serve a district: a model only with the gate's signed pass, a rule always."""
    settings = settings_of(context)
    release = promote(
        settings.home,
        release_key(settings, district),
        bundle,
        public_key=load_public_key(settings.home / "keys"),
        approval=Approval(approved_by, reason, alone),
        now=datetime.now(UTC),
    )
    announce_release(settings, release)


@app.command("rollback")
def rollback_command(
    context: Context,
    district: DistrictOption,
    approved_by: ApproverOption,
    reason: ReasonOption = "",
    alone: AloneOption = False,
) -> None:
    """Go back to what served before."""
    settings = settings_of(context)
    public_key = load_public_key(settings.home / "keys")
    key = release_key(settings, district)
    approval = Approval(approved_by, reason, alone)
    release = rollback(settings.home, key, public_key=public_key, approval=approval, now=datetime.now(UTC))
    announce_release(settings, release)


def announce_release(settings: Settings, release: Release) -> None:
    """Says what serves, and lets the alias `champion` in MLflow follow it."""
    typer.echo(describe_release(release))
    registry = registry_in(settings.home, settings.training.experiment_tracking)
    registry.follow(f"{release.key.district_id}-{release.key.outcome}", release.digest)


def describe_release(release: Release) -> str:
    """A release in a line."""
    return f"{release.release_id} serves {release.key.district_id}: bundle {release.digest[:16]} ({release.action})"
