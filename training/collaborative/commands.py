"""Commands of a collaborative: share, collaborative report. Each imports its work when it runs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.terminal import Context, DistrictOption, JsonOption, settings_of, today_everywhere, today_in

app = typer.Typer(no_args_is_help=True)
together = typer.Typer(no_args_is_help=True, help="What districts of a collaborative learn together.")
app.add_typer(together, name="collaborative")


@app.command("share")
def share_command(
    context: Context,
    district: DistrictOption,
    outcome: Annotated[str, typer.Option(help="Which outcome; the first one that the district serves otherwise.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Write a signed file of figures over enough students, for the collaborative; no row of a student is in it."""
    from features.definitions.served_outcomes import served_outcome, served_outcomes
    from models.collaborative.shared_file import told_json
    from training.collaborative.share import share_figures

    settings = settings_of(context)
    served = served_outcome(settings, district, outcome) if outcome else served_outcomes(settings, district)[0]
    done = share_figures(settings, district, served, today_in(settings, district))
    if json_output:
        found = {"file": str(done.path), "was_there": done.was_there, "key": str(done.public_key)}
        typer.echo(json.dumps({**found, "fingerprint": done.fingerprint, "figures": told_json(done.figures)}))
        return
    told = sum(one.part is not None for one in done.figures.shares.values())
    there = " (shared before; a year is shared once)" if done.was_there else ""
    typer.echo(f"{done.path}: {told} shares of {done.figures.students:,} students and more{there}")
    typer.echo(f"public key {done.public_key}, fingerprint {done.fingerprint}: give both to the office once")


@together.command("report")
def report_command(
    context: Context,
    files: Annotated[list[Path], typer.Argument(help="The districts' files, one of each.")],
    out: Annotated[Path | None, typer.Option(help="Where the report goes; a file of `home/reports` else.")] = None,
    own: Annotated[str, typer.Option("--for", help="The view of one district, beside the others unnamed.")] = "",
) -> None:
    """Verify the districts' files and write one report: figures with intervals, funnel plots, no ranking."""
    from training.collaborative.write_report import write_report

    settings = settings_of(context)
    path, districts = write_report(settings, files, today_everywhere(settings, datetime.now(UTC)), own=own, out=out)
    typer.echo(f"{path}: {districts} districts")
