"""Durable imports: the steps of an import as a DBOS workflow, which whoever works next finishes after a kill."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, TypedDict

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, StepOptions
from structlog.typing import FilteringBoundLogger

from features.errors import MachineRefused, Refused
from features.ingest.load.import_steps import finish_import, finished_load, load_import, stage_import
from features.ingest.load.load_report import KINDS, LoadReport
from features.ingest.load.workspace import Workspace, read_request, workspace_of
from features.progress import Progress
from features.settings import District, Settings
from features.terminal import today_in
from serving.web.logs import LEVELS
from serving.web.middleware import error_location
from serving.worker.queue import APPLICATION, POLL_SECONDS, WORKFLOW, handover_lock, open_queue, queue_address

VERSION = "imports-1"
"""DBOS leaves what another version began, so this never changes: a workflow with other steps gets another name."""

EXECUTOR = "worker"
"""Every worker is the same one to DBOS, so that each takes up what the last left. A lock lets one work at a time."""

ATTEMPTS = 5

ImportOutcome = Literal["loaded", "unchanged", "refused", "failed", "fault"]
"""Refused is the data, failed is the machine, fault is us."""


class ImportResult(TypedDict):
    """What became of an import: in a word, in a sentence, and in numbers where it was loaded."""

    outcome: ImportOutcome
    says: str
    load_id: int | None
    rows: dict[str, int]


Step = Callable[[Workspace, str], ImportResult | None]
"""Does a part of an import in a workspace, by its id. An answer ends the import."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to wait after a step's first failure, for an import when asked to stop, and for one that is stuck."""

    first: float = 1.0
    last: int = 20
    stuck: float = 20.0


USUAL_TIMEOUTS = Timeouts()


@dataclass(frozen=True)
class Worker:
    """What a worker works with; `running` has the operations under way."""

    settings: Settings
    progress: Progress
    say: Progress
    log: FilteringBoundLogger
    timeouts: Timeouts
    running: set[str] = field(default_factory=set)

    def check_unchanged(self, workspace: Workspace, import_id: str) -> ImportResult | None:
        """The answer where the latest load has these files already."""
        if finished_load(requested_workspace(workspace, import_id), read_request(workspace, import_id)) is None:
            return None
        return result_without_load("unchanged", "these files are loaded already; nothing changed")

    def stage(self, workspace: Workspace, import_id: str) -> None:
        """The import's files are understood and checked."""
        stage_import(requested_workspace(workspace, import_id), import_id, progress=self.progress)

    def take(self, workspace: Workspace, import_id: str) -> ImportResult:
        """The answer once the warehouse has the import."""
        asked = requested_workspace(workspace, import_id)
        return result_of_load(load_import(asked, import_id, now=datetime.now(UTC), progress=self.progress))

    def finish(self, workspace: Workspace, import_id: str) -> None:
        """The import's folder is gone."""
        with handover_lock(workspace):
            finish_import(workspace, import_id)


def requested_workspace(workspace: Workspace, import_id: str) -> Workspace:
    """The workspace with the mapping that ontrack.toml had when the import was handed over, not when we started."""
    said = json.loads(read_request(workspace, import_id).mapping)
    return replace(workspace, district=District.model_validate({**workspace.district.model_dump(mode="json"), **said}))


def result_without_load(outcome: ImportOutcome, says: str) -> ImportResult:
    """The answer of an import that loaded nothing."""
    return ImportResult(outcome=outcome, says=says, load_id=None, rows={})


def result_of_load(report: LoadReport) -> ImportResult:
    """The answer of an import that the warehouse has now."""
    rows = {kind: sum(report.counts(kind).values()) for kind in ("read", *KINDS)}
    rows["gone"] = sum(report.gone.values())
    counts = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in rows.items() if count)
    return ImportResult(
        outcome="loaded", says=f"load {report.load_id}, rows: {counts}", load_id=report.load_id, rows=rows
    )


def start_dbos(worker: Worker) -> None:
    """DBOS runs in this process: what was begun and what waits is worked off, one import at a time."""
    redirect_dbos_log(worker)
    level = dbos_level(worker.settings)
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
    DBOS.launch()


