"""The DBOS workflow of an import: its steps, each tried again while the machine may recover.

DBOS stores the names of workflow and steps, so they never change. After a kill the next worker goes on where this one
stopped.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dbos import DBOS, StepOptions
from structlog.typing import FilteringBoundLogger

from features.errors import MachineRefused, Refused
from features.ingest.load.import_steps import finish_import, finished_load, load_import, stage_import
from features.ingest.load.workspace import Workspace, read_request, workspace_of
from features.progress import Progress
from features.quality.records_summary import summarize_load
from features.settings import District, Settings
from features.terminal import today_in
from serving.worker.durable_steps import ATTEMPTS, describe_fault, is_last_attempt
from serving.worker.import_results import ImportResult, result_of_load, result_without_load
from serving.worker.queue import WORKFLOW, handover_lock


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to wait after a step's first failure, for an import when asked to stop, and for one that is stuck."""

    first: float = 1.0
    last: int = 20
    stuck: float = 20.0


DEFAULT_TIMEOUTS = Timeouts()


Step = Callable[[Workspace, str], ImportResult | None]
"""Does one part of an import in a workspace, by the import's id. A result ends the import."""


@dataclass(frozen=True)
class Worker:
    """What a worker needs, and the steps of an import; `running` holds the operations under way."""

    settings: Settings
    progress: Progress
    say: Progress
    log: FilteringBoundLogger
    timeouts: Timeouts
    running: set[str] = field(default_factory=set)

    def check_unchanged(self, workspace: Workspace, import_id: str) -> ImportResult | None:
        """Ends the import where the latest load has these files already."""
        if finished_load(requested_workspace(workspace, import_id), read_request(workspace, import_id)) is None:
            return None
        return result_without_load("unchanged", "these files are loaded already; nothing changed")

    def stage(self, workspace: Workspace, import_id: str) -> None:
        """Parses and checks the import's files."""
        stage_import(requested_workspace(workspace, import_id), import_id, progress=self.progress)

    def load(self, workspace: Workspace, import_id: str) -> ImportResult:
        """Loads the import into the warehouse."""
        requested = requested_workspace(workspace, import_id)
        report = load_import(requested, import_id, now=datetime.now(UTC), progress=self.progress)
        summarize_load(self.settings, workspace.district.id, workspace.today, warn=self.say)
        return result_of_load(report)

    def finish(self, workspace: Workspace, import_id: str) -> None:
        """Removes the import's folder."""
        with handover_lock(workspace):
            finish_import(workspace, import_id)


def requested_workspace(workspace: Workspace, import_id: str) -> Workspace:
    """The workspace with the mapping that ontrack.toml had when the import was handed over, not when we started."""
    mapping = json.loads(read_request(workspace, import_id).mapping)
    district = {**workspace.district.model_dump(mode="json"), **mapping}
    return replace(workspace, district=District.model_validate(district))


def register_workflow(worker: Worker) -> None:
    """Registers the workflow with DBOS. Its arguments are ids only, since DBOS stores them."""

    @DBOS.workflow(name=WORKFLOW)
    def import_records(district_id: str, import_id: str) -> ImportResult:
        operation = str(DBOS.workflow_id)
        worker.running.add(operation)
        try:
            result = run_steps(worker, district_id, import_id)
        except Exception as error:
            worker.say(f"{operation}: its outcome was not written down: {describe_fault(error)}")
            raise
        finally:
            worker.running.discard(operation)
        worker.say(f"{operation}: {result['outcome']}: {result['says']}")
        return result


def run_steps(worker: Worker, district_id: str, import_id: str) -> ImportResult:
    """The import's result. A step that was done before a kill gives the result it gave then."""

    def run(name: str, step: Step) -> ImportResult | None:
        options = StepOptions(
            name=name, retries_allowed=True, max_attempts=ATTEMPTS, interval_seconds=worker.timeouts.first,
            backoff_rate=4.0, should_retry=is_transient,
        )  # fmt: skip
        return DBOS.run_step(options, run_step, worker, district_id, import_id, step)

    result = run("look", worker.check_unchanged) or run("stage", worker.stage) or run("take", worker.load)
    result = result or result_without_load("fault", "no step gave an answer")
    failure = run("finish", worker.finish)
    if failure is None:
        return result
    return ImportResult({**result, "says": f"{result['says']}; not cleared away: {failure['says']}"})


def run_step(worker: Worker, district_id: str, import_id: str, step: Step) -> ImportResult | None:
    """The step's result. An error becomes a result too, unless the machine may recover.

    Results are stored and shown, so that of a fault repeats only the error's kind and place.
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


def is_transient(error: BaseException) -> bool:
    """Whether the same step may succeed later."""
    return isinstance(error, OSError | MachineRefused)
