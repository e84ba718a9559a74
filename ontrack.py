"""OnTrack's command line: finds the command that is asked for in its package; doctor."""

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup

from features.errors import Refused
from features.settings import Settings, load_settings
from features.terminal import Context, settings_of

PLACES = (Path("ontrack.toml"), Path("config/ontrack.toml"))
"""Where settings are looked for when `--config` does not say."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "features.commands": ("simulate", "ingest", "check", "features"),
    "training.commands": ("train", "audit", "monitor", "train-table"),
    "models.commands": ("promote", "rollback"),
    "serving.commands": ("score", "serve", "worker"),
    "serving.access.commands": ("users", "keys"),
    "ontrack_demo": ("demo",),
}
"""The commands of each module. A module is imported when one of its commands is asked for: all take seconds."""


class Mounted(TyperGroup):
    """The commands of every module, beside those defined here."""

    def list_commands(self, ctx: object) -> list[str]:
        """Every command's name."""
        return [*(name for names in COMMANDS.values() for name in names), *self.commands]

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """The command of that name, with its module imported; None where there is none."""
        module = next((module for module, names in COMMANDS.items() if cmd_name in names), None)
        group = typer.main.get_group(import_module(module).app) if module else self
        found = group.commands.get(cmd_name)
        return found if isinstance(found, TyperCommand | TyperGroup) else None


app = typer.Typer(
    cls=Mounted, no_args_is_help=True, pretty_exceptions_enable=False, help="An early warning service you can check."
)


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
