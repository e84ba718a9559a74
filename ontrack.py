"""OnTrack's command line: puts the commands of the packages together; demo and doctor."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

import features.commands
import models.commands
import serving.access.commands
import serving.commands
import training.commands
from features.errors import Refused
from features.settings import Settings, load_settings
from features.terminal import Context, settings_of

PLACES = (Path("ontrack.toml"), Path("config/ontrack.toml"))
"""Where settings are looked for when `--config` does not say."""
DEMO_STUDENTS = 10_000

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="An early warning service you can check.")
for package in (features.commands, training.commands, models.commands, serving.commands, serving.access.commands):
    app.add_typer(package.app)


@app.callback()
def root(
    context: Context,
    config: Annotated[Path | None, typer.Option(envvar="ONTRACK_CONFIG", help="The ontrack.toml to use.")] = None,
    home: Annotated[Path | None, typer.Option(envvar="ONTRACK_HOME", help="Instead of `home` in it.")] = None,
) -> None:
    """Read the settings once for every command."""
    place = config or next((path for path in PLACES if path.exists()), None)
    settings = load_settings(place) if place else Settings()
    context.obj = settings.model_copy(update={"home": home}) if home else settings


def main() -> None:
    """Run a command; input that cannot be used is said on standard error, with the exit code of its kind."""
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


@app.command("doctor")
def doctor_command(context: Context) -> None:
    """Say what this machine has and lacks."""
    settings = settings_of(context)
    checks = {
        "python 3.11 or newer": sys.version_info >= (3, 11),
        f"home {settings.home} can be written": can_write(settings.home),
        "2 GB of disk free": shutil.disk_usage(existing(settings.home)).free > 2 << 30,
        "Chromium for browser tests (Debian: apt-get install chromium)": shutil.which("chromium") is not None,
    }
    for name, held in checks.items():
        typer.echo(f"{'yes' if held else 'no ':<4} {name}")


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())


def can_write(path: Path) -> bool:
    """Whether a file could be made there."""
    return os.access(existing(path), os.W_OK)
