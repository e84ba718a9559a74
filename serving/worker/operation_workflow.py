"""The DBOS workflow of an operation that a program asked for over the API.

DBOS stores the names of workflow and steps, so they never change. After a kill the next worker goes on where this one
stopped.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TypedDict, cast

from dbos import DBOS, StepOptions
from sqlalchemy.exc import OperationalError

from features.errors import MachineRefused, Refused
from serving.operations.operations import Ending, Kind, State, note_ending, note_progress
from serving.store.cell_types import JsonObject, JsonRow
from serving.store.database import write_session
from serving.store.operation_rows import OperationRow
from serving.webhooks.announcements import announce_import
from serving.worker.durable_steps import ATTEMPTS, describe_fault, is_last_attempt
from serving.worker.import_workflow import Worker
from serving.worker.night_steps import service_engine
from serving.worker.operation_steps import LAST, STEPS, OperationRun, OperationStep, refusal
from serving.worker.queue import OPERATION

CANCELLED = Ending("cancelled", "cancelled; nothing was changed", {})


class StepEnding(TypedDict):
    """An ending as DBOS stores it."""

    state: State
    says: str
    result: JsonObject
    errors: list[JsonRow]


class StopAsked(Exception):  # noqa: N818 - no error
    """The operation is to stop."""


def register_operations(worker: Worker) -> None:
    """Registers the workflow with DBOS. Its arguments are ids only, since DBOS stores them."""

    @DBOS.workflow(name=OPERATION)
    def run_operation(district_id: str, operation_id: str) -> str:
        worker.running.add(operation_id)
        try:
            ending = run_steps(worker, district_id, operation_id)
        finally:
            worker.running.discard(operation_id)
        worker.say(f"{operation_id}: {ending['state']}: {ending['says']}")
        return ending["state"]


def run_steps(worker: Worker, district_id: str, operation_id: str) -> StepEnding:
    """How the operation ended. A step that was done before a kill gives what it gave then."""

    def durable(name: str, do: Callable[[], StepEnding | None]) -> StepEnding | None:
        options = StepOptions(
            name=name, retries_allowed=True, max_attempts=ATTEMPTS, interval_seconds=worker.timeouts.first,
            backoff_rate=4.0, should_retry=may_pass,
        )  # fmt: skip
        return DBOS.run_step(options, do)

    kind = cast(Kind, kind_of(operation_id))
    ending = None
    for name, step in STEPS[kind].items():
        ending = durable(name, partial(run_step, worker, district_id, operation_id, step))
        if ending is not None:
            break
    ending = ending or stored(Ending("failed", "no step gave an answer", {}))
    if kind in LAST:
        durable("finish", partial(run_step, worker, district_id, operation_id, LAST[kind], last=True))
    durable("note", partial(note, worker, district_id, operation_id, ending))
    return ending


def kind_of(operation_id: str) -> str:
    """The kind of an operation, which its id begins with."""
    return operation_id.rpartition("-")[0].replace("-", "_")


def run_step(
    worker: Worker, district_id: str, operation_id: str, step: OperationStep, *, last: bool = False
) -> StepEnding | None:
    """What a step ends with. An error becomes an ending, unless the machine may recover.

    Endings are stored and shown, so that of a fault repeats only the error's kind and place.
    """
    try:
        run = OperationRun(
            worker.settings,
            district_id,
            operation_id,
            request_of_operation(worker, district_id, operation_id),
            partial(tell, worker, district_id, operation_id, last=last),
        )
        if not last:
            run.progress("begun")
        ending = step(run)
        return None if ending is None else stored(ending)
    except StopAsked:
        return stored(CANCELLED)
    except (OSError, MachineRefused, OperationalError) as error:
        if not is_last_attempt():
            raise
        said = describe_fault(error) if isinstance(error, OperationalError) else str(error)
        return stored(Ending("failed", f"{said} (tried {ATTEMPTS} times)", {}))
    except Refused as refused:
        return stored(refusal(refused))
    except Exception as error:
        return stored(Ending("failed", f"a fault of OnTrack: {describe_fault(error)}", {}))


def request_of_operation(worker: Worker, district_id: str, operation_id: str) -> JsonObject:
    """What an operation asks for."""
    with service_engine(worker.settings) as engine, write_session(engine, district_id) as session:
        row = session.get(OperationRow, (district_id, operation_id))
        return {} if row is None else row.request


def tell(worker: Worker, district_id: str, operation_id: str, says: str, *, last: bool) -> None:
    """Writes down how far an operation is; StopAsked where it was cancelled."""
    worker.progress(says)
    if last:
        return
    with service_engine(worker.settings) as engine, write_session(engine, district_id) as session:
        row = session.get(OperationRow, (district_id, operation_id))
        if row is not None and not note_progress(row, says, datetime.now(UTC)):
            raise StopAsked


def note(worker: Worker, district_id: str, operation_id: str, ending: StepEnding) -> None:
    """Writes down how an operation ended."""
    with service_engine(worker.settings) as engine, write_session(engine, district_id) as session:
        row = session.get(OperationRow, (district_id, operation_id))
        if row is not None:
            now = datetime.now(UTC)
            if note_ending(row, Ending(**ending), now) and row.kind == "import":
                announce_import(session, row, now)


def stored(ending: Ending) -> StepEnding:
    """An ending as DBOS stores it."""
    return cast(StepEnding, {**asdict(ending), "errors": list(ending.errors)})


def may_pass(error: BaseException) -> bool:
    """Whether the same step may succeed later."""
    return isinstance(error, OSError | MachineRefused | OperationalError)
