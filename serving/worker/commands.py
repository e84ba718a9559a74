"""Commands of the worker and of nights: run, hand over, list. Each imports its work when it runs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in

app = typer.Typer(no_args_is_help=True)
workers = typer.Typer(no_args_is_help=True, help="Imports and nights in the background, which survive a kill.")
app.add_typer(workers, name="worker")


@workers.command("run")
def run_command(
    context: Context,
    once: Annotated[bool, typer.Option("--once", help="Finish what waits or was begun, then exit.")] = False,
) -> None:
    """Work off imports and nights, and begin nights that are due, until stopped. A second worker waits for its turn."""
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


@app.command("nightly")
def nightly_command(
    context: Context,
    district: Annotated[list[str] | None, typer.Option(help="Only this one; may be said again. All else.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Pull, load, check, score where a list is due, and monitor every district; finish a night that was cut off."""
    from serving.worker.night_results import exit_code_of
    from serving.worker.nightly import run_nights

    settings = settings_of(context)
    districts = [settings.district(one).id for one in district] if district else [one.id for one in settings.districts]
    nights = run_nights(settings, districts, progress=terminal_progress())
    if json_output:
        typer.echo(json.dumps(nights))
    else:
        for night in nights:
            typer.echo(f"{night['district']}: {night['outcome']} ({night['night_id']})")
            for step in night["steps"]:
                typer.echo(f"  {step['step']:<8} {step['outcome']:<8} {step['says']}")
    if code := exit_code_of(nights):
        raise typer.Exit(code)


@app.command("runs")
def runs_command(
    context: Context,
    district: Annotated[list[str] | None, typer.Option(help="Only this one; may be said again. All else.")] = None,
    newest: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    json_output: JsonOption = False,
) -> None:
    """Print the newest nights and the latest refresh of each day, and what became of each of their steps."""
    from serving.store.database import engine_of
    from serving.worker.night_log import night_lines, read_nights

    settings = settings_of(context)
    districts = [settings.district(one).id for one in district] if district else [one.id for one in settings.districts]
    nights = read_nights(engine_of(settings), districts, newest=newest)
    if json_output:
        typer.echo(json.dumps(nights))
        return
    for night in nights:
        typer.echo("\n".join(night_lines(night)))
