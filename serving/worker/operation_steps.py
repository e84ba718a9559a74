"""The steps of operations that programs ask for over the API. Each can be killed and done again.

`look`, `stage`, `take` and `finish` are those of an import; a scoring run has `score`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import cast

from sqlalchemy import Engine

from features.errors import Refused
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.import_steps import finish_import, finished_load, load_import, stage_import
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace, request_of, workspace_of, write_request
from features.progress import Progress
from features.settings import Settings
from features.terminal import today_in
from features.warehouse.file import open_warehouse
from serving.operations.operations import Ending, Kind
from serving.operations.quarantine import keep_quarantine, waiting_rows
from serving.operations.uploads import remove_upload, upload_folder
from serving.records.record_load import apply_records
from serving.scoring.score_district import score_district
from serving.store.cell_types import JsonObject, JsonRow
from serving.store.database import write_session
from serving.store.operation_rows import OperationRow
from serving.worker.import_results import result_of_load
from serving.worker.night_steps import service_engine

MOST_ERRORS = 200
"""Findings that an operation names; what is in quarantine is read row by row elsewhere."""


@dataclass(frozen=True)
class OperationRun:
    """An operation under way: whose, what was asked, and where progress is told."""

    settings: Settings
    district_id: str
    operation_id: str
    request: JsonObject
    progress: Progress

    @property
    def workspace(self) -> Workspace:
        """The district's import workspace."""
        return workspace_of(self.settings, self.district_id, today_in(self.settings, self.district_id))


OperationStep = Callable[[OperationRun], Ending | None]
"""Does one part of an operation; an ending ends it."""


def look(run: OperationRun) -> Ending | None:
    """Writes down what is to be loaded; ends where the latest load has these files already."""
    workspace = run.workspace
    request = request_of(workspace, upload_folder(run.settings, run.district_id, run.operation_id))
    if finished_load(workspace, request) is not None:
        return Ending("unchanged", "these files are loaded already; nothing changed", {})
    write_request(workspace, run.operation_id, request)
    return None


def stage(run: OperationRun) -> None:
    """Parses and checks the files."""
    stage_import(run.workspace, run.operation_id, progress=run.progress)


def take(run: OperationRun) -> Ending:
    """Loads what was staged into the warehouse, and copies what is in quarantine for the API."""
    report = load_import(run.workspace, run.operation_id, now=datetime.now(UTC), progress=run.progress)
    copy_quarantine(run, report)
    made = result_of_load(report)
    errors = findings_as_rows(report.quarantine, report.notes)
    return Ending("done", made["says"], {"load_id": made["load_id"], "rows": made["rows"]}, errors)


def copy_quarantine(run: OperationRun, report: LoadReport) -> None:
    """Copies the rows of the load's files that wait in quarantine into the service database."""
    with open_warehouse(run.workspace.warehouse) as reader:
        rows = waiting_rows(reader, [file.file for file in report.files])
    with service_engine(run.settings) as engine, write_session(engine, run.district_id) as session:
        row = session.get(OperationRow, (run.district_id, run.operation_id))
        if row is not None:
            keep_quarantine(session, row, rows, datetime.now(UTC))


def finish(run: OperationRun) -> None:
    """Removes the files and what was made of them."""
    finish_import(run.workspace, run.operation_id)
    remove_upload(run.settings, run.district_id, run.operation_id)


def score(run: OperationRun) -> Ending:
    """Makes the list of a date; the same date, records and releases are the same list."""
    with service_engine(run.settings) as engine:
        return score_with(run, engine)


def score_with(run: OperationRun, engine: Engine) -> Ending:
    """Makes the list, and says which runs it is of."""
    asked = run.request.get("as_of")
    as_of = date.fromisoformat(str(asked)) if asked else today_in(run.settings, run.district_id)
    made = score_district(
        run.settings, engine, run.district_id, as_of=as_of, now=datetime.now(UTC), progress=run.progress
    )
    runs = [one.run_id for one in made.runs]
    result: JsonObject = {
        "list_id": made.list_id, "runs": runs, "as_of": as_of.isoformat(), "students": made.students,
        "listed": made.listed,
    }  # fmt: skip
    said = f"{made.list_id}: {made.students:,} students, {made.listed:,} listed"
    return Ending("done", said, result)


def apply(run: OperationRun) -> Ending:
    """Loads the records that programs sent one by one."""
    with service_engine(run.settings) as engine:
        done = apply_records(
            run.settings, engine, run.district_id, now=datetime.now(UTC), progress=run.progress
        )  # fmt: skip
    if done is None:
        return Ending("unchanged", "nothing was sent since", {})
    said = f"{done.loaded:,} records loaded, {len(done.refused):,} refused"
    return Ending("done", said, {"load_id": done.load_id, "rows": {"loaded": done.loaded}}, done.refused[:MOST_ERRORS])


def findings_as_rows(*several: Sequence[Finding]) -> list[JsonRow]:
    """Findings as an operation tells them."""
    rows = [asdict(finding) for findings in several for finding in findings][:MOST_ERRORS]
    return [cast(JsonRow, {**row, "further": ", ".join(map(str, row["further"]))}) for row in rows]


def refusal(refused: Refused) -> Ending:
    """How an operation ends whose data was refused."""
    errors = findings_as_rows(refused.findings) if isinstance(refused, DataRefused) else []
    return Ending("refused", str(refused).partition("\n")[0], {}, errors)


STEPS: Mapping[Kind, Mapping[str, OperationStep]] = {
    "import": {"look": look, "stage": stage, "take": take},
    "scoring_run": {"score": score},
    "record_changes": {"apply": apply},
}
"""In order, by the kind of the operation."""
LAST: Mapping[Kind, OperationStep] = {"import": finish}
"""What is done whatever became of the others."""
