"""Commands of the worker: run it, hand an import over to it, list what it did."""

import json
import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from features.atomic_files import file_lock
from features.commands import place_of
from features.ingest.load.workspace import workspace_of
from features.progress import Progress
from features.settings import Settings
from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in
from serving.web.logs import open_log

workers = typer.Typer(no_args_is_help=True, help="Imports in the background, which survive a kill.")


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to wait after a step's first failure, for an import when asked to stop, and for one that is stuck."""

    first: float = 1.0
    last: int = 20
    stuck: float = 20.0


# Commands import worker_queue and worker_workflows themselves: DBOS takes half a second, which all others would pay.


@workers.command("run")
def run_command(
    context: Context,
    once: Annotated[bool, typer.Option("--once", help="Finish what waits or was begun, then exit.")] = False,
) -> None:
    """Work off the imports that are handed over, until stopped. A second worker waits until the first one ends."""
    if not run_worker(settings_of(context), once=once, progress=terminal_progress()):
        raise typer.Exit(5)


def run_worker(settings: Settings, *, once: bool, progress: Progress, timeouts: Timeouts = Timeouts()) -> bool:
    """Whether the worker ended as asked; it says one line per import on standard error."""
    from serving.worker.workflows import Worker, shut_down, start_dbos, wait_for_imports

    with file_lock(settings.home / ".worker.lock", lambda _: say("another worker works in this home; waiting for it")):
        stop = stop_on_signal()
        worker = Worker(settings, progress, say, open_log(settings.log_level), timeouts)
        start_dbos(worker)
        if not once:
            say("waiting for imports (stop with Ctrl-C)")
        well = wait_for_imports(worker, stop, once=once)
        if not shut_down(worker):
            say("stopped in the middle of an import; the next worker finishes it")
            os._exit(0)  # its thread cannot be ended otherwise, and Python waits for threads
    if not well:
        say("could not write down what became of an import: is the disk full? The next worker finishes it")
    return well


def say(line: str) -> None:
    """One line on standard error."""
    typer.echo(f"worker: {line}", err=True)


def stop_on_signal() -> threading.Event:
    """Set by the first SIGTERM or SIGINT; a second one kills."""
    stop = threading.Event()

    def ask(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


@workers.command("enqueue")
def enqueue_command(
    context: Context,
    district: DistrictOption,
    records: Annotated[Path | None, typer.Argument(help="Folder or zip of files; the district's own else.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Hand an import over to the worker and print its operation; the same files are one operation until it ends."""
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
