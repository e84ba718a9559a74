"""The steps of a district's night. Each can be killed and done again: what is there already stays as it is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from features.errors import MachineRefused, Refused
from features.ingest.load.district_import import place_of
from features.ingest.load.import_steps import ingest
from features.ingest.load.source_pulls import pull_sources
from features.ingest.load.workspace import Workspace, source_files_in, workspace_of
from features.progress import Progress
from features.quality.check import refuse_errors
from features.quality.records_summary import check_and_summarize
from features.settings import Settings
from features.warehouse.file import open_warehouse
from serving.movers.movers import bring_history
from serving.scoring.score_district import score_district
from serving.store.database import engine_of, read_session
from serving.store.run_queries import latest_run
from serving.worker.import_results import result_of_load
from serving.worker.night_results import StepResult, step_result
from serving.worker.night_schedule import list_due

MONITOR = (sys.executable, "-m", "training.monitor")
"""Monitoring is training's, which serving does not import: it runs as a program of its own."""


@dataclass(frozen=True)
class Night:
    """A district's night: its local date, under which everything is done however long it takes."""

    settings: Settings
    district_id: str
    night: date
    night_id: str
    progress: Progress

    @property
    def workspace(self) -> Workspace:
        """The district's import workspace."""
        return workspace_of(self.settings, self.district_id, self.night)

    @property
    def warehouse(self) -> Path:
        """The district's warehouse file."""
        return self.settings.warehouse(self.district_id)


NightStep = Callable[[Night], StepResult]


@contextmanager
def service_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the service database, closed afterwards."""
    engine = engine_of(settings)
    try:
        yield engine
    finally:
        engine.dispose()


def pull(night: Night) -> StepResult:
    """Looks for the district's files where its source leaves them; sources behind a network are read first."""
    pulled = pull_sources(night.workspace, environment=os.environ, progress=night.progress)
    rows = "".join(f", {one.rows:,} rows of {one.source}" for one in pulled)
    files = source_files_in(place_of(night.workspace, None))
    return step_result("pull", f"{len(files)} files{rows}")


def load(night: Night) -> StepResult:
    """Loads the files into the warehouse, and what other districts let go; the same files are the same load."""
    workspace = night.workspace
    report = ingest(workspace, place_of(workspace, None), now=datetime.now(UTC), progress=night.progress)
    said = "these files are loaded already" if report.load_id is None else result_of_load(report)["says"]
    return step_result("ingest", "; ".join([said, *history_brought(night)]))


def history_brought(night: Night) -> list[str]:
    """Brings the history of students who came from other districts; what came or was deleted, if anything."""
    with service_engine(night.settings) as engine:
        done = bring_history(
            night.settings, engine, night.district_id, today=night.night, now=datetime.now(UTC), progress=night.progress
        )
    return [done.words] if done.came or done.took_back else []


def check(night: Night) -> StepResult:
    """Holds the records against each other; Refused where they do not add up."""
    district = night.settings.district(night.district_id)
    found = check_and_summarize(night.settings, district, night.night, warn=night.progress)
    refuse_errors(found)
    codes = sorted({finding.code for finding in found.warnings})
    return step_result("check", f"{len(found.warnings)} warnings: {', '.join(codes)}" if codes else "nothing to say")


def score(night: Night) -> StepResult:
    """Makes the week's list, where it is due."""
    with service_engine(night.settings) as engine:
        with read_session(engine, night.district_id) as session:
            last = latest_run(session, night.district_id)
        if not list_due(last.as_of if last else None, night.settings.nightly.weekday, night.night):
            return step_result("score", f"the list of {last.as_of if last else ''} holds", "skipped")
        made = score_district(
            night.settings, engine, night.district_id, as_of=night.night, now=datetime.now(UTC), progress=night.progress
        )
    return step_result("score", f"{made.list_id}: {made.students:,} students, {made.listed:,} listed")


def ledger(night: Night) -> StepResult:
    """Counts the flags on record, from which each list's track record follows."""
    with open_warehouse(night.warehouse) as reader:
        flags = reader.current("flags")
    lists = flags["run_id"].nunique()
    latest = f", the latest as of {pd.Timestamp(flags['as_of'].max()).date()}" if lists else ""
    return step_result("ledger", f"{len(flags):,} flags of {lists:,} lists{latest}")


def monitor(night: Night) -> StepResult:
    """Holds what is live against what was promised, and writes the report, in a process of its own."""
    answer = run_monitor(night)
    if "refused" in answer:
        return step_result("monitor", str(answer["refused"]), "refused")
    codes = answer.get("breaches") or []
    said = ", ".join(map(str, codes)) if isinstance(codes, list) else ""
    return step_result("monitor", said or str(answer["verdict"]), "breach" if said else "done")


def run_monitor(night: Night) -> dict[str, object]:
    """What monitoring answers; MachineRefused where it ended without an answer, as when it was killed."""
    ended = subprocess.run(  # noqa: S603 - our own module
        [*MONITOR, night.district_id, night.night.isoformat()],
        input=night.settings.model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        kind = ended.stderr.strip().splitlines()[-1].partition(":")[0] if ended.stderr.strip() else "no word"
        raise MachineRefused(f"monitoring ended with code {ended.returncode} ({kind}); run it again")
    answer: dict[str, object] = json.loads(ended.stdout)
    return answer


STEPS: dict[str, NightStep] = {
    "pull": pull, "ingest": load, "check": check, "score": score, "ledger": ledger, "monitor": monitor,
}  # fmt: skip
"""In order; the report follows whatever became of them."""


def loaded_on(night: Night) -> date | None:
    """The district's day of the latest load; None before the first."""
    try:
        with open_warehouse(night.warehouse) as reader:
            loads = reader.current("loads")
    except Refused:
        return None
    return None if loads.empty else pd.Timestamp(loads["known_on"].max()).date()
