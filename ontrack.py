"""OnTrack's command line: puts the commands of the packages together; demo and doctor."""

import gc
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import features.commands
import models.commands
import serving.access.commands
import serving.commands
import training.collaborative.commands
import training.commands
from features.errors import MachineRefused, Refused
from features.file_modes import is_open_to_others, keep_files_private
from features.settings import Settings
from features.settings_file import load_settings
from features.terminal import Context, JsonOption, settings_of

PLACES = (Path("ontrack.toml"), Path("config/ontrack.toml"))
"""Where settings are looked for when `--config` does not say."""
DEMO_STUDENTS = 10_000
ONE_BLAS_THREAD = ("OPENBLAS_NUM_THREADS", "1")
"""Matrices here are small: more threads take ten times the processor time, and change last digits between machines."""
COLLECTION = (50_000, 20, 20)
"""Objects made before garbage is looked for: a command imports and keeps a million, and little of it is garbage."""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="An early warning service you can check.")
for package in (
    features.commands, training.commands, training.collaborative.commands, models.commands, serving.commands,
    serving.access.commands,
):  # fmt: skip
    app.add_typer(package.app)


@app.callback()
def root(
    context: Context,
    config: Annotated[Path | None, typer.Option(envvar="ONTRACK_CONFIG", help="The ontrack.toml to use.")] = None,
    home: Annotated[Path | None, typer.Option(envvar="ONTRACK_HOME", help="Instead of `home` in it.")] = None,
) -> None:
    """Read the settings once for every command; what it writes is closed to other accounts."""
    keep_files_private()
    os.environ.setdefault(*ONE_BLAS_THREAD)  # heard when a command imports NumPy
    place = config or next((path for path in PLACES if path.exists()), None)
    settings = load_settings(place) if place else Settings()
    settings = settings.model_copy(update={"home": home}) if home else settings
    if context.invoked_subcommand != "doctor" and is_open_to_others(settings.home):
        typer.echo(f"ontrack: other accounts can open {settings.home}; run `ontrack doctor --mend`", err=True)
    context.obj = settings


def main() -> None:
    """Run a command; input that cannot be used is said on standard error, with the exit code of its kind."""
    gc.set_threshold(*COLLECTION)
    try:
        app()
    except Refused as refused:
        typer.echo(f"ontrack: {refused}", err=True)
        sys.exit(refused.exit_code)


@app.command("demo")
def demo_command(
    context: Context,
    students: Annotated[int, typer.Option(min=400, help="Students in both districts together.")] = DEMO_STUDENTS,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after scoring.")] = False,
) -> None:
    """Two simulated districts from records to pages: one earns a model, one is served by the rule."""
    from ontrack_demo import demo_settings, run_demo

    settings = settings_of(context)
    usual = students == DEMO_STUDENTS
    run_demo(settings if usual else demo_settings(settings, students), students, no_serve=no_serve)


@app.command("demo-collaborative")
def demo_collaborative_command(
    context: Context,
    students: Annotated[int, typer.Option(min=2000, help="Students in all nine districts together.")] = 9000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the reports.")] = False,
) -> None:
    """Nine simulated districts, each by itself: what they share, a report and a page from nothing but signed files."""
    from ontrack_collaborative import run_collaborative

    run_collaborative(settings_of(context), students, no_serve=no_serve)


@app.command("doctor")
def doctor_command(
    context: Context,
    mend: Annotated[bool, typer.Option("--mend", help="Close to other accounts what they can open in home.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Say how this installation is, line by line, and what to do; exit code 5 where something is wrong."""
    from features.file_modes import close_to_others
    from ontrack_doctor import as_lines, examine, worst_of

    settings = settings_of(context)
    closed = close_to_others(settings.home) if mend else 0
    found = examine(settings, datetime.now(UTC))
    if json_output:
        checks = [asdict(one) for one in found]
        typer.echo(json.dumps({"verdict": worst_of(found), "closed": closed, "checks": checks}))
    else:
        closing = [f"closed {closed:,} files and folders to other accounts"] if closed else []
        typer.echo("\n".join([*closing, *as_lines(found)]))
    if worst_of(found) == "wrong":
        raise typer.Exit(MachineRefused.exit_code)
