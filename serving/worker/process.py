"""The worker's process: it starts DBOS, works off imports and nights until asked to stop, and ends."""

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime

import typer
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, WorkflowStatus

from features.atomic_files import file_lock
from features.progress import Progress
from features.settings import Settings
from serving.web.logs import open_log
from serving.worker.dbos_log import dbos_level, redirect_dbos_log
from serving.worker.import_workflow import DEFAULT_TIMEOUTS, Timeouts, Worker, register_workflow
from serving.worker.night_queue import begin_due_nights, begin_due_refreshes
from serving.worker.night_workflow import register_night
from serving.worker.operation_queue import watch_operations
from serving.worker.operation_workflow import register_operations
from serving.worker.queue import (
    APPLICATION,
    NIGHT,
    OPERATION,
    POLL_SECONDS,
    REFRESH,
    WORKFLOW,
    open_queue,
    queue_address,
)
from serving.worker.refresh_workflow import register_refresh
from serving.worker.webhook_thread import webhooks_told

VERSION = "imports-1"
"""DBOS leaves what another version began, so this never changes: a workflow with other steps gets another name."""

SCHEDULE_SECONDS = 60.0
"""How often the worker looks whether a district's night is due."""

EXECUTOR = "worker"
"""Every worker is the same one to DBOS, so that each takes up what the last left. A lock lets one work at a time."""


def run_worker(settings: Settings, *, once: bool, progress: Progress, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> bool:
    """Whether the worker ended as asked; it prints one line per import on standard error."""
    with file_lock(settings.home / ".worker.lock", lambda _: say("another worker works in this home; waiting for it")):
        stop = stop_on_signal()
        worker = Worker(settings, progress, say, open_log(settings.log_level), timeouts)
        start_dbos(worker)
        if not once:
            say("waiting for imports and nights (stop with Ctrl-C)")
        done = wait_for_imports(worker, stop, once=once)
        if not stop_dbos(worker):
            say("stopped in the middle of an import; the next worker finishes it")
            os._exit(0)  # its thread cannot be ended otherwise, and Python waits for threads
    if not done:
        say("could not write down what became of an import: is the disk full? The next worker finishes it")
    return done


def say(line: str) -> None:
    """Prints one line on standard error."""
    typer.echo(f"worker: {line}", err=True)


def stop_on_signal() -> threading.Event:
    """An event that the first SIGTERM or SIGINT sets; a second one kills."""
    stop = threading.Event()

    def handle(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop


def start_dbos(worker: Worker) -> None:
    """Starts DBOS in this process: it works off what was begun and what waits, one import at a time."""
    level = dbos_level(worker.settings)
    redirect_dbos_log(worker.log, level)
    with open_queue(worker.settings):  # DBOS looks for queues when it starts
        pass
    DBOS(
        config=DBOSConfig(
            name=APPLICATION,
            system_database_url=queue_address(worker.settings),
            application_version=VERSION,
            executor_id=EXECUTOR,
            serializer=DBOSPortableJSONSerializer(),
            log_level=logging.getLevelName(level),
            enable_otlp=False,
        )
    )
    register_workflow(worker)
    register_night(worker)
    register_refresh(worker)
    register_operations(worker)
    DBOS.launch()


def wait_for_imports(worker: Worker, stop: threading.Event, *, once: bool) -> bool:
    """Waits until told to stop or, for `once`, until nothing is left to do; False where an import is stuck.

    An import is stuck where DBOS could not store its result, as on a full disk: the next start resumes it.
    """
    stuck, looked = 0.0, time.monotonic() - SCHEDULE_SECONDS
    with (
        open_queue(worker.settings) as client,
        watch_operations(worker.settings, client) as operations,
        webhooks_told(operations),
    ):
        while not stop.wait(POLL_SECONDS):
            operations.hand_over()
            if not once and time.monotonic() - looked >= SCHEDULE_SECONDS:
                looked = time.monotonic()
                begin_due_nights(client, worker.settings, datetime.now(UTC))
                begin_due_refreshes(client, worker.settings, datetime.now(UTC))
            left = open_workflows()
            if once and not left and not operations.any_open():
                return True
            idle = bool(left) and not worker.running and all(one.status == "PENDING" for one in left)
            stuck = stuck + POLL_SECONDS if idle else 0.0
            if stuck >= worker.timeouts.stuck:
                return False
    return True


def open_workflows() -> list[WorkflowStatus]:
    """What waits and what was begun: imports, nights and operations."""
    return DBOS.list_workflows(
        name=[WORKFLOW, NIGHT, REFRESH, OPERATION], application_name=APPLICATION, status=["ENQUEUED", "PENDING"],
        load_input=False, load_output=False,
    )  # fmt: skip


def stop_dbos(worker: Worker) -> bool:
    """Ends DBOS after some seconds for an import under way; False where one is still running."""
    DBOS.destroy(workflow_completion_timeout_sec=worker.timeouts.last if worker.running else 0)
    return not worker.running
