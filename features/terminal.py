"""What every command shares: its settings, its options, the date, progress and tables on a terminal."""

import json
import sys
import time
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from features.errors import Refused
from features.progress import Progress, quietly
from features.settings import District, Settings

DistrictOption = Annotated[str, typer.Option("--district", help="Which district of ontrack.toml.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")]
Context = typer.Context


def settings_of(context: Context) -> Settings:
    """The settings that the root command read."""
    settings = context.find_object(Settings)
    if settings is None:
        raise Refused("no settings: run this through the `ontrack` command")
    return settings


def today_in(settings: Settings, district_id: str) -> date:
    """The district's local date, or the date the settings pretend."""
    return settings.today or local_date(datetime.now(UTC), settings.district(district_id).timezone)


def today_everywhere(settings: Settings, now: datetime) -> date:
    """The local date that every district of ontrack.toml has reached, or the date the settings pretend.

    Without a district it is that of the default time zone.
    """
    zones = [district.timezone for district in settings.districts] or [District.model_fields["timezone"].default]
    return settings.today or min(local_date(now, zone) for zone in zones)


def local_date(now: datetime, timezone: str) -> date:
    """The date in a time zone."""
    return now.astimezone(ZoneInfo(timezone)).date()


def terminal_progress() -> Progress:
    """Says each step with the seconds since the start; nothing where standard error is not a terminal."""
    if not sys.stderr.isatty():
        return quietly
    started = time.monotonic()

    def say(step: str) -> None:
        typer.echo(f"{time.monotonic() - started:6.1f} s  {step}", err=True)

    return say


def warn(said: str) -> None:
    """Says on standard error what the person should know of a command that did its work all the same."""
    typer.echo(f"ontrack: {said}", err=True)


def report_console() -> Console:
    """Where reports are printed: as wide as the terminal, or wide enough for a file."""
    return Console(width=None if sys.stdout.isatty() else 120)


def print_counts(title: str, rows: dict[str, int], as_json: bool) -> None:
    """Prints counts by table, as JSON or as a table."""
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("table", title)
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    Console().print(table)
