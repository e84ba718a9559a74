"""Commands over releases: promote, rollback. Each imports its work when it runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.errors import SettingsRefused
from features.terminal import Context, DistrictOption, settings_of

app = typer.Typer(no_args_is_help=True)

ApproverOption = Annotated[str, typer.Option(help="Who answers for this release: not the account that trained it.")]
ReasonOption = Annotated[str, typer.Option(help="Kept in the release log.")]
AloneOption = Annotated[bool, typer.Option("--alone", help="One person trained and approves; the log keeps it.")]


@app.command("promote")
def promote_command(
    context: Context,
    district: DistrictOption,
    approved_by: ApproverOption,
    bundle: Annotated[Path | None, typer.Argument(help="The bundle's folder, as `ontrack train` printed it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The latest trained bundle of every outcome served.")] = False,
    reason: ReasonOption = "",
    alone: AloneOption = False,
) -> None:
    """Let a bundle serve a district: a model only with the gate's signed pass, a rule always."""
    from models.bundle.signing import load_public_key
    from models.release_alias import announce_release, bundles_to_promote
    from models.releases import Approval, promote

    settings = settings_of(context)
    if every == (bundle is not None):
        raise SettingsRefused("say which bundle to promote, or --all")
    for key, path in bundles_to_promote(settings, district, bundle):
        release = promote(
            settings.home,
            key,
            path,
            public_key=load_public_key(settings.home / "keys"),
            approval=Approval(approved_by, reason, alone),
            now=datetime.now(UTC),
            settings=settings,
        )
        announce_release(settings, release)


@app.command("rollback")
def rollback_command(
    context: Context,
    district: DistrictOption,
    approved_by: ApproverOption,
    outcome: Annotated[str, typer.Option(help="Of which outcome; the first one that is served otherwise.")] = "",
    reason: ReasonOption = "",
    alone: AloneOption = False,
) -> None:
    """Go back to what served before."""
    from models.bundle.signing import load_public_key
    from models.release_alias import announce_release, release_key
    from models.releases import Approval, rollback

    settings = settings_of(context)
    public_key = load_public_key(settings.home / "keys")
    key = release_key(settings, district, outcome)
    approval = Approval(approved_by, reason, alone)
    now = datetime.now(UTC)
    release = rollback(settings.home, key, public_key=public_key, approval=approval, now=now, settings=settings)
    announce_release(settings, release)
