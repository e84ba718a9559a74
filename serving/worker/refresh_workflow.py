"""The DBOS workflow of a refresh by day: sources that declare one are pulled, and what changed is loaded.

DBOS stores the names of workflow and steps, so they never change. A refresh makes no list and sends no word of a
failure: the night does both. How the latest one of a day ended stands in the log of nights, and is a line of the
worker's.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from dbos import DBOS

from features.ingest.load.source_pulls import pull_sources
from serving.worker.import_workflow import Worker
from serving.worker.night_log import note_night
from serving.worker.night_results import STOPS, StepResult, outcome_of_steps, step_result
from serving.worker.night_steps import Night, load, service_engine
from serving.worker.night_workflow import durable, guarded
from serving.worker.queue import REFRESH


def register_refresh(worker: Worker) -> None:
    """Registers the workflow with DBOS. Its arguments are an id and a date only, since DBOS stores them."""

    @DBOS.workflow(name=REFRESH)
    def run_refresh(district_id: str, day: str) -> list[StepResult]:
        refresh_id = str(DBOS.workflow_id)
        worker.running.add(refresh_id)
        try:
            night = Night(worker.settings, district_id, date.fromisoformat(day), refresh_id, worker.progress)
            steps = run_steps(night, partial(durable, worker))
            noted = partial(guarded, "report", partial(note_refresh, night, steps))
            steps = [*steps, durable(worker, "report", noted)]
        finally:
            worker.running.discard(refresh_id)
        worker.say(f"{refresh_id}: {outcome_of_steps(steps)}; {'; '.join(step['says'] for step in steps)}")
        return steps


def pull_refreshed(night: Night) -> StepResult:
    """Brings the sources that declare a refresh to the state of their systems; others stay as the night left them."""
    pulled = pull_sources(
        night.workspace, environment=os.environ, progress=night.progress, chosen=lambda source: source.refresh_hours > 0
    )
    return step_result("pull", ", ".join(f"{one.rows:,} rows of {one.source}" for one in pulled) or "nothing to pull")


def note_refresh(night: Night, steps: Sequence[StepResult]) -> StepResult:
    """Writes down how a refresh ended, in place of the one before it on the same day."""
    of_day = replace(night, night_id=f"{night.district_id}-refresh-{night.night}")
    with service_engine(night.settings) as engine:
        note_night(engine, of_day, steps, outcome_of_steps(steps), datetime.now(UTC))
    return step_result("report", "written down")


STEPS: Mapping[str, Callable[[Night], StepResult]] = {"pull": pull_refreshed, "ingest": load}
"""In order; the second is the night's."""


def run_steps(night: Night, durable: Callable[[str, Callable[[], StepResult]], StepResult]) -> list[StepResult]:
    """What became of the steps, up to the first that ends a refresh."""
    steps: list[StepResult] = []
    for name, do in STEPS.items():
        steps.append(durable(name, partial(guarded, name, partial(do, night))))
        if steps[-1]["outcome"] in STOPS:
            break
    return steps