def register_workflow(worker: Worker) -> None:
    """DBOS knows the workflow. Its arguments are ids only, as they are kept."""

    @DBOS.workflow(name=WORKFLOW)
    def import_records(district_id: str, import_id: str) -> ImportResult:
        operation = str(DBOS.workflow_id)
        worker.running.add(operation)
        try:
            became = run_steps(worker, district_id, import_id)
        except Exception as error:
            worker.say(f"{operation}: its outcome was not written down: {describe_fault(error)}")
            raise
        finally:
            worker.running.discard(operation)
        worker.say(f"{operation}: {became['outcome']}: {became['says']}")
        return became


def run_steps(worker: Worker, district_id: str, import_id: str) -> ImportResult:
    """What became of the import. A step that was done before a kill answers as it did then."""

    def done(name: str, step: Step) -> ImportResult | None:
        options = StepOptions(
            name=name, retries_allowed=True, max_attempts=ATTEMPTS, interval_seconds=worker.timeouts.first,
            backoff_rate=4.0, should_retry=is_transient,
        )  # fmt: skip
        return DBOS.run_step(options, run_step, worker, district_id, import_id, step)

    became = done("look", worker.check_unchanged) or done("stage", worker.stage) or done("take", worker.take)
    became = became or result_without_load("fault", "no step gave an answer")
    left = done("finish", worker.finish)
    return (
        became
        if left is None
        else ImportResult({**became, "says": f"{became['says']}; not cleared away: {left['says']}"})
    )


def run_step(worker: Worker, district_id: str, import_id: str, step: Step) -> ImportResult | None:
    """What a step answers. What stops it is an answer, too, but for a machine that may recover.

    Answers are kept and shown, so that of a fault repeats nothing but its kind and place.
    """
    try:
        return step(workspace_of(worker.settings, district_id, today_in(worker.settings, district_id)), import_id)
    except (OSError, MachineRefused) as error:
        if not is_last_attempt():
            raise
        return result_without_load("failed", f"{error} (tried {ATTEMPTS} times)")
    except Refused as refused:
        return result_without_load("refused", str(refused))
    except Exception as error:
        return result_without_load("fault", describe_fault(error))


def describe_fault(error: Exception) -> str:
    """What an error is and where it came from, without its words."""
    return f"{type(error).__name__} at {error_location(error)}"


def is_transient(error: BaseException) -> bool:
    """Whether the same step may succeed later."""
    return isinstance(error, OSError | MachineRefused)


def is_last_attempt() -> bool:
    """Whether the step that runs will not be tried again."""
    status = DBOS.step_status
    return status is None or status.current_attempt == ATTEMPTS - 1


def wait_for_imports(worker: Worker, stop: threading.Event, *, once: bool) -> bool:
    """Waits until told to stop or, for `once`, until nothing is left to do; False where an import is stuck.

    An import is stuck where DBOS could not write down what became of it, as on a full disk: the next start resumes it.
    """
    stuck = 0.0
    while not stop.wait(POLL_SECONDS):
        left = DBOS.list_workflows(
            name=WORKFLOW, application_name=APPLICATION, status=["ENQUEUED", "PENDING"], load_input=False,
            load_output=False,
        )  # fmt: skip
        if once and not left:
            return True
        idle = bool(left) and not worker.running and all(one.status == "PENDING" for one in left)
        stuck = stuck + POLL_SECONDS if idle else 0.0
        if stuck >= worker.timeouts.stuck:
            return False
    return True


def shut_down(worker: Worker) -> bool:
    """Ends DBOS, giving an import under way some seconds; whether none is under way any more."""
    DBOS.destroy(workflow_completion_timeout_sec=worker.timeouts.last if worker.running else 0)
    return not worker.running


class DbosLogHandler(logging.Handler):
    """Passes on that DBOS said something, and where; its words may repeat an error's, and those a student's value."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        """One line of the log."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        self.log.log(record.levelno, "dbos", where=f"{record.filename}:{record.lineno}", error=kind)


def redirect_dbos_log(worker: Worker) -> None:
    """What DBOS says goes to our log, and nowhere else."""
    said = logging.getLogger("dbos")
    said.handlers = [DbosLogHandler(worker.log)]
    said.propagate = False
    said.setLevel(dbos_level(worker.settings))


def dbos_level(settings: Settings) -> int:
    """How much DBOS says: its `info` is about itself, so only `debug` has it."""
    level = LEVELS[settings.log_level]
    return level if level < logging.INFO else max(level, logging.WARNING)
