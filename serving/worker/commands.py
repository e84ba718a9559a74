"""Commands of the worker: run it, hand an import over to it, list what it did. Each imports its work when it runs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in

workers = typer.Typer(no_args_is_help=True, help="Imports in the background, which survive a kill.")


@workers.command("run")
def run_command(
    context: Context,
    once: Annotated[bool, typer.Option("--once", help="Finish what waits or was begun, then exit.")] = False,
) -> None:
    """Work off the imports that are handed over, until stopped. A second worker waits until the first one ends."""
    from serving.worker.process import run_worker

    if not run_worker(settings_of(context), once=once, progress=terminal_progress()):
        raise typer.Exit(5)


@workers.command("enqueue")
def enqueue_command(
    context: Context,
    district: DistrictOption,
    records: Annotated[Path | None, typer.Argument(help="Folder or zip of files; the district's own else.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Hand an import over to the worker and print its operation; the same files are one operation until it ends."""
    from features.ingest.load.district_import import place_of
    from features.ingest.load.workspace import workspace_of
    from serving.worker.queue import enqueue

    settings = settings_of(context)
    place = place_of(workspace_of(settings, district, today_in(settings, district)), records)
    operation = enqueue(settings, district, place)
    typer.echo(json.dumps({"operation": operation}) if json_output else operation)


@workers.command("list")
def list_command(
    context: Context,
    newest: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    json_output: JsonOption = False,
) -> None:
    """Print the imports that were handed over, the newest first, and what became of each."""
    from serving.worker.queue import list_operations

    found = list_operations(settings_of(context), newest=newest)
    if json_output:
        typer.echo(json.dumps(found))
        return
    for one in found:
        typer.echo(f"{one['operation']}: {one['outcome']}{': ' if one['says'] else ''}{one['says']}")
