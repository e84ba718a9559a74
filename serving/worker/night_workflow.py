"""The DBOS workflow of a district's night: its steps in order, then its report.

DBOS stores the names of workflow and steps, so they never change. After a kill the next worker goes on where this one
stopped.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial

from dbos import DBOS, StepOptions
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from features.errors import MachineRefused, Refused
from serving.worker.durable_steps import ATTEMPTS, describe_fault, is_last_attempt
from serving.worker.failure_hooks import tell_failure
from serving.worker.import_workflow import Worker
from serving.worker.night_log import note_night
from serving.worker.night_results import STOPS, NightResult, StepResult, outcome_of_steps, step_result
from serving.worker.night_steps import STEPS, Night, service_engine
from serving.worker.queue import NIGHT


def register_night(worker: Worker) -> None:
    """Registers the workflow with DBOS. Its arguments are an id and a date only, since DBOS stores them."""

    @DBOS.workflow(name=NIGHT)
    def run_night(district_id: str, day: str) -> NightResult:
        night_id = str(DBOS.workflow_id)
        worker.running.add(night_id)
        try:
            result = run_steps(
                worker, Night(worker.settings, district_id, date.fromisoformat(day), night_id, worker.progress)
            )
        finally:
            worker.running.discard(night_id)
        worker.say(f"{night_id}: {result['outcome']}")
        return result


def durable(worker: Worker, name: str, do: Callable[[], StepResult]) -> StepResult:
    """The result of a step, tried again where the machine may recover; one that was done gives the result it gave."""
    options = StepOptions(
        name=name, retries_allowed=True, max_attempts=ATTEMPTS, interval_seconds=worker.timeouts.first,
        backoff_rate=4.0, should_retry=may_pass,
    )  # fmt: skip
    return DBOS.run_step(options, do)


def run_steps(worker: Worker, night: Night) -> NightResult:
    """The night's result. A step that was done before a kill gives the result it gave then."""
    steps: list[StepResult] = []
    for name in STEPS:
        steps.append(durable(worker, name, partial(run_step, night, name, tuple(steps))))
        if steps[-1]["outcome"] in STOPS:
            break
    steps.append(durable(worker, "report", partial(report, night, tuple(steps))))
    return night_result(night, steps)


def night_result(night: Night, steps: Sequence[StepResult]) -> NightResult:
    """What became of a night."""
    return NightResult(
        district=night.district_id,
        night_id=night.night_id,
        night=night.night.isoformat(),
        outcome=outcome_of_steps(steps),
        steps=list(steps),
    )


def run_step(night: Night, name: str, before: Sequence[StepResult]) -> StepResult:
    """The step's result, written down in the log of nights."""

    def noted() -> StepResult:
        note(night, before)
        result = STEPS[name](night)
        note(night, [*before, result])
        return result

    return guarded(name, noted)


def guarded(name: str, do: Callable[[], StepResult]) -> StepResult:
    """The result of a step. An error becomes a result, unless the machine may recover.

    Results are stored and shown, so that of a fault repeats only the error's kind and place.
    """
    try:
        return do()
    except (OSError, MachineRefused, OperationalError) as error:
        if not is_last_attempt():
            raise
        said = describe_fault(error) if isinstance(error, OperationalError) else str(error)
        return step_result(name, f"{said} (tried {ATTEMPTS} times)", "failed")
    except Refused as refused:
        return step_result(name, str(refused), "refused")
    except Exception as error:
        return step_result(name, describe_fault(error), "fault")


def note(night: Night, steps: Sequence[StepResult]) -> None:
    """Writes down that the night is under way, and how far."""
    with service_engine(night.settings) as engine:
        note_night(engine, night, steps, "running", datetime.now(UTC))


def report(night: Night, steps: Sequence[StepResult]) -> StepResult:
    """Writes down how the night ended and tells of a failure; what could not be told is said, and changes nothing."""
    now, result = datetime.now(UTC), night_result(night, steps)
    said = [] if result["outcome"] == "done" else list(tell_failure(night.settings.nightly, result, now))
    told = step_result("report", "; ".join(said) or "written down")
    try:
        with service_engine(night.settings) as engine:
            note_night(engine, night, [*steps, told], result["outcome"], now)
    except (SQLAlchemyError, Refused, OSError) as error:
        if not is_last_attempt():
            raise
        return step_result("report", f"not written down: {describe_fault(error)}", "failed")
    return told


def may_pass(error: BaseException) -> bool:
    """Whether the same step may succeed later."""
    return isinstance(error, OSError | MachineRefused | OperationalError)
