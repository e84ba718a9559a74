"""Runs the worker in this process until it is stopped."""

import os
import signal
import threading

import typer

from features.atomic_files import file_lock
from features.progress import Progress
from features.settings import Settings
from serving.web.logs import open_log
from serving.worker.workflows import USUAL_TIMEOUTS, Timeouts, Worker, shut_down, start_dbos, wait_for_imports


def run_worker(settings: Settings, *, once: bool, progress: Progress, timeouts: Timeouts = USUAL_TIMEOUTS) -> bool:
    """Whether the worker ended as asked; it says one line per import on standard error."""
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
